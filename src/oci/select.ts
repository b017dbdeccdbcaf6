// Out of what a source calls an image, the one manifest for a platform: indexes are followed, a single manifest is
// held against its own config, and nothing but small JSON is fetched.
import { readFile } from 'node:fs/promises';
import type { Arch } from '../base/arch.ts';
import { CatamaranError } from '../base/errors.ts';
import type { Cache } from '../store/cache.ts';
import type { Descriptor, ImageConfig, Manifest } from './image.ts';
import { requireBlob } from './layer.ts';
import {
  type IndexEntry,
  indexTypes,
  isIndex,
  type Platform,
  parseConfig,
  parseIndex,
  parseJson,
  parseManifest,
} from './parse.ts';
import type { ImageSource, ManifestDocument } from './source.ts';

const maxDepth = 3;

export interface SelectedImage {
  readonly document: ManifestDocument;
  readonly manifest: Manifest;
  readonly config: ImageConfig;
}

/** The config's blob is in the cache afterwards; manifest and layers are not. */
export async function selectImage(source: ImageSource, arch: Arch, cache: Cache): Promise<SelectedImage> {
  let document = await source.manifest();
  for (let depth = 0; depth <= maxDepth; depth += 1) {
    const what =
      depth === 0 ? `the manifest of ${source.name}` : `the manifest of ${source.name} for ${arch}`;
    const members = parseJson(document.bytes, what);
    if (!isIndex(members)) {
      const manifest = parseManifest(members, what);
      const config = await bringConfig(source, manifest, cache);
      requirePlatform(config, arch, source.name);
      return { document, manifest, config };
    }
    const entry = choose(parseIndex(members, what), arch, source.name);
    document = await source.manifest(entry.digest);
    requireSize(document, entry, source.name);
  }
  throw new CatamaranError('integrity', {
    code: 'image-malformed',
    message: `${source.name} cannot be used: its index lists indexes more than ${maxDepth} deep`,
  });
}

/** Fails when the image is for another machine. */
export function requirePlatform(config: ImageConfig, arch: Arch, name: string): void {
  if (rank(config, arch) === undefined) throw otherPlatform(name, arch, [config]);
}

function choose(entries: readonly IndexEntry[], arch: Arch, name: string): Descriptor {
  const ranked = entries
    .map((entry) => ({ entry, rank: entry.platform && rank(entry.platform, arch) }))
    .filter((one) => one.rank !== undefined)
    .sort((a, b) => a.rank! - b.rank!);
  // Written by hand or by simple tools: one entry, of which only its config says for what it is.
  const alone = entries.length === 1 && entries[0]!.platform === undefined ? entries[0] : undefined;
  // An index within an index has no platform of its own.
  const nested = entries.find((entry) => indexTypes.includes(entry.mediaType));
  const chosen = ranked[0]?.entry ?? alone ?? nested;
  if (chosen) return chosen;
  throw otherPlatform(
    name,
    arch,
    entries.flatMap(({ platform }) => (platform && platform.os !== 'unknown' ? [platform] : [])),
  );
}

/** Lower is better; undefined does not run there. Every amd64 machine runs v1, every arm64 machine v8. */
function rank(platform: Platform, arch: Arch): number | undefined {
  if (platform.os !== 'linux' || platform.architecture !== arch) return undefined;
  const usual = { amd64: ['', 'v1'], arm64: ['v8', ''] }[arch];
  const place = usual.indexOf(platform.variant ?? '');
  return place === -1 ? undefined : place;
}

/** Brings it into the cache. */
export async function bringConfig(
  source: ImageSource,
  manifest: Manifest,
  cache: Cache,
): Promise<ImageConfig> {
  const what = `the config of ${source.name}`;
  await source.bringBlob(manifest.config, what);
  return parseConfig(
    parseJson(await readFile(await requireBlob(cache, manifest.config.digest, what)), what),
    what,
  );
}

function requireSize(document: ManifestDocument, entry: Descriptor, name: string): void {
  if (document.bytes.length === entry.size) return;
  throw new CatamaranError('integrity', {
    code: 'blob-size',
    message: `a manifest of ${name} has ${document.bytes.length} bytes, and its index names ${entry.size}`,
  });
}

function otherPlatform(name: string, arch: Arch, found: readonly Platform[]): CatamaranError {
  const names = [...new Set(found.map(formatPlatform))].sort();
  return new CatamaranError('spec', {
    code: 'image-platform',
    message: `image ${name} is not for linux/${arch}: it is for ${names.slice(0, 20).join(', ') || 'no platform that it names'}`,
    hint: `Use an image for ${arch}, or build for another architecture.`,
  });
}

export function formatPlatform({ os, architecture, variant }: Platform): string {
  return `${os}/${architecture}${variant ? `/${variant}` : ''}`;
}
