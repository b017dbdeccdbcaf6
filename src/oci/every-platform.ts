// An image with several of its platforms, for an image layout that a program reads: a reference → the digest of what it
// names, index or manifest (for the lock), and that digest → the images that are wanted of it, wholly in the cache.
import { readFile } from 'node:fs/promises';
import type { Digest } from '../base/digest.ts';
import { CatamaranError } from '../base/errors.ts';
import type { Image } from './image.ts';
import { type ImageAccess, type ImageOrigin, openSource } from './origin.ts';
import {
  type IndexEntry,
  indexTypes,
  isIndex,
  maxManifestSize,
  type Platform,
  parseIndex,
  parseJson,
} from './parse.ts';
import { fetchImage, requireBoundedSize } from './resolve.ts';
import { formatPlatform } from './select.ts';
import type { ImageSource, ManifestDocument } from './source.ts';
import { loadImage } from './store.ts';

const maxImages = 64;
const maxDepth = 3;

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
  { origin, digest }: { readonly origin: ImageOrigin; readonly digest: Digest },
  platforms: readonly string[],
  access: ImageAccess,
): Promise<readonly [Image, ...Image[]]> {
  const source = openSource(origin, access);
  const entries = await listEntries(source, await bringWhole(source, digest, access), access);
  const found: { image: Image; platform: Platform }[] = [];
  let size = 0;
  for (const { digest: each, platform } of choose(entries, platforms, source.name)) {
    const image =
      (await loadImage(access.cache, each, source.name)) ?? (await fetchImage(source, each, access.cache));
    requirePlatform(image, platform, source.name);
    found.push({ image, platform: platform ?? image.config });
    for (const layer of image.manifest.layers) size += layer.size;
    requireBoundedSize(size, source.name);
  }
  requireWanted(
    found.map(({ platform }) => platform),
    platforms,
    source.name,
  );
  const [first, ...rest] = found
    .filter(({ platform }) => isWanted(platform, platforms))
    .map(({ image }) => image);
  if (!first) throw malformed(source.name, 'its index lists no images');
  return [first, ...rest];
}

interface Entry {
  readonly digest: Digest;
  /** Absent where only the image's own config says it. */
  readonly platform?: Platform;
}

/** What was resolved, from the cache or once more from its source. */
async function bringWhole(
  source: ImageSource,
  digest: Digest,
  { cache }: ImageAccess,
): Promise<ManifestDocument> {
  const path = await cache.verifiedBlob(digest);
  if (path !== undefined) return { digest, bytes: await readFile(path) };
  // What a layout lists at its top has a digest only here: it cannot be asked for by it.
  const whole = await source.manifest();
  const document = whole.digest === digest ? whole : await source.manifest(digest);
  await cache.putBlob(document.bytes, { digest, what: `the index of ${source.name}` });
  return document;
}

async function listEntries(
  source: ImageSource,
  { bytes, digest }: ManifestDocument,
  access: ImageAccess,
  depth = 0,
): Promise<Entry[]> {
  const what = `the index of ${source.name}`;
  if (bytes.length > maxManifestSize) throw malformed(source.name, `its index has ${bytes.length} bytes`);
  const members = parseJson(bytes, what);
  if (!isIndex(members)) return [{ digest }];
  if (depth >= maxDepth) throw malformed(source.name, `its index lists indexes more than ${maxDepth} deep`);
  const entries: Entry[] = [];
  for (const entry of parseIndex(members, what)) {
    if (indexTypes.includes(entry.mediaType)) {
      const nested = await bringNested(source, entry, access);
      entries.push(...(await listEntries(source, nested, access, depth + 1)));
      // Builders list what they say about an image beside it, as of no platform.
    } else if (entry.platform?.os !== 'unknown') entries.push(entry);
    if (entries.length > maxImages) throw malformed(source.name, `it has more than ${maxImages} images`);
  }
  return entries;
}

async function bringNested(source: ImageSource, { digest, size }: IndexEntry, { cache }: ImageAccess) {
  const path = await cache.verifiedBlob(digest);
  const bytes = path === undefined ? (await source.manifest(digest)).bytes : await readFile(path);
  if (bytes.length !== size)
    throw malformed(source.name, `an index of it has ${bytes.length} bytes, not ${size}`);
  await cache.putBlob(bytes, { digest, what: `the index of ${source.name}` });
  return { digest, bytes };
}

/** Each wanted platform must be there; what is listed twice is taken once. */
function choose(entries: readonly Entry[], platforms: readonly string[], name: string): Entry[] {
  const known = entries.flatMap(({ platform }) => (platform ? [platform] : []));
  const unnamed = entries.filter(({ platform }) => platform === undefined);
  if (platforms.length > 0 && unnamed.length === 0) requireWanted(known, platforms, name);
  const wanted = entries.filter(({ platform }) => !platform || isWanted(platform, platforms));
  return [...new Map(wanted.map((entry) => [entry.digest, entry])).values()];
}

/** Fails where one of these platforms is not among those that there are. */
export function requireWanted(known: readonly Platform[], platforms: readonly string[], name: string): void {
  const missing = platforms.find((text) => !known.some((platform) => isMeant(platform, text)));
  if (missing === undefined) return;
  const listed = [...new Set(known.map(formatPlatform))].sort().slice(0, 20).join(', ');
  throw new CatamaranError('spec', {
    code: 'image-platform',
    message: `image ${name} is not for ${missing}: it is for ${listed || 'no platform that it names'}`,
    hint: 'Name other platforms of the volume, or none for all that the image has.',
  });
}

const isWanted = (platform: Platform, platforms: readonly string[]): boolean =>
  platforms.length === 0 || platforms.some((text) => isMeant(platform, text));

/** A text without a variant means all of them; every arm64 machine is v8. */
function isMeant({ os, architecture, variant }: Platform, text: string): boolean {
  const [wantedOs, wantedArch, wantedVariant] = text.split('/');
  if (os !== wantedOs || architecture !== wantedArch) return false;
  const usual = architecture === 'arm64' ? 'v8' : 'v1';
  return wantedVariant === undefined || wantedVariant === (variant ?? usual);
}

/** What the index says of an image must be what it says of itself. */
function requirePlatform({ config }: Image, platform: Platform | undefined, name: string): void {
  if (!platform || (config.os === platform.os && config.architecture === platform.architecture)) return;
  throw malformed(
    name,
    `what its index lists as ${formatPlatform(platform)} is for ${formatPlatform(config)}`,
  );
}

function malformed(name: string, why: string): CatamaranError {
  const message = `image ${name} cannot be used: ${why}`;
  return new CatamaranError('integrity', { code: 'image-malformed', message });
}
