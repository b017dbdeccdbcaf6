// An image with several of its platforms, for an image layout that a program reads: a reference → the digest of what it
// names, index or manifest (for the lock), and that digest → the images that are wanted of it, wholly in the cache.
import { readFile } from 'node:fs/promises';
import { architectureOf, isArch } from '../base/arch.ts';
import type { Digest } from '../base/digest.ts';
import { CatamaranError } from '../base/errors.ts';
import type { Blob } from '../store/blob.ts';
import type { Cache } from '../store/cache.ts';
import type { Image } from './image.ts';
import { type ImageAccess, type ImageOrigin, openSource } from './origin.ts';
import {
  type IndexEntry,
  indexTypes,
  isIndex,
  manifestTypes,
  maxManifestSize,
  type OciPlatform,
  parseIndex,
  parseJson,
} from './parse.ts';
import { fetchImage, requireBoundedSize } from './resolve.ts';
import { formatPlatform } from './select.ts';
import type { ImageSource, ManifestDocument } from './source.ts';
import { loadImage } from './store.ts';

const maxImages = 64;
const maxIndexes = 64;
const maxDepth = 3;

/** An image of an index, and for what it is listed there; one may be listed for several platforms. */
export interface PlatformImage {
  readonly image: Image;
  readonly platform: OciPlatform;
}

interface Whole {
  readonly origin: ImageOrigin;
  readonly digest: Digest;
}

/** Asks the source, and fetches nothing but this one document. */
export async function resolveWhole(origin: ImageOrigin, access: ImageAccess): Promise<Digest> {
  const source = openSource(origin, access);
  const { bytes, digest } = await source.manifest();
  await access.cache.putBlob(bytes, { digest, what: `the index of ${source.name}` });
  return digest;
}

/**
 * The images of an index for these platforms, `linux/arm64/v8` or `linux/arm64`, in its order; without any, all that it
 * has. Of what is no index, the one image that it is.
 */
export async function pullPlatforms(
  whole: Whole,
  platforms: readonly string[],
  access: ImageAccess,
): Promise<readonly [PlatformImage, ...PlatformImage[]]> {
  const source = openSource(whole.origin, access);
  const entries = await listEntries(source, await bringWhole(source, whole, access), access);
  const found = new Map<string, PlatformImage>();
  const sizes = new Map<Digest, number>();
  for (const entry of choose(entries, platforms, source.name)) {
    const image = await bringImage(source, entry, access);
    warnOfOther(image, entry.platform, source.name, access);
    const platform = entry.platform ?? platformAlone(image.config);
    found.set(keyOf({ ...entry, platform }), { image, platform });
    for (const { digest, size } of image.manifest.layers) sizes.set(digest, size);
    requireBoundedSize(
      [...sizes.values()].reduce((sum, size) => sum + size, 0),
      source.name,
    );
  }
  const images = [...found.values()];
  requireWanted(
    images.map(({ platform }) => platform),
    platforms,
    source.name,
  );
  const [first, ...rest] = images.filter(({ platform }) => isWanted(platform, platforms));
  if (!first) throw malformed(source.name, 'its index lists no images');
  return [first, ...rest];
}

interface Entry extends Blob {
  /** Absent where only the image's own config says it. */
  readonly platform?: OciPlatform;
}

const keyOf = ({ digest, platform }: Entry): string =>
  `${digest} ${platform ? formatPlatform(platform) : ''}`;

export const platformAlone = ({
  os,
  architecture,
  variant,
  'os.version': version,
}: OciPlatform): OciPlatform => ({
  os,
  architecture,
  ...(version && { 'os.version': version }),
  ...(variant && { variant }),
});

/** What was resolved, from the cache or once more from its source. */
async function bringWhole(
  source: ImageSource,
  { origin, digest }: Whole,
  { cache }: ImageAccess,
): Promise<ManifestDocument> {
  const path = await cache.verifiedBlob(digest);
  if (path !== undefined) return { digest, bytes: await readFile(path) };
  const document = await askAgain(source, origin, digest);
  await cache.putBlob(document.bytes, { digest, what: `the index of ${source.name}` });
  return document;
}

/** By the digest: the tag may mean another by now, or nothing. What a layout lists at its top has none but here. */
async function askAgain(source: ImageSource, origin: ImageOrigin, digest: Digest): Promise<ManifestDocument> {
  if (origin.kind === 'registry') return source.manifest(digest);
  const whole = await source.manifest();
  return whole.digest === digest ? whole : source.manifest(digest);
}

/** From the cache only what has the size that its index names: under a digest that someone made up, anything may lie. */
async function bringImage(source: ImageSource, entry: Entry, { cache }: ImageAccess): Promise<Image> {
  const present = (await cache.hasBlob(entry)) && (await loadImage(cache, entry.digest, source.name));
  const image = present || (await fetchImage(source, entry.digest, cache));
  if (!(await cache.hasBlob(entry)))
    throw malformed(source.name, `its index names ${entry.size} bytes for ${entry.digest}, which has others`);
  return image;
}

/** Depth first, so that the order is the index's own. An image or index that is there twice is taken once. */
async function listEntries(
  source: ImageSource,
  whole: ManifestDocument,
  { cache }: ImageAccess,
): Promise<Entry[]> {
  const { name } = source;
  const what = `the index of ${name}`;
  const entries = new Map<string, Entry>();
  const indexes = new Set<Digest>([whole.digest]);
  await list(whole, 0);
  return [...entries.values()];

  async function list({ bytes, digest }: ManifestDocument, depth: number): Promise<void> {
    if (bytes.length > maxManifestSize) throw malformed(name, `its index has ${bytes.length} bytes`);
    const members = parseJson(bytes, what);
    if (isIndex(members)) {
      if (depth >= maxDepth) throw malformed(name, `its index lists indexes more than ${maxDepth} deep`);
      for (const entry of parseIndex(members, what)) await take(entry, depth);
    } else if (depth > 0) {
      throw malformed(name, `${digest} is listed as an index, and is none`);
    } else {
      add({ digest, size: bytes.length });
    }
  }

  async function take({ mediaType, digest, size, platform }: IndexEntry, depth: number): Promise<void> {
    // Builders list what they say about an image beside it, as of no platform.
    if (platform?.os === 'unknown') return;
    // image-spec 1.1, image-index.md: an unknown mediaType "MUST be ignored".
    if (manifestTypes.includes(mediaType)) add({ digest, size, ...(platform && { platform }) });
    if (!indexTypes.includes(mediaType) || indexes.has(digest)) return;
    indexes.add(digest);
    if (indexes.size > maxIndexes) throw malformed(name, `it has more than ${maxIndexes} indexes`);
    await list(await bringNested(source, { digest, size }, cache), depth + 1);
  }

  function add(entry: Entry): void {
    entries.set(keyOf(entry), entry);
    if (entries.size > maxImages) throw malformed(name, `it has more than ${maxImages} images`);
  }
}

async function bringNested(source: ImageSource, blob: Blob, cache: Cache): Promise<ManifestDocument> {
  const { digest, size } = blob;
  if (size > maxManifestSize) throw malformed(source.name, `an index of it has ${size} bytes`);
  const path = (await cache.hasBlob(blob)) ? await cache.verifiedBlob(digest) : undefined;
  const bytes = path === undefined ? (await source.manifest(digest)).bytes : await readFile(path);
  if (bytes.length !== size)
    throw malformed(source.name, `an index of it has ${bytes.length} bytes, not ${size}`);
  await cache.putBlob(bytes, { digest, what: `the index of ${source.name}` });
  return { digest, bytes };
}

/** Each wanted platform must be there. */
function choose(entries: readonly Entry[], platforms: readonly string[], name: string): readonly Entry[] {
  const known = entries.flatMap(({ platform }) => (platform ? [platform] : []));
  if (platforms.length > 0 && known.length === entries.length) requireWanted(known, platforms, name);
  return entries.filter(({ platform }) => !platform || isWanted(platform, platforms));
}

/** Fails where one of these platforms is not among those that there are. */
export function requireWanted(
  known: readonly OciPlatform[],
  platforms: readonly string[],
  name: string,
): void {
  const missing = platforms.find((text) => !known.some((platform) => isMeant(platform, text)));
  if (missing === undefined) return;
  const listed = [...new Set(known.map(shown))].sort().slice(0, 20).join(', ');
  throw new CatamaranError('spec', {
    code: 'image-platform',
    message: `image ${name} is not for ${missing}: it is for ${listed || 'no platform that it names'}`,
    hint: 'Name other platforms of the volume, or none for all that the image has.',
  });
}

const isWanted = (platform: OciPlatform, platforms: readonly string[]): boolean =>
  platforms.length === 0 || platforms.some((text) => isMeant(platform, text));

/** A text without a variant means all of them; an entry without one is for what containerd takes it to be. */
function isMeant({ os, architecture, variant }: OciPlatform, text: string): boolean {
  const [wantedOs, wantedArch, wantedVariant] = text.split('/');
  if (os !== wantedOs || architecture !== wantedArch) return false;
  return wantedVariant === undefined || wantedVariant === (variant ?? usualVariant(architecture));
}

/** containerd, platforms/database.go: of what we build for, and of 32-bit Arm. */
function usualVariant(architecture: string): string {
  if (architecture === 'arm') return 'v7';
  const variants = isArch(architecture) ? architectureOf(architecture).variants : [];
  return variants.find((variant) => variant !== '') ?? 'v1';
}

/** The names are the image's own, and of any length. */
const shown = (platform: OciPlatform): string => formatPlatform(platform).slice(0, 40);

/** The index is believed: builders for several architectures often write their own into every config. */
function warnOfOther(
  { config }: Image,
  platform: OciPlatform | undefined,
  name: string,
  { registries }: ImageAccess,
): void {
  if (!platform || (config.os === platform.os && config.architecture === platform.architecture)) return;
  registries.options.reporter.warn(
    `what the index of ${name} lists as ${shown(platform)} is for ${shown(config)} by its own config: the index is believed`,
  );
}

function malformed(name: string, why: string): CatamaranError {
  const message = `image ${name} cannot be used: ${why}`;
  return new CatamaranError('integrity', { code: 'image-malformed', message });
}
