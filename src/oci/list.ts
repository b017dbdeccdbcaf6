// Which images the cache has been given, under which names: for people, who do not think in digests.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Digest, digestHex, isDigest } from '../base/digest.ts';
import { CatamaranError } from '../base/errors.ts';
import { byName } from '../base/order.ts';
import type { Cache } from '../store/cache.ts';
import { errorCode } from '../store/disk.ts';
import { resultPath } from '../store/layout.ts';
import type { Image } from './image.ts';
import { loadImage } from './store.ts';

export interface ListedImage {
  readonly name: string;
  readonly image: Image;
  /** Bytes of its layers, as they lie in the cache. */
  readonly size: number;
}

const kind = 'image';

/** The latest name by which it was fetched or built. */
export async function recordImage(cache: Cache, image: Image, name: string): Promise<void> {
  const known = (await cache.result(kind, image.digest)) as { name?: unknown } | undefined;
  if (known?.name !== name) await cache.putResult(kind, image.digest, { name });
}

/** Those that are still whole, by name. */
export async function listImages(cache: Cache): Promise<readonly ListedImage[]> {
  const listed: ListedImage[] = [];
  for (const digest of await recordedDigests(cache)) {
    const { name } = ((await cache.result(kind, digest)) ?? {}) as { name?: unknown };
    if (typeof name !== 'string') continue;
    const image = await loadImage(cache, digest, name);
    if (!image) continue;
    listed.push({ name, image, size: image.manifest.layers.reduce((sum, layer) => sum + layer.size, 0) });
  }
  return listed.sort((a, b) => byName(a.name, b.name) || byName(a.image.digest, b.image.digest));
}

/** By its name, its digest, or the beginning of its digest's hex. Undefined when there is none. */
export async function findImage(cache: Cache, text: string): Promise<ListedImage | undefined> {
  const all = await listImages(cache);
  const named = all.filter(({ name, image }) => name === text || image.digest === text);
  const found = named.length > 0 ? named : all.filter(({ image }) => isShortened(text, image.digest));
  if (found.length <= 1) return found[0];
  throw new CatamaranError('usage', {
    code: 'image-ambiguous',
    message: `${JSON.stringify(text)} is the name of ${found.length} images in the cache`,
    hint: `Name one of them by its digest: ${found.map(({ image }) => image.digest).join(', ')}`,
  });
}

function isShortened(text: string, digest: Digest): boolean {
  const hex = text.replace(/^sha256:/, '');
  return /^[0-9a-f]{6,64}$/.test(hex) && digestHex(digest).startsWith(hex);
}

async function recordedDigests(cache: Cache): Promise<Digest[]> {
  const any = `sha256:${'0'.repeat(64)}` as Digest;
  const directory = join(resultPath(cache.root, kind, any), '..');
  try {
    const names = await readdir(directory);
    return names.map((name) => `sha256:${name.replace(/\.json$/, '')}`).filter(isDigest);
  } catch (thrown) {
    if (errorCode(thrown) === 'ENOENT') return [];
    throw thrown;
  }
}
