// Downloads into the cache: resumed, retried, bounded in size and in patience, and checked before they are visible.
import { stat } from 'node:fs/promises';
import pLimit from 'p-limit';
import { CatamaranError } from '../base/errors.ts';
import { formatSize } from '../base/size.ts';
import { type Blob, type Cache, type ExpectedBlob, requireBlob } from './cache.ts';
import { fetchOnce, requireBounded, type Session } from './fetch-once.ts';
import { claimPartial, type Partial as PartialFile } from './partial.ts';
import { parseUrl, redactUrl, Transient } from './request.ts';
import { type DownloadRequest, type DownloadTarget, usualPatience } from './transfer.ts';

/** As many bytes of new ground count as progress. */
const progressStep = 1 << 20;

export async function download(wanted: DownloadRequest, to: DownloadTarget): Promise<Blob> {
  to.signal?.throwIfAborted();
  const url = parseUrl(wanted.url, wanted.what);
  const cached = await fromCache(wanted, to.cache);
  if (cached !== undefined) return cached;
  if (to.offline) {
    throw new CatamaranError('network', {
      code: 'download-offline',
      message: `${wanted.what} is not in the cache, and nothing may be downloaded (${redactUrl(url)})`,
      hint: 'Run once without --offline.',
    });
  }
  requireBounded(wanted, wanted.blob?.size ?? 0);

  const partial = await claimPartial(to.cache.root, wanted.blob?.digest);
  let settled = false;
  try {
    const blob = await fetchAll(url, wanted, to, partial);
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
  }
}

/** Each of them once, at most `parallel` at a time. After the first failure none is begun, and the rest is stopped. */
export async function downloadAll(
  wanted: readonly DownloadRequest[],
  to: DownloadTarget,
  parallel = 6,
): Promise<Blob[]> {
  const stop = new AbortController();
  const signal = to.signal === undefined ? stop.signal : AbortSignal.any([to.signal, stop.signal]);
  const limit = pLimit(parallel);
  const running = wanted.map((one) =>
    limit(async () => {
      try {
        return await download(one, { ...to, signal });
      } catch (thrown) {
        stop.abort(thrown);
        throw thrown;
      }
    }),
  );
  await Promise.allSettled(running);
  // The first to fail has stopped the others, whose errors say nothing more.
  if (stop.signal.aborted) throw stop.signal.reason;
  return Promise.all(running);
}

async function fromCache({ blob, what }: DownloadRequest, cache: Cache): Promise<Blob | undefined> {
  if (blob?.digest === undefined) return undefined;
  const path = await cache.verifiedBlob(blob.digest);
  if (path === undefined) return undefined;
  const found = { digest: blob.digest, size: (await stat(path)).size };
  requireBlob(found, { ...blob, what });
  return found;
}

async function fetchAll(
  url: URL,
  wanted: DownloadRequest,
  to: DownloadTarget,
  partial: PartialFile,
): Promise<Blob> {
  const session: Session = { url, wanted, to, partial, patience: { ...usualPatience, ...to.patience } };
  const expected = { ...wanted.blob, what: wanted.what };
  session.resumed = partial.size > 0;
  try {
    const blob = await fetchPatiently(session);
    // Pieces of several answers may not fit to each other: then once more, from the first byte.
    if (!session.resumed || fits(blob, expected)) return checked(blob, expected);
    to.reporter.debug(`${wanted.what}: the pieces do not fit to each other; starting again`);
    await partial.restart();
    return checked(await fetchPatiently(session), expected);
  } finally {
    session.task?.done(formatSize(partial.size));
  }
}

async function fetchPatiently(session: Session): Promise<Blob> {
  const { wanted, to, partial, patience } = session;
  let failures = 0;
  let tries = 0;
  let best = partial.size;
  for (;;) {
    try {
      tries += 1;
      await fetchOnce(session);
      return await partial.seal();
    } catch (thrown) {
      if (!(thrown instanceof Transient)) throw thrown;
      failures = partial.size >= best + progressStep ? 1 : failures + 1;
      best = Math.max(best, partial.size);
      if (failures >= patience.tries) throw givenUp(session, thrown, tries);
      const wait = Math.max(thrown.wait ?? 0, patience.backOff * 2 ** (failures - 1));
      to.reporter.debug(`${wanted.what}: ${thrown.message}; trying again`);
      await patience.sleep(Math.min(wait, patience.maxWait), to.signal).catch((cut) => {
        throw to.signal?.aborted ? to.signal.reason : cut;
      });
    }
  }
}

function checked(blob: Blob, expected: ExpectedBlob): Blob {
  requireBlob(blob, expected);
  return blob;
}

function fits(blob: Blob, expected: ExpectedBlob): boolean {
  return (expected.digest ?? blob.digest) === blob.digest && (expected.size ?? blob.size) === blob.size;
}

function givenUp({ wanted, url }: Session, last: Transient, tries: number): CatamaranError {
  return new CatamaranError(
    'network',
    {
      code: 'download-failed',
      message: `${wanted.what} could not be downloaded from ${redactUrl(url)} in ${tries} tries: ${last.message}`,
      hint: 'Check the network and the mirror, then run it again: it goes on from what has arrived.',
    },
    { cause: last },
  );
}
