// One blob from a registry into the cache: resumed where a try broke off, counted while it streams, hashed once, and
// visible only when it is what the manifest promised.
import { CatamaranError } from '../base/errors.ts';
import { formatSize } from '../base/size.ts';
import { type Blob, type Cache, requireBlob } from '../store/cache.ts';
import { claimPartial, type Partial as PartialFile } from '../store/partial.ts';
import { redactUrl, Transient } from '../store/request.ts';
import type { Endpoint } from './endpoint.ts';
import type { HttpResponse } from './http.ts';
import { lied, type RegistryClient, refusal } from './registry.ts';

/** `what` names it in errors. */
export async function fetchBlob(
  client: RegistryClient,
  endpoint: Endpoint,
  blob: Blob,
  cache: Cache,
  what: string,
): Promise<void> {
  if ((await cache.hasBlob(blob)) && (await cache.verifiedBlob(blob.digest)) !== undefined) return;
  const partial = await claimPartial(cache.root, blob.digest);
  let settled = false;
  try {
    const written = await fetchWhole(client, endpoint, blob, partial, what);
    requireBlob(written, { ...blob, what });
    await partial.close();
    await cache.adoptBlob(partial.path, written);
    settled = true;
  } catch (thrown) {
    // What was wrong in itself is of no use to the next try.
    if (thrown instanceof CatamaranError && thrown.fault === 'integrity') {
      await partial.discard();
      settled = true;
    }
    throw thrown;
  } finally {
    if (!settled) await partial.release();
  }
}

async function fetchWhole(
  client: RegistryClient,
  endpoint: Endpoint,
  blob: Blob,
  partial: PartialFile,
  what: string,
): Promise<Blob> {
  const task = client.options.reporter.task(what, { total: blob.size, unit: 'bytes' });
  let pieces = partial.size > 0 ? 1 : 0;
  const fetchAll = async () => {
    const attempt = () => {
      pieces += 1;
      return fetchRest(client, endpoint, blob, partial, what, (amount) => task.advance(amount));
    };
    await client.patiently(what, attempt, () => partial.size);
    return partial.seal();
  };
  try {
    const written = await fetchAll();
    if (written.digest === blob.digest || pieces === 1) return written;
    // Pieces of several answers may not fit to each other: then once more, from the first byte.
    await partial.restart();
    return await fetchAll();
  } finally {
    task.done(formatSize(partial.size));
  }
}

async function fetchRest(
  client: RegistryClient,
  endpoint: Endpoint,
  blob: Blob,
  partial: PartialFile,
  what: string,
  advance: (amount: number) => void,
): Promise<void> {
  if (partial.size > blob.size) await partial.restart();
  if (partial.size === blob.size && blob.size > 0) return;
  const from = partial.size;
  const headers = { accept: '*/*', ...(from > 0 && { range: `bytes=${from}-` }) };
  const response = await client.call(endpoint, {
    method: 'GET',
    to: `blobs/${blob.digest}`,
    access: 'pull',
    headers,
  });
  await placeAnswer(response, partial, blob, endpoint, what);
  for await (const chunk of response.body) {
    if (partial.size + chunk.length > blob.size) {
      throw lied(endpoint, what, `it has more than the ${blob.size} bytes that the manifest names`);
    }
    await partial.append(chunk);
    advance(chunk.length);
  }
  if (partial.size < blob.size) {
    throw new Transient(`${redactUrl(response.url)} ended after ${partial.size} of ${blob.size} bytes`);
  }
}

/** Sees that what comes goes where it belongs: behind what is there, or to a new beginning. */
async function placeAnswer(
  response: HttpResponse,
  partial: PartialFile,
  blob: Blob,
  endpoint: Endpoint,
  what: string,
): Promise<void> {
  const { status, headers } = response;
  if (status === 416 && partial.size > 0) {
    response.discard();
    await partial.restart();
    throw new Transient(`${redactUrl(response.url)} cannot send a part`);
  }
  if (status !== 200 && status !== 206) throw await refusal(response, endpoint, what);
  if (status === 200) await partial.restart();
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers['content-range'] ?? '');
  if (status === 206 && Number(range?.[1] ?? -1) !== partial.size) {
    response.discard();
    throw lied(endpoint, what, 'it sends another part than the one that was asked for');
  }
  const encoding = headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') {
    response.discard();
    throw lied(endpoint, what, `it came with the content encoding ${encoding}, unasked`);
  }
  const length = headers['content-length'];
  if (length !== undefined && Number(length) !== blob.size - partial.size) {
    response.discard();
    throw lied(
      endpoint,
      what,
      `it has ${partial.size + Number(length)} bytes, and the manifest names ${blob.size}`,
    );
  }
}
