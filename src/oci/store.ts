// Images in the cache: trees or layers → image, and digest → image. All of an image's blobs lie in the cache under
// their digests, so that an image is named by its manifest's digest and by nothing else.
import { readFile } from 'node:fs/promises';
import { writeTar } from '../archive/write-tar.ts';
import { type Arch, architectureOf } from '../base/arch.ts';
import type { Digest } from '../base/digest.ts';
import { CatamaranError } from '../base/errors.ts';
import { asJson, canonicalJson } from '../base/json.ts';
import type { Cache } from '../store/cache.ts';
import type { ReadonlyTree } from '../tree/tree.ts';
import {
  type Descriptor,
  type ExecutionConfig,
  type Image,
  type ImageConfig,
  type Manifest,
  mediaTypes,
} from './image.ts';
import { plainLayer } from './layer.ts';
import { maxConfigSize, maxManifestSize, parseConfig, parseJson, parseManifest } from './parse.ts';

/** A layer to be: a tree, or a blob that the cache has already, compressed or not. */
export type LayerSource = { readonly tree: ReadonlyTree } | Descriptor;

export interface NewImage {
  /** From the lowest to the highest. */
  readonly layers: readonly LayerSource[];
  readonly config: ExecutionConfig;
  readonly arch: Arch;
  /** Of the manifest. */
  readonly annotations?: Readonly<Record<string, string>>;
  /** Seconds since the epoch; absent: it does not say. */
  readonly created?: number;
  /** Later times of files are set to this one, in seconds since the epoch; absent: they stay as they are. */
  readonly clampMtime?: number;
}

/** Equal inputs give equal bytes, and so the same digest, wherever and whenever it is written. */
export async function writeImage(cache: Cache, input: NewImage): Promise<Image> {
  const layers: Descriptor[] = [];
  const diffIds: Digest[] = [];
  for (const source of input.layers) {
    const layer = 'tree' in source ? await writeLayer(cache, source.tree, input.clampMtime) : source;
    layers.push(layer);
    diffIds.push((await plainLayer(cache, layer)).digest);
  }
  const [variant] = architectureOf(input.arch).variants;
  const config: ImageConfig = {
    architecture: input.arch,
    os: 'linux',
    ...(variant && { variant }),
    ...(input.created !== undefined && {
      created: `${new Date(input.created * 1000).toISOString().slice(0, 19)}Z`,
    }),
    config: input.config,
    rootfs: { type: 'layers', diff_ids: diffIds },
  };
  const manifest: Manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: { mediaType: mediaTypes.config, ...(await putJson(cache, config)) },
    layers,
    ...(input.annotations && { annotations: input.annotations }),
  };
  const { digest } = await putJson(cache, manifest);
  return { digest, manifest, config };
}

/**
 * The image whose manifest has this digest; undefined when one of its blobs is absent.
 * `name` is how errors call it.
 */
export async function loadImage(
  cache: Cache,
  digest: Digest,
  name: string = digest,
): Promise<Image | undefined> {
  const manifestBytes = await readBlob(cache, digest, maxManifestSize, `manifest of ${name}`);
  if (!manifestBytes) return undefined;
  const manifestName = `manifest of ${name}`;
  const manifest = parseManifest(parseJson(manifestBytes, manifestName), manifestName);
  const configName = `config of ${name}`;
  const configBytes = await readBlob(cache, manifest.config.digest, maxConfigSize, configName);
  if (configBytes?.length !== manifest.config.size) return undefined;
  const config = parseConfig(parseJson(configBytes, configName), configName);
  requireLayersMatch(manifest, config, name);
  for (const layer of manifest.layers) if (!(await cache.hasBlob(layer))) return undefined;
  return { digest, manifest, config };
}

/** Every layer has the digest of its plain form in the config: what is unpacked is checked against it. */
export function requireLayersMatch(manifest: Manifest, config: ImageConfig, name: string): void {
  const [layers, diffIds] = [manifest.layers.length, config.rootfs.diff_ids.length];
  if (layers === diffIds) return;
  throw new CatamaranError('integrity', {
    code: 'image-malformed',
    message: `image ${name} cannot be used: its manifest has ${layers} layers, its config names ${diffIds}`,
  });
}

async function writeLayer(cache: Cache, tree: ReadonlyTree, clampMtime = Number.MAX_SAFE_INTEGER) {
  const blob = await cache.putBlob(writeTar(tree, { clampMtime }), { what: 'layer' });
  return { mediaType: mediaTypes.layer, digest: blob.digest, size: blob.size };
}

async function putJson(cache: Cache, value: Manifest | ImageConfig) {
  const bytes = new TextEncoder().encode(canonicalJson(asJson(value)));
  const { digest, size } = await cache.putBlob(bytes);
  return { digest, size };
}

async function readBlob(cache: Cache, digest: Digest, most: number, what: string) {
  const path = await cache.verifiedBlob(digest);
  if (path === undefined) return undefined;
  const bytes = await readFile(path);
  if (bytes.length <= most) return bytes;
  throw new CatamaranError('integrity', {
    code: 'image-malformed',
    message: `${what} is too large: ${bytes.length} bytes`,
  });
}
