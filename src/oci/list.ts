// Which images the cache has been given, under which names: for people, who do not think in digests.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Arch } from '../base/arch.ts';
import { type Digest, digestHex, isDigest } from '../base/digest.ts';
import { CatamaranError } from '../base/errors.ts';
import { byName } from '../base/order.ts';
import type { Cache } from '../store/cache.ts';
import { digestOf } from '../store/digest-of.ts';
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
const nameKind = 'image-name';

/** The latest name by which it was fetched or built. */
export async function recordImage(cache: Cache, image: Image, name: string): Promise<void> {
  const known = (await cache.result(kind, image.digest)) as { name?: unknown } | undefined;
  if (known?.name !== name) await cache.putResult(kind, image.digest, { name });
}

/** What the name stands for from now on: it was just built, or its registry was asked. */
export async function recordName(cache: Cache, name: string, arch: Arch, digest: Digest): Promise<void> {
  const key = digestOf({ name, arch });
  const known = (await cache.result(nameKind, key)) as { digest?: unknown } | undefined;
  if (known?.digest !== digest) await cache.putResult(nameKind, key, { digest });
}

/** Those that are still whole, by name. */
export async function listImages(cache: Cache): Promise<readonly ListedImage[]> {
  const found: ListedImage[] = [];
  for (const digest of await recordedDigests(cache)) {
    const { name } = ((await cache.result(kind, digest)) ?? {}) as { name?: unknown };
    if (typeof name !== 'string') continue;
    const image = await loadImage(cache, digest, name);
    if (image) found.push(listed(name, image));
  }
  return found.sort((a, b) => byName(a.name, b.name) || byName(a.image.digest, b.image.digest));
}

/** What the name stood for when it was last built or asked for. Undefined where that is not in the cache. */
export async function findNamed(cache: Cache, name: string, arch: Arch): Promise<ListedImage | undefined> {
  const latest = (await cache.result(nameKind, digestOf({ name, arch }))) as { digest?: unknown } | undefined;
  if (typeof latest?.digest === 'string' && isDigest(latest.digest)) {
    const image = await loadImage(cache, latest.digest, name);
    return image && listed(name, image);
  }
  // A lock may have named the digest, so that nobody asked for the name.
  const all = await listImages(cache);
  return onlyOne(
    all.filter((one) => one.name === name && one.image.config.architecture === arch),
    name,
  );
}

/** By its digest, or the beginning of its hex. */
export async function findByDigest(cache: Cache, text: string): Promise<ListedImage | undefined> {
  const hex = text.replace(/^sha256:/, '');
  if (!/^[0-9a-f]{6,64}$/.test(hex)) return undefined;
  const all = await listImages(cache);
  return onlyOne(
    all.filter(({ image }) => digestHex(image.digest).startsWith(hex)),
    text,
  );
}

function onlyOne(found: readonly ListedImage[], text: string): ListedImage | undefined {
  if (found.length <= 1) return found[0];
  throw new CatamaranError('usage', {
    code: 'image-ambiguous',
    message: `${JSON.stringify(text)} is the name of ${found.length} images in the cache`,
    hint: `Name one of them by its digest: ${found.map(({ image }) => image.digest).join(', ')}`,
  });
}

function listed(name: string, image: Image): ListedImage {
  return { name, image, size: image.manifest.layers.reduce((sum, layer) => sum + layer.size, 0) };
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
