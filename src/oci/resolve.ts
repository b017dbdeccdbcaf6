// A reference → the digest of one manifest for one platform (for the lock), and that digest → the image, wholly in
// the cache. The first may answer differently tomorrow; the second never does.
import type { Arch } from '../base/arch.ts';
import type { Digest } from '../base/digest.ts';
import { CatamaranError } from '../base/errors.ts';
import type { Follow } from '../net/transfer.ts';
import type { Cache } from '../store/cache.ts';
import { eachLimited } from '../store/each-limited.ts';
import type { Image } from './image.ts';
import { knownPlain, unpackWhile } from './layer.ts';
import { findNamed, type ListedImage, recordImage, recordName } from './list.ts';
import { type ImageAccess, type ImageOrigin, openSource } from './origin.ts';
import { maxManifestSize, parseJson, parseManifest } from './parse.ts';
import type { RegistryClient } from './registry.ts';
import { bringConfig, selectImage } from './select.ts';
import type { ImageSource } from './source.ts';
import { loadImage, requireLayersMatch } from './store.ts';

export interface ResolvedImage {
  readonly origin: ImageOrigin;
  readonly arch: Arch;
  /** Of the platform's manifest, not of an index that led to it. */
  readonly digest: Digest;
  readonly mediaType: string;
  /** Bytes of its layers, as they are fetched. */
  readonly size: number;
}

/** Compressed layers of one image, in bytes. */
const maxImageSize = 64 * 2 ** 30;

/** Asks the source, and fetches no layer. Offline, a registry's image is what its name stood for the last time. */
export async function resolveImage(
  origin: ImageOrigin,
  options: ImageAccess & { readonly arch: Arch },
): Promise<ResolvedImage> {
  const { cache, arch, registries } = options;
  const source = openSource(origin, options);
  const isOffline = origin.kind === 'registry' && registries.options.offline;
  const known = isOffline ? await findNamed(cache, source.name, arch) : undefined;
  if (known) {
    if (origin.kind === 'registry' && origin.digest === undefined) warnOfAge(known, registries);
    const { digest, manifest } = known.image;
    return { origin, arch, digest, mediaType: manifest.mediaType, size: known.size };
  }
  const { document, manifest } = await selectImage(source, arch, cache, registries.options.reporter);
  const { bytes, digest } = document;
  await cache.putBlob(bytes, { digest, what: `the manifest of ${source.name}` });
  if (origin.kind === 'registry') await recordName(cache, source.name, arch, digest);
  const size = manifest.layers.reduce((sum, layer) => sum + layer.size, 0);
  return { origin, arch, digest, mediaType: manifest.mediaType, size };
}

function warnOfAge({ name, image }: ListedImage, { options }: RegistryClient): void {
  options.reporter.warn(
    `${name} is ${image.digest}, as when it was last asked for: nothing may be asked of the network`,
    'Run once without --offline to have what it is now.',
  );
}

export interface PullOptions {
  /** Whether its layers will be read soon: then they are unpacked while they come. */
  readonly unpack?: boolean;
}

/** What the cache has of it is not fetched again; with all of it there, no source is asked. What it is for was resolved. */
export async function pullImage(
  resolved: Pick<ResolvedImage, 'origin' | 'digest'>,
  access: ImageAccess,
  options: PullOptions = {},
): Promise<Image> {
  const { cache } = access;
  const source = openSource(resolved.origin, access);
  const present = await loadImage(cache, resolved.digest, source.name);
  const image = present ?? (await fetchImage(source, resolved.digest, cache, options));
  await recordImage(cache, image, source.name);
  return image;
}

export async function fetchImage(
  source: ImageSource,
  digest: Digest,
  cache: Cache,
  { unpack = false }: PullOptions = {},
): Promise<Image> {
  const what = `the manifest of ${source.name}`;
  const { bytes } = await source.manifest(digest);
  if (bytes.length > maxManifestSize) throw new Error(`${what} is larger than its source may give`);
  const manifest = parseManifest(parseJson(bytes, what), what);
  requireBoundedSize(
    manifest.layers.reduce((sum, layer) => sum + layer.size, 0),
    source.name,
  );
  // First, because it says what the layers unpack to.
  const config = await bringConfig(source, manifest, cache);
  requireLayersMatch(manifest, config, source.name);
  const count = manifest.layers.length;
  const layers = manifest.layers.map((layer, at) => ({
    layer,
    diffId: config.rootfs.diff_ids[at]!,
    what: `layer ${at + 1} of ${count} of image ${source.name}`,
  }));
  const once = new Map(layers.map((one) => [`${one.layer.digest} ${one.layer.size}`, one]));
  await eachLimited([...once.values()], async ({ layer, ...options }) => {
    const isUnpacked = !unpack || (await knownPlain(cache, layer)) !== undefined;
    const follow: Follow = (bytes) => unpackWhile(cache, layer, bytes, options);
    await source.bringBlob(layer, options.what, isUnpacked ? {} : { follow });
  });
  // Last, so that a manifest in the cache is a sign that the rest was there.
  await cache.putBlob(bytes, { digest, what });
  const image = await loadImage(cache, digest, source.name);
  if (image) return image;
  throw new CatamaranError('environment', {
    code: 'image-vanished',
    message: `${source.name} vanished from the cache while it was being fetched`,
    hint: 'Run the command again, and not beside "catamaran cache gc".',
  });
}

export function requireBoundedSize(size: number, name: string): void {
  if (size <= maxImageSize) return;
  throw new CatamaranError('integrity', {
    code: 'image-too-large',
    message: `image ${name} says that its layers have ${size} bytes, and ${maxImageSize} are the most that is fetched`,
  });
}
