// Writers: an image of the cache → an image layout or an archive that other tools load. The same image and tag give
// the same bytes. An archive is a tree like any other; its files are slices of the cache's blobs.
import { createWriteStream } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { writeTar } from '../archive/write-tar.ts';
import { type Digest, digestHex } from '../base/digest.ts';
import { CatamaranError } from '../base/errors.ts';
import { canonicalJson, type Json } from '../base/json.ts';
import { byName } from '../base/order.ts';
import type { Cache } from '../store/cache.ts';
import { errorCode, publishFile, withDisk } from '../store/disk.ts';
import { readContent } from '../tree/content.ts';
import { addParents, file, rootOwned, type Tree } from '../tree/tree.ts';
import { type Image, mediaTypes } from './image.ts';
import { plainLayer, verifiedLayer } from './layer.ts';
import { blobName } from './layout.ts';
import { formatRegistryReference, parseRegistryReference } from './reference.ts';

/**
 * An image layout with one image, or with one for each platform. Without a tag they have no name. `name` is the whole one,
 * which podman load, docker load and containerd look for; the tag is what skopeo and umoci do.
 */
export async function layoutTree(
  cache: Cache,
  images: readonly Image[],
  tag?: string,
  name?: string,
): Promise<Tree> {
  const tree: Tree = new Map();
  const manifests: Json[] = [];
  for (const image of [...images].sort((a, b) => byName(a.digest, b.digest))) {
    const size = await addBlob(tree, cache, image.digest, `manifest ${image.digest}`);
    for (const { digest } of [image.manifest.config, ...image.manifest.layers]) {
      await addBlob(tree, cache, digest, `blob ${digest}`);
    }
    manifests.push({
      mediaType: image.manifest.mediaType,
      digest: image.digest,
      size,
      platform: platformOf(image),
      annotations:
        tag === undefined
          ? undefined
          : {
              'org.opencontainers.image.ref.name': tag,
              'io.containerd.image.name': name === undefined ? undefined : archiveName(name),
            },
    });
  }
  addText(tree, 'index.json', { schemaVersion: 2, mediaType: mediaTypes.index, manifests });
  addText(tree, 'oci-layout', { imageLayoutVersion: '1.0.0' });
  return tree;
}

/** A layout that Docker before version 25 loads too: beside the index it has manifest.json, as docker save writes both. */
export async function ociArchiveTree(cache: Cache, image: Image, tag?: string, name?: string): Promise<Tree> {
  const tree = await layoutTree(cache, [image], tag, name);
  const { config, layers } = image.manifest;
  addManifest(
    tree,
    blobName(config.digest),
    layers.map(({ digest }) => blobName(digest)),
    name,
  );
  return tree;
}

function addManifest(tree: Tree, config: string, layers: readonly string[], name?: string): void {
  const tags = name === undefined ? [] : [archiveName(name)];
  addText(tree, 'manifest.json', [{ Config: config, RepoTags: tags, Layers: layers }]);
}

/** What docker load and podman load read: plain layers, the config, and manifest.json. */
export async function dockerArchiveTree(cache: Cache, image: Image, name?: string): Promise<Tree> {
  const tree: Tree = new Map();
  const config = `${digestHex(image.manifest.config.digest)}.json`;
  await addBlob(tree, cache, image.manifest.config.digest, 'the config', config);
  const layers: string[] = [];
  for (const [at, layer] of image.manifest.layers.entries()) {
    const { digest } = await plainLayer(cache, layer, { diffId: image.config.rootfs.diff_ids[at]! });
    const path = `${digestHex(digest)}.tar`;
    await addBlob(tree, cache, digest, `layer ${at + 1}`, path);
    layers.push(path);
  }
  addManifest(tree, config, layers, name);
  return tree;
}

/** As a stream of bytes, for a file or a pipe. */
export function writeArchive(tree: Tree): AsyncIterable<Uint8Array> {
  return writeTar(tree, { clampMtime: 0 });
}

/** Appears whole or not at all, and replaces what is there. */
export async function writeArchiveFile(tree: Tree, path: string): Promise<void> {
  const aside = asideOf(path);
  await withDisk(path, async () => {
    try {
      await pipeline(Readable.from(writeArchive(tree)), createWriteStream(aside, { flush: true }));
      await publishFile(aside, path);
    } finally {
      await rm(aside, { force: true });
    }
  });
}

/** Appears whole or not at all. A directory that has something in it is not written to. */
export async function writeLayoutDirectory(tree: Tree, directory: string): Promise<void> {
  await requireEmpty(directory);
  const aside = asideOf(directory);
  await withDisk(directory, async () => {
    try {
      await rm(aside, { recursive: true, force: true });
      for (const [path, node] of tree) {
        if (node.type !== 'file') continue;
        const target = join(aside, path);
        await mkdir(dirname(target), { recursive: true });
        await pipeline(Readable.from(readContent(node.content)), createWriteStream(target, { flush: true }));
      }
      await publishFile(aside, directory);
    } finally {
      await rm(aside, { recursive: true, force: true });
    }
  });
}

const asideOf = (path: string): string => join(dirname(path), `.${basename(path)}.part`);

export function platformOf({ config }: Image): Json {
  return { architecture: config.architecture, os: config.os, variant: config.variant };
}

/** Answers with its size in bytes. */
async function addBlob(
  tree: Tree,
  cache: Cache,
  digest: Digest,
  what: string,
  path: string = blobName(digest),
): Promise<number> {
  const found = await verifiedLayer(cache, digest, what);
  const { size } = await stat(found);
  tree.set(path, {
    type: 'file',
    mode: 0o644,
    ...rootOwned,
    content: { at: 'file', path: found, offset: 0, size },
  });
  addParents(tree, path);
  return size;
}

function addText(tree: Tree, path: string, value: Json): void {
  tree.set(path, file(canonicalJson(value)));
}

/** Docker takes short names only for its own registry's images, and wants a tag. */
function archiveName(name: string): string {
  const { digest: _, ...reference } = parseRegistryReference(name);
  return formatRegistryReference({ ...reference, tag: reference.tag ?? 'latest' });
}

async function requireEmpty(directory: string): Promise<void> {
  let names: string[];
  try {
    names = await readdir(directory);
  } catch (thrown) {
    if (errorCode(thrown) === 'ENOENT') return;
    if (errorCode(thrown) === 'ENOTDIR') names = ['a file'];
    else throw thrown;
  }
  if (names.length === 0) return;
  throw new CatamaranError('usage', {
    code: 'layout-exists',
    message: `${directory} exists and is not empty`,
    hint: 'Name a new directory.',
  });
}
