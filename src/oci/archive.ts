// Images in tar files: an OCI layout in a tar, and what `docker save` writes. Nothing is extracted: the tar's files
// are slices of it, found by name. A compressed tar is unpacked into the cache first.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { decompress, detectFormat } from '../archive/decompress.ts';
import { readTarFile } from '../archive/read-tar.ts';
import type { Digest } from '../base/digest.ts';
import type { Cache } from '../store/cache.ts';
import { errorCode } from '../store/disk.ts';
import { type Content, contentBytes, readContent, sizeOf } from '../tree/content.ts';
import type { TreeNode } from '../tree/node.ts';
import { parentOf, type ReadonlyTree } from '../tree/tree.ts';
import { type Descriptor, type Manifest, mediaTypes } from './image.ts';
import { bounded, formatOf, maxUnpacked, naming } from './layer.ts';
import { digestOfBytes, type FindFile, layoutSource, readText, unusable } from './layout.ts';
import { maxConfigSize } from './parse.ts';
import { parseRegistryReference } from './reference.ts';
import type { ImageSource, ManifestDocument } from './source.ts';

const maxLinks = 10;

export function ociArchiveSource(
  name: string,
  path: string,
  tag: string | undefined,
  cache: Cache,
): ImageSource {
  return layoutSource(name, filesOfTar(path, name, cache), tag, cache);
}

/** `tag` is a whole reference (`app:1.2`), as docker save records it, or its last part (`1.2`). */
export function dockerArchiveSource(
  name: string,
  path: string,
  tag: string | undefined,
  cache: Cache,
): ImageSource {
  const find = filesOfTar(path, name, cache);
  const known = new Map<Digest, Uint8Array>();
  return {
    name,
    // Docker's archives name no manifest: it is made from what they hold, and always the same from the same.
    async manifest(digest): Promise<ManifestDocument> {
      if (digest === undefined || !known.has(digest)) {
        const bytes = await makeManifest(find, name, tag, cache);
        known.set(digestOfBytes(bytes), bytes);
        digest ??= digestOfBytes(bytes);
      }
      const bytes = known.get(digest);
      if (!bytes) throw unusable(name, `it holds another image than the one with the digest ${digest}`);
      return { bytes, digest };
    },
    async bringBlob(blob, what) {
      if (!(await cache.hasBlob(blob))) throw unusable(what, 'it is not in the archive');
    },
  };
}

interface SavedImage {
  readonly Config: string;
  readonly RepoTags?: readonly string[] | null;
  readonly Layers: readonly string[];
}

/** Puts config and layers into the cache: their digests are known only when they have been read. */
async function makeManifest(
  find: FindFile,
  name: string,
  tag: string | undefined,
  cache: Cache,
): Promise<Uint8Array> {
  const saved = pickSaved(parseSaved(await readText(find, 'manifest.json', name), name), tag, name);
  const configContent = await find(saved.Config);
  if (!configContent) throw unusable(name, `there is no file ${saved.Config}`);
  if (sizeOf(configContent) > maxConfigSize)
    throw unusable(name, `${saved.Config} is too large for a config`);
  const config = await cache.putBlob(await contentBytes(configContent));
  const layers: Descriptor[] = [];
  for (const path of saved.Layers) {
    const content = await find(path);
    if (!content) throw unusable(name, `there is no file ${path}`);
    const { digest, size } = await cache.putBlob(readContent(content), { what: `${path} of ${name}` });
    layers.push({ mediaType: await layerType(content, `${path} of ${name}`), digest, size });
  }
  const manifest: Manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: { mediaType: mediaTypes.config, digest: config.digest, size: config.size },
    layers,
  };
  return new TextEncoder().encode(JSON.stringify(manifest));
}

const layerTypes = {
  none: mediaTypes.layer,
  gzip: mediaTypes.layerGzip,
  zstd: mediaTypes.layerZstd,
  xz: undefined,
} as const;

async function layerType(content: Content, what: string): Promise<string> {
  for await (const chunk of readContent(content)) {
    const type = layerTypes[detectFormat(chunk)];
    if (type === undefined)
      throw unusable(what, 'it is compressed by xz, for which image layers have no type');
    return type;
  }
  return mediaTypes.layer;
}

function parseSaved(bytes: Uint8Array, name: string): readonly SavedImage[] {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    throw unusable(name, 'its manifest.json is no JSON');
  }
  const isTexts = (list: unknown) => Array.isArray(list) && list.every((item) => typeof item === 'string');
  const isSaved = (one: unknown) => {
    const { Config, RepoTags, Layers } = (one ?? {}) as Record<string, unknown>;
    return typeof Config === 'string' && isTexts(Layers) && isTexts(RepoTags ?? []);
  };
  if (!Array.isArray(value) || !value.every(isSaved)) {
    throw unusable(name, 'its manifest.json is not what docker save writes');
  }
  return value as readonly SavedImage[];
}

function pickSaved(saved: readonly SavedImage[], tag: string | undefined, name: string): SavedImage {
  const all = saved.flatMap((one) => one.RepoTags ?? []);
  const known = all.length === 0 ? 'it names none' : `it has ${all.slice(0, 20).join(', ')}`;
  const named =
    tag === undefined ? saved : saved.filter((one) => (one.RepoTags ?? []).some((at) => isNamed(at, tag)));
  if (named.length === 1) return named[0]!;
  if (named.length > 1)
    throw unusable(name, `it holds several images, and the reference does not say which: ${known}`);
  throw unusable(
    name,
    tag === undefined ? 'it is empty' : `it has no image ${JSON.stringify(tag)}: ${known}`,
  );
}

function isNamed(recorded: string, wanted: string): boolean {
  if (recorded === wanted || (!/[:/]/.test(wanted) && recorded.endsWith(`:${wanted}`))) return true;
  try {
    const [a, b] = [parseRegistryReference(recorded), parseRegistryReference(wanted)];
    return a.host === b.host && a.repository === b.repository && a.tag === b.tag;
  } catch {
    // What is no reference is equal to none.
    return false;
  }
}

/** Reads the tar's headers when first asked. Older archives link equal layers to each other. */
function filesOfTar(path: string, name: string, cache: Cache): FindFile {
  let tree: Promise<ReadonlyTree> | undefined;
  return async (wanted) => {
    tree ??= naming(name, () => readArchive(path, name, cache));
    let at: string | undefined = normalize(wanted);
    for (let links = 0; links <= maxLinks && at !== undefined; links += 1) {
      const node: TreeNode | undefined = (await tree).get(at);
      if (node?.type === 'file') return node.content;
      if (node?.type !== 'symlink') return undefined;
      at = normalize(node.target.startsWith('/') ? node.target : `${parentOf(at)}/${node.target}`);
    }
    throw unusable(name, `the links from ${wanted} lead nowhere`);
  };
}

async function readArchive(path: string, name: string, cache: Cache): Promise<ReadonlyTree> {
  try {
    return await readTarFile(await plainTar(path, name, cache));
  } catch (thrown) {
    if (errorCode(thrown) === 'ENOENT') throw unusable(name, `there is no file ${path}`);
    throw thrown;
  }
}

/** `docker save | gzip` is common: the tar as it was before, in the cache if it has to be unpacked. */
async function plainTar(path: string, name: string, cache: Cache): Promise<string> {
  const format = await formatOf(path);
  if (format === 'none') return path;
  const limit = maxUnpacked((await stat(path)).size);
  const plain = bounded(decompress(createReadStream(path), format), limit, name);
  const { digest } = await cache.putBlob(plain, { what: `${name}, unpacked,`, derived: true });
  return cache.blobPath(digest);
}

/** Undefined when it leads out of the archive. */
function normalize(path: string): string | undefined {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '..' && parts.pop() === undefined) return undefined;
    if (part !== '' && part !== '.' && part !== '..') parts.push(part);
  }
  return parts.join('/');
}
