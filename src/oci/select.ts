// Out of what a source calls an image, the one manifest for a platform: indexes are followed and believed, a manifest that
// none speaks for is held against its own config, and nothing but small JSON is fetched.
import { readFile } from 'node:fs/promises';
import { type Arch, architectureOf } from '../base/arch.ts';
import type { Digest } from '../base/digest.ts';
import { CatamaranError } from '../base/errors.ts';
import type { Reporter } from '../base/reporter.ts';
import type { Cache } from '../store/cache.ts';
import type { Descriptor, ImageConfig, Manifest } from './image.ts';
import { verifiedLayer } from './layer.ts';
import {
  type IndexEntry,
  indexTypes,
  isIndex,
  type OciPlatform,
  parseConfig,
  parseIndex,
  parseJson,
  parseManifest,
} from './parse.ts';
import type { ImageSource, ManifestDocument } from './source.ts';

const maxDepth = 3;
const maxIndexes = 64;

export interface SelectedImage {
  readonly document: ManifestDocument;
  readonly manifest: Manifest;
  readonly config: ImageConfig;
}

/** The config's blob is in the cache afterwards; manifest and layers are not. */
export async function selectImage(
  source: ImageSource,
  arch: Arch,
  cache: Cache,
  reporter: Reporter,
): Promise<SelectedImage> {
  const { name } = source;
  const others: OciPlatform[] = [];
  const indexes = new Set<Digest>();
  const found = await look(await source.manifest(), 0, false);
  if (found) return found;
  throw otherPlatform(name, arch, others);

  /** `promised`: whether an index says that it is for the platform. */
  async function look(
    document: ManifestDocument,
    depth: number,
    promised: boolean,
  ): Promise<SelectedImage | undefined> {
    const what = depth === 0 ? `the manifest of ${name}` : `the manifest of ${name} for ${arch}`;
    const members = parseJson(document.bytes, what);
    if (!isIndex(members)) return lookAtManifest(document, parseManifest(members, what), promised);
    if (depth >= maxDepth) throw malformed(name, `its index lists indexes more than ${maxDepth} deep`);
    const entries = parseIndex(members, what);
    const best = choose(entries, arch);
    if (best) return look(await bring(best), depth + 1, true);
    for (const { platform } of entries) if (platform && platform.os !== 'unknown') others.push(platform);
    for (const entry of silent(entries)) {
      if (indexes.has(entry.digest)) continue;
      indexes.add(entry.digest);
      if (indexes.size > maxIndexes) throw malformed(name, `it has more than ${maxIndexes} indexes`);
      const found = await look(await bring(entry), depth + 1, promised);
      if (found) return found;
    }
    return undefined;
  }

  async function lookAtManifest(document: ManifestDocument, manifest: Manifest, promised: boolean) {
    const config = await bringConfig(source, manifest, cache);
    const said = { ...config, architecture: config.architecture || arch, os: config.os || 'linux' };
    if (!promised && rank(said, arch) === undefined) {
      others.push(config);
      return undefined;
    }
    warnOfOther(config, promised);
    return { document, manifest, config };
  }

  /** Builders for several architectures often write their own into every config; Docker and containerd take them. */
  function warnOfOther(config: ImageConfig, promised: boolean): void {
    const { architecture, os } = config;
    if (architecture === arch && os === 'linux') return;
    const own =
      architecture && os ? `it is for ${formatPlatform(config).slice(0, 40)}` : 'not what it is for';
    const why = promised ? 'its index says so' : 'there is no other';
    reporter.warn(
      `image ${name} is taken for linux/${arch}, because ${why}, although its config says ${own}`,
      'If its programs do not start, it was built for another machine.',
    );
  }

  async function bring(entry: Descriptor): Promise<ManifestDocument> {
    const document = await source.manifest(entry.digest);
    requireSize(document, entry, name);
    return document;
  }
}

function choose(entries: readonly IndexEntry[], arch: Arch): Descriptor | undefined {
  const ranked = entries
    .map((entry) => ({ entry, rank: entry.platform && rank(entry.platform, arch) }))
    .filter((one) => one.rank !== undefined)
    .sort((a, b) => a.rank! - b.rank!);
  return ranked[0]?.entry;
}

/** Those of which only what they name says for what it is. */
function silent(entries: readonly IndexEntry[]): readonly Descriptor[] {
  // Written by hand or by simple tools: one entry and no more.
  if (entries.length === 1 && entries[0]!.platform === undefined) return entries;
  // An index within an index has no platform of its own.
  return entries.filter((entry) => entry.platform === undefined && indexTypes.includes(entry.mediaType));
}

/** Lower is better; undefined does not run there. */
function rank(platform: OciPlatform, arch: Arch): number | undefined {
  if (platform.os !== 'linux' || platform.architecture !== arch) return undefined;
  const place = architectureOf(arch).variants.indexOf(platform.variant ?? '');
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
    parseJson(await readFile(await verifiedLayer(cache, manifest.config.digest, what)), what),
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

function otherPlatform(name: string, arch: Arch, found: readonly OciPlatform[]): CatamaranError {
  const names = [...new Set(found.map(formatPlatform))].sort();
  return new CatamaranError('spec', {
    code: 'image-platform',
    message: `image ${name} is not for linux/${arch}: it is for ${names.slice(0, 20).join(', ') || 'no platform that it names'}`,
    hint: `Use an image for ${arch}, or build for another architecture.`,
  });
}

function malformed(name: string, why: string): CatamaranError {
  const message = `${name} cannot be used: ${why}`;
  return new CatamaranError('integrity', { code: 'image-malformed', message });
}

export function formatPlatform({ os, architecture, variant }: OciPlatform): string {
  return `${os}/${architecture}${variant ? `/${variant}` : ''}`;
}
