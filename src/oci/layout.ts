// Image layouts (image-spec 1.1, image-layout.md) as a source of images: a directory of the host, or a tar of one.
// Both are the same here: a way from a file's name to its content.
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { type Digest, digestFromHex, digestHex } from '../base/digest.ts';
import { CatamaranError } from '../base/errors.ts';
import { type Blob, requireExpected } from '../store/blob.ts';
import type { Cache } from '../store/cache.ts';
import { errorCode } from '../store/disk.ts';
import { type Content, contentBytes, readContent, sizeOf } from '../tree/content.ts';
import { type IndexEntry, maxManifestSize, parseIndex, parseJson } from './parse.ts';
import type { ImageSource, ManifestDocument } from './source.ts';

/** A file's content by its path, or undefined when there is none. */
export type FindFile = (path: string) => Promise<Content | undefined>;

const refName = 'org.opencontainers.image.ref.name';
const containerdName = 'io.containerd.image.name';

export function filesOf(directory: string): FindFile {
  return async (path) => {
    const found = resolve(directory, path);
    if (!found.startsWith(resolve(directory) + sep)) return undefined;
    try {
      const { size, ...kind } = await stat(found).then((stats) => ({
        size: stats.size,
        isFile: stats.isFile(),
      }));
      return kind.isFile ? { at: 'file', path: found, offset: 0, size } : undefined;
    } catch (thrown) {
      if (errorCode(thrown) === 'ENOENT' || errorCode(thrown) === 'ENOTDIR') return undefined;
      throw thrown;
    }
  };
}

/** `name` is the reference as it was written. */
export function layoutSource(
  name: string,
  find: FindFile,
  tag: string | undefined,
  cache: Cache,
): ImageSource {
  return {
    name,
    async manifest(digest) {
      if (digest !== undefined) return readManifest(find, name, digest);
      const index = await readText(find, 'index.json', name);
      const layout = await readText(find, 'oci-layout', name);
      if (parseJson(layout, `oci-layout of ${name}`).imageLayoutVersion !== '1.0.0') {
        throw unusable(name, 'its layout has another version than 1.0.0');
      }
      const entries = parseIndex(parseJson(index, `index.json of ${name}`), `index.json of ${name}`);
      return pick(entries, tag, name, find);
    },
    async bringBlob(blob, what) {
      if (await cache.hasBlob(blob)) return;
      await copyBlob(find, blob, cache, what);
    },
  };
}

async function pick(
  entries: readonly IndexEntry[],
  tag: string | undefined,
  name: string,
  find: FindFile,
): Promise<ManifestDocument> {
  const tags = entries.map(tagOf).filter((found) => found !== undefined);
  const named = tag === undefined ? entries : entries.filter((entry) => tagOf(entry) === tag);
  const known = tags.length === 0 ? 'it names none' : `it has ${tags.slice(0, 20).join(', ')}`;
  if (named.length === 0) {
    throw unusable(
      name,
      tag === undefined ? 'it is empty' : `it has no tag ${JSON.stringify(tag)}: ${known}`,
    );
  }
  if (named.length === 1) return readManifest(find, name, named[0]!.digest);
  if (tag === undefined && new Set(tags).size > 1) {
    throw unusable(name, `it holds several images, and the reference does not say which: ${known}`);
  }
  // Several platforms of one image, listed at the top: what an index would have held.
  const manifests = named.map(({ mediaType, digest, size, platform }) => ({
    mediaType,
    digest,
    size,
    platform,
  }));
  const bytes = new TextEncoder().encode(JSON.stringify({ schemaVersion: 2, manifests }));
  return { bytes, digest: digestOfBytes(bytes) };
}

function tagOf(entry: IndexEntry): string | undefined {
  const named = entry.annotations?.[refName];
  if (named !== undefined) return named;
  return /:([^:/]+)$/.exec(entry.annotations?.[containerdName] ?? '')?.[1];
}

async function readManifest(find: FindFile, name: string, digest: Digest): Promise<ManifestDocument> {
  const bytes = await readText(find, blobName(digest), name);
  const found = digestOfBytes(bytes);
  if (found !== digest) throw unusable(name, `${blobName(digest)} is damaged: its digest is ${found}`);
  return { bytes, digest };
}

async function copyBlob(find: FindFile, blob: Blob, cache: Cache, what: string): Promise<void> {
  const content = await find(blobName(blob.digest));
  if (!content) throw unusable(what, `there is no file ${blobName(blob.digest)}`);
  requireExpected({ digest: blob.digest, size: sizeOf(content) }, { ...blob, what });
  await cache.putBlob(readContent(content), { digest: blob.digest, size: blob.size, what });
}

/** A small file of the layout. */
export async function readText(find: FindFile, path: string, name: string): Promise<Uint8Array> {
  const content = await find(path);
  if (!content) throw unusable(name, `there is no file ${path}`);
  if (sizeOf(content) > maxManifestSize) throw unusable(name, `${path} has ${sizeOf(content)} bytes`);
  return contentBytes(content);
}

export const blobName = (digest: Digest): string => join('blobs', 'sha256', digestHex(digest));

export function digestOfBytes(bytes: Uint8Array): Digest {
  return digestFromHex(createHash('sha256').update(bytes).digest('hex'));
}

export function unusable(name: string, evidence: string): CatamaranError {
  return new CatamaranError('spec', {
    code: 'layout-unusable',
    message: `${name} cannot be used: ${evidence}`,
    hint: 'Check the path and the tag, or export the image again.',
  });
}
