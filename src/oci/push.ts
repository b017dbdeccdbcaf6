// An image of the cache → a registry. Blobs that it has already are not sent; the manifest goes last, so that
// whoever sees the tag can fetch all of it.
import { createReadStream } from 'node:fs';
import { createGzip } from 'node:zlib';
import type { Digest } from '../base/digest.ts';
import { CatamaranError } from '../base/errors.ts';
import { asJson, canonicalJson, type Json } from '../base/json.ts';
import { byName } from '../base/order.ts';
import { formatSize } from '../base/size.ts';
import { redactUrl } from '../net/address.ts';
import type { Blob } from '../store/blob.ts';
import type { Cache } from '../store/cache.ts';
import { eachLimited } from '../store/each-limited.ts';
import { type Endpoint, endpointsOf } from './endpoint.ts';
import { platformOf } from './export.ts';
import { type Descriptor, type Image, type Manifest, mediaTypes } from './image.ts';
import { plainLayer, verifiedLayer } from './layer.ts';
import { digestOfBytes } from './layout.ts';
import { formatRegistryReference, type RegistryReference } from './reference.ts';
import { type RegistryClient, refusal } from './registry.ts';

export interface PushOptions {
  readonly cache: Cache;
  readonly registries: RegistryClient;
}

/** What a manifest's tag, or its digest, now names there. */
export interface Pushed {
  readonly digest: Digest;
  readonly name: string;
}

/**
 * Without a tag or digest in the reference it can be fetched by its digest alone. One image is pushed as itself,
 * several (one for each platform) as an index.
 */
export async function pushImages(
  images: readonly [Image, ...Image[]],
  reference: RegistryReference,
  options: PushOptions,
): Promise<Pushed> {
  const endpoint = endpointsOf(reference, { ...options.registries.options, mirrors: {} })[0]!;
  const [first, ...others] = images;
  const name = formatRegistryReference(reference);
  for (const image of images) await pushBlobs(image, endpoint, name, options);
  if (others.length === 0) {
    const path = await verifiedLayer(options.cache, first.digest, `the manifest of ${name}`);
    const bytes = await readAll(createReadStream(path));
    return putManifest(bytes, first.manifest.mediaType, reference, endpoint, name, options);
  }
  const manifests: Json[] = [];
  for (const image of [...images].sort((a, b) => byName(a.config.architecture, b.config.architecture))) {
    const bytes = await readAll(createReadStream(await verifiedLayer(options.cache, image.digest, name)));
    const untagged = { host: reference.host, repository: reference.repository };
    await putManifest(bytes, image.manifest.mediaType, untagged, endpoint, name, options);
    const { mediaType } = image.manifest;
    manifests.push({ mediaType, digest: image.digest, size: bytes.length, platform: platformOf(image) });
  }
  const index = canonicalJson({ schemaVersion: 2, mediaType: mediaTypes.index, manifests });
  return putManifest(new TextEncoder().encode(index), mediaTypes.index, reference, endpoint, name, options);
}

/**
 * The same image with its plain layers compressed by gzip: another manifest, the same config and content. Equal
 * inputs give equal bytes with one version of Node; another one's zlib may pack otherwise.
 */
export async function compressLayers(cache: Cache, image: Image, level = 6): Promise<Image> {
  const diffIds = image.config.rootfs.diff_ids;
  const layers = await eachLimited(image.manifest.layers, async (layer, at) => {
    const plain = await plainLayer(cache, layer, { diffId: diffIds[at]! });
    return plain.digest === layer.digest ? compress(cache, layer, level) : layer;
  });
  const manifest: Manifest = { ...image.manifest, layers };
  const { digest } = await cache.putBlob(new TextEncoder().encode(canonicalJson(asJson(manifest))));
  return { ...image, digest, manifest };
}

async function compress(cache: Cache, layer: Descriptor, level: number): Promise<Descriptor> {
  const path = await verifiedLayer(cache, layer.digest, `layer ${layer.digest}`);
  const source = createReadStream(path, { highWaterMark: 1 << 20 });
  const gzip = createGzip({ level });
  source.once('error', (error) => gzip.destroy(error));
  const { digest, size } = await cache.putBlob(withPlainHeader(source.pipe(gzip)), {
    what: 'a compressed layer',
  });
  await cache.putResult('layer', digest, { digest: layer.digest, size: layer.size });
  return { mediaType: mediaTypes.layerGzip, digest, size };
}

/** RFC 1952: byte 9 is the operating system; 255, unknown, is the same on each. */
async function* withPlainHeader(source: AsyncIterable<Buffer>): AsyncGenerator<Uint8Array> {
  let done = 0;
  for await (const chunk of source) {
    const at = 9 - done;
    if (at >= 0 && at < chunk.length) chunk[at] = 255;
    done += chunk.length;
    yield chunk;
  }
}

async function pushBlobs(
  image: Image,
  endpoint: Endpoint,
  name: string,
  options: PushOptions,
): Promise<void> {
  const count = image.manifest.layers.length;
  const named = [...image.manifest.layers, image.manifest.config].map((blob, at) => ({
    blob,
    what: at < count ? `layer ${at + 1} of ${count} of image ${name}` : `the config of image ${name}`,
  }));
  const once = new Map(named.map((one) => [one.blob.digest, one]));
  await eachLimited([...once.values()], async ({ blob, what }) => {
    const path = await verifiedLayer(options.cache, blob.digest, what);
    await options.registries.patiently(what, () => pushBlob(blob, path, what, endpoint, options.registries));
  });
}

/** Distribution, "pushing a blob monolithically": POST for a place, PUT to it. */
async function pushBlob(
  blob: Blob,
  path: string,
  what: string,
  endpoint: Endpoint,
  client: RegistryClient,
): Promise<void> {
  const access = 'pull,push';
  const head = await client.call(endpoint, { method: 'HEAD', to: `blobs/${blob.digest}`, access });
  head.discard();
  if (head.status === 200) return;
  const begun = await client.call(endpoint, { method: 'POST', to: 'blobs/uploads/', access });
  if (begun.status !== 202) throw await refusal(begun, endpoint, `a place for ${what}`);
  begun.discard();
  const place = uploadPlace(begun.headers.location, begun.url, blob.digest, endpoint);
  const task = client.options.reporter.task(what, { total: blob.size, unit: 'bytes' });
  const put = await client.call(endpoint, {
    method: 'PUT',
    to: place,
    access,
    headers: { 'content-type': 'application/octet-stream' },
    body: { size: blob.size, open: () => counting(path, (amount) => task.advance(amount)) },
  });
  task.done(formatSize(blob.size));
  if (put.status !== 201) throw await refusal(put, endpoint, `to take ${what}`);
  put.discard();
}

function uploadPlace(location: string | undefined, base: URL, digest: Digest, endpoint: Endpoint): URL {
  if (location === undefined || !URL.canParse(location, base.href)) {
    throw new CatamaranError('network', {
      code: 'registry-status',
      message: `registry ${endpoint.host} did not say where to send a blob to (${redactUrl(base)})`,
      hint: 'Check the address of the registry.',
    });
  }
  const place = new URL(location, base);
  place.searchParams.set('digest', digest);
  return place;
}

async function putManifest(
  bytes: Uint8Array,
  mediaType: string,
  reference: RegistryReference,
  endpoint: Endpoint,
  name: string,
  { registries }: PushOptions,
): Promise<Pushed> {
  const digest = digestOfBytes(bytes);
  const what = `the manifest of ${name}`;
  await registries.patiently(what, async () => {
    const response = await registries.call(endpoint, {
      method: 'PUT',
      to: `manifests/${reference.tag ?? digest}`,
      access: 'pull,push',
      headers: { 'content-type': mediaType },
      body: { size: bytes.length, open: () => once(bytes) },
    });
    if (response.status !== 201) throw await refusal(response, endpoint, `to take ${what}`);
    response.discard();
    const stored = response.headers['docker-content-digest'];
    if (stored !== undefined && stored !== digest) {
      throw new CatamaranError('integrity', {
        code: 'registry-lied',
        message: `registry ${endpoint.host} stored ${what} under another digest: ${String(stored).slice(0, 80)}`,
        hint: 'Try again; if it stays so, the registry is broken or hostile.',
      });
    }
  });
  return { digest, name: formatRegistryReference({ ...reference, digest }) };
}

async function* counting(path: string, advance: (amount: number) => void): AsyncGenerator<Uint8Array> {
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 18 })) {
    advance((chunk as Buffer).length);
    yield chunk as Buffer;
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}

async function readAll(source: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of source) chunks.push(chunk);
  return Buffer.concat(chunks);
}
