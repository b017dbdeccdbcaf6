// Bytes from a server into the cache, whoever the server is: resumed, retried, bounded in size and in patience, hashed
// once while they come, and visible only when they are what was promised.
import { stat } from 'node:fs/promises';
import { CatamaranError, messageOf } from '../base/errors.ts';
import { formatSize } from '../base/size.ts';
import { type Blob, type ExpectedBlob, requireExpected } from '../store/blob.ts';
import type { Cache } from '../store/cache.ts';
import { claimPartial, type Partial as PartialFile } from '../store/partial.ts';
import { type FetchSession, fetchOnce, requireBounded } from './fetch-once.ts';
import { patiently } from './patience.ts';
import type { TransferRequest, TransferTarget } from './transfer.ts';

/** What the cache has is not asked for again. */
export async function transferBlob(wanted: TransferRequest, to: TransferTarget): Promise<Blob> {
  to.signal?.throwIfAborted();
  const cached = await fromCache(wanted, to.cache);
  if (cached !== undefined) return cached;
  requireBounded(wanted, wanted.blob?.size ?? 0);

  const partial = await claimPartial(to.cache.root, wanted.blob?.digest);
  const followed = follow(wanted, partial, to);
  let settled = false;
  try {
    const blob = await fetchWhole(wanted, to, partial);
    await partial.close();
    await to.cache.adoptBlob(partial.path, blob);
    settled = true;
    return blob;
  } catch (thrown) {
    // What was wrong in itself is of no use to the next try.
    if (thrown instanceof CatamaranError && thrown.fault === 'integrity') {
      await partial.discard();
      settled = true;
    }
    throw thrown;
  } finally {
    if (!settled) await partial.release();
    await followed;
  }
}

async function follow(wanted: TransferRequest, partial: PartialFile, to: TransferTarget): Promise<void> {
  if (wanted.follow === undefined) return;
  try {
    await wanted.follow(await partial.follow());
  } catch (thrown) {
    to.reporter.debug(`${wanted.what}: not followed to its end: ${messageOf(thrown)}`);
  }
}

async function fromCache({ blob, what }: TransferRequest, cache: Cache): Promise<Blob | undefined> {
  if (blob?.digest === undefined) return undefined;
  const path = await cache.verifiedBlob(blob.digest);
  if (path === undefined) return undefined;
  const found = { digest: blob.digest, size: (await stat(path)).size };
  requireExpected(found, { ...blob, what });
  return found;
}

async function fetchWhole(wanted: TransferRequest, to: TransferTarget, partial: PartialFile): Promise<Blob> {
  const { what, giveUp } = wanted;
  const session: FetchSession = { wanted, to, partial, resumed: partial.size > 0, shown: 0 };
  const effort = { ...to, what, giveUp, progress: () => partial.size };
  const fetchRest = async () => {
    await patiently(effort, () => fetchOnce(session));
    return partial.seal();
  };
  const expected = { ...wanted.blob, what };
  try {
    let blob = await fetchRest();
    if (session.resumed && !fits(blob, expected)) {
      to.reporter.debug(`${what}: the pieces do not fit to each other; starting again`);
      await partial.restart();
      blob = await fetchRest();
    }
    requireExpected(blob, expected);
    return blob;
  } finally {
    session.task?.done(formatSize(partial.size));
  }
}

function fits(blob: Blob, expected: ExpectedBlob): boolean {
  return (expected.digest ?? blob.digest) === blob.digest && (expected.size ?? blob.size) === blob.size;
}
