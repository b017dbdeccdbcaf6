// A layer's blob → its plain tar in the cache, made once. What comes out is as large as a layer may honestly be and
// no larger, and has the digest that the image's config promised.
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { type Compression, decompress, detectFormat } from '../archive/decompress.ts';
import { type Digest, isDigest } from '../base/digest.ts';
import { CatamaranError } from '../base/errors.ts';
import { formatSize } from '../base/size.ts';
import type { Blob } from '../store/blob.ts';
import type { Cache } from '../store/cache.ts';
import type { Descriptor } from './image.ts';

/** Bounds what a layer may unpack to, in bytes: a small blob may not fill the disk. */
const maxPlainSize = 16 * 2 ** 30;
const freeSize = 2 ** 30;
const maxRatio = 100;

export interface PlainOptions {
  /** The digest that the plain tar must have: the config's diff_id. */
  readonly diffId?: Digest;
  /** How errors call the layer. */
  readonly what?: string;
  /** In bytes, of the plain tar; by default in proportion to the blob. */
  readonly maxSize?: number;
}

/** The layer as a plain tar. A layer that is plain already is itself: nothing is copied. */
export async function plainLayer(cache: Cache, layer: Descriptor, options: PlainOptions = {}): Promise<Blob> {
  const what = options.what ?? `layer ${layer.digest}`;
  const known = await knownPlain(cache, layer);
  if (known && (options.diffId === undefined || known.digest === options.diffId)) return known;

  const path = await verifiedLayer(cache, layer.digest, what);
  const format = await formatOf(path);
  const plain =
    format === 'none'
      ? requireDiffId({ digest: layer.digest, size: layer.size }, options.diffId, what)
      : await unpack(cache, layer, createReadStream(path), format, { ...options, what });
  await recordPlain(cache, layer, plain);
  return plain;
}

/**
 * Does the same with a layer's bytes while they come, before they are proven: they must end only when they are, so that
 * nothing is kept of others. What is plain already is left alone.
 */
export async function unpackWhile(
  cache: Cache,
  layer: Descriptor,
  bytes: AsyncGenerator<Uint8Array>,
  options: PlainOptions & { what: string },
): Promise<void> {
  const [head, all] = await readHead(bytes);
  const format = detectFormat(head);
  if (format === 'none') await bytes.return(undefined);
  else await recordPlain(cache, layer, await unpack(cache, layer, all, format, options));
}

/** The first bytes, six if there are so many, and all of them again. */
async function readHead(
  bytes: AsyncGenerator<Uint8Array>,
): Promise<[Uint8Array, AsyncGenerator<Uint8Array>]> {
  let head: Uint8Array = new Uint8Array();
  while (head.length < 6) {
    const next = await bytes.next();
    if (next.done) break;
    head = Buffer.concat([head, next.value]);
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    yield head;
    yield* bytes;
  }
  return [head, all()];
}

async function recordPlain(cache: Cache, layer: Descriptor, { digest, size }: Blob): Promise<void> {
  await cache.putResult('layer', layer.digest, { digest, size });
}

async function unpack(
  cache: Cache,
  layer: Descriptor,
  bytes: AsyncIterable<Uint8Array>,
  format: Compression,
  options: PlainOptions & { what: string },
): Promise<Blob> {
  const limit = options.maxSize ?? Math.min(maxPlainSize, maxUnpacked(layer.size));
  const plain = bounded(decompress(bytes, format), limit, options.what);
  return naming(options.what, () =>
    cache.putBlob(plain, {
      what: `${options.what}, unpacked,`,
      derived: true,
      ...(options.diffId && { digest: options.diffId }),
    }),
  );
}

/** For so many bytes of compressed ones: what an honest archive may unpack to. */
export const maxUnpacked = (size: number): number => freeSize + maxRatio * size;

export async function* bounded(source: AsyncIterable<Uint8Array>, limit: number, what: string) {
  let size = 0;
  for await (const chunk of source) {
    size += chunk.length;
    if (size > limit) {
      throw new CatamaranError('integrity', {
        code: 'layer-too-large',
        message: `${what} unpacks to more than ${formatSize(limit)}`,
      });
    }
    yield chunk;
  }
}

/** By its first bytes: the media types of layers in the wild are often wrong about compression. */
export async function formatOf(path: string): Promise<Compression> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(6), 0, 6, 0);
    return detectFormat(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}

export async function knownPlain(cache: Cache, layer: Descriptor): Promise<Blob | undefined> {
  const known = (await cache.result('layer', layer.digest)) as
    | { digest?: unknown; size?: unknown }
    | undefined;
  if (typeof known?.digest !== 'string' || !isDigest(known.digest)) return undefined;
  if (typeof known.size !== 'number') return undefined;
  const blob = { digest: known.digest, size: known.size };
  return (await cache.hasBlob(blob)) ? blob : undefined;
}

export async function verifiedLayer(cache: Cache, digest: Digest, what: string): Promise<string> {
  const path = await cache.verifiedBlob(digest);
  if (path !== undefined) return path;
  throw new CatamaranError('environment', {
    code: 'layer-missing',
    message: `${what} is not in the cache, or was damaged there and has been removed`,
    hint: 'Run the command again: it fetches what is missing.',
  });
}

function requireDiffId(blob: Blob, diffId: Digest | undefined, what: string): Blob {
  if (diffId === undefined || diffId === blob.digest) return blob;
  throw new CatamaranError('integrity', {
    code: 'layer-diff-id',
    message: `${what} has the digest ${blob.digest}, but the image's config names ${diffId}`,
  });
}

/** Runs it, and names the layer in errors of rooms that know neither image nor layer. */
export async function naming<T>(what: string, read: () => Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (!(cause instanceof CatamaranError) || cause.fault !== 'integrity' || cause.message.includes(what))
      throw cause;
    const { code, message, hint } = cause.diagnostics[0];
    throw new CatamaranError(cause.fault, { code, message: `${what}: ${message}`, hint }, { cause });
  }
}
