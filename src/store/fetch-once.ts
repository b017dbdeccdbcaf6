// One try of a download: asks for what is missing of the partial file and appends what comes.
import { CatamaranError } from '../base/errors.ts';
import type { Task } from '../base/reporter.ts';
import type { Partial } from './partial.ts';
import { request, Transient, transientOf } from './request.ts';
import type { DownloadRequest, DownloadTarget, Patience } from './transfer.ts';

/** What the tries of one download share. */
export interface Session {
  readonly url: URL;
  readonly wanted: DownloadRequest;
  readonly to: DownloadTarget;
  readonly partial: Partial;
  readonly patience: Patience;
  /** Tells this content from what the server may hold later: a strong ETag, or Last-Modified. */
  validator?: string | undefined;
  task?: Task;
  /** Whether the bytes come from more than one answer. */
  resumed?: boolean;
  /** How many bytes the task has been told of. */
  shown?: number;
}

/** So many bytes in the stall time count as a sign of life. */
const lifeStep = 1 << 10;

/** Comes back when all has arrived that the server had to give; throws Transient where a later try may help. */
export async function fetchOnce(session: Session): Promise<void> {
  const { partial, wanted, to } = session;
  const size = wanted.blob?.size;
  // Without a digest and a validator nothing tells whether the rest would fit to what is there.
  const unprovable = wanted.blob?.digest === undefined && session.validator === undefined;
  if (unprovable || partial.size > (size ?? wanted.maxSize)) await partial.restart();
  if (size !== undefined && size > 0 && partial.size === size) return;

  const watch = watchStall(session.patience.stall);
  const signal = to.signal === undefined ? watch.signal : AbortSignal.any([to.signal, watch.signal]);
  try {
    const response = await request(session.url, wanted.what, wanted.headers ?? {}, rangeOf(session), signal);
    const total = await matchResponse(session, response);
    show(session, total);
    await receive(session, response, total, watch, signal);
  } catch (thrown) {
    if (to.signal?.aborted) throw to.signal.reason;
    if (watch.signal.aborted)
      throw new Transient(`less than 1 KiB arrived in ${session.patience.stall / 1000} s`);
    throw thrown;
  } finally {
    watch.stop();
  }
}

function rangeOf({ partial, validator }: Session): Record<string, string> {
  // The bytes as they are: digests and ranges count those, not what a decoder makes of them.
  const headers: Record<string, string> = { 'accept-encoding': 'identity' };
  if (partial.size === 0) return headers;
  headers.range = `bytes=${partial.size}-`;
  if (validator !== undefined) headers['if-range'] = validator;
  return headers;
}

/** Brings the partial into line with what the server is about to send. The answer is the whole's size, if known. */
async function matchResponse(session: Session, response: Response): Promise<number | undefined> {
  const { partial, wanted } = session;
  const validator = validatorOf(response);
  const changed = session.validator !== undefined && validator !== session.validator;
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '');
  const fits = response.status === 206 && Number(range?.[1]) === partial.size && partial.size > 0 && !changed;
  session.validator = validator;
  if (response.status === 200) await partial.restart();
  else if (fits) session.resumed = true;
  else {
    session.validator = undefined;
    await response.body?.cancel();
    await partial.restart();
    throw new Transient(`the server's answer ${response.status} does not fit to what has arrived so far`);
  }
  const length = response.headers.get('content-length');
  const total = length === null ? undefined : partial.size + Number(length);
  if (total !== undefined) {
    try {
      requireBounded(wanted, total);
      requirePromised(wanted, total);
    } catch (thrown) {
      await response.body?.cancel();
      throw thrown;
    }
  }
  return total ?? wanted.blob?.size;
}

function validatorOf(response: Response): string | undefined {
  const tag = response.headers.get('etag');
  return tag !== null && !tag.startsWith('W/') ? tag : (response.headers.get('last-modified') ?? undefined);
}

async function receive(
  session: Session,
  response: Response,
  total: number | undefined,
  watch: StallWatch,
  signal: AbortSignal,
): Promise<void> {
  const { partial, wanted } = session;
  const reader = response.body?.getReader();
  try {
    for (;;) {
      const read = await reader?.read().catch((thrown) => {
        throw signal.aborted ? signal.reason : transientOf(thrown);
      });
      if (read === undefined || read.done) break;
      watch.feed(read.value.length);
      requireBounded(wanted, partial.size + read.value.length);
      await partial.append(read.value);
      show(session, total);
    }
  } finally {
    await reader?.cancel().catch(() => {});
  }
  if (total !== undefined && partial.size < total) {
    throw new Transient(`it ended after ${partial.size} of ${total} bytes`);
  }
}

function show(session: Session, total: number | undefined): void {
  session.task ??= session.to.reporter.task(session.wanted.what, { total, unit: 'bytes' });
  const { size } = session.partial;
  // Less than before after a restart.
  session.task.advance(size - (session.shown ?? 0));
  session.shown = size;
}

/** Refuses what is larger than the caller is ready to take. */
export function requireBounded(wanted: DownloadRequest, size: number): void {
  const { what, maxSize, blob } = wanted;
  if (blob?.size !== undefined && size > blob.size) requirePromised(wanted, size);
  if (size <= maxSize) return;
  throw new CatamaranError('integrity', {
    code: 'download-too-large',
    message: `${what} is larger than the ${maxSize} bytes that it may have`,
    hint: 'Check the address: this is probably not the file that was meant.',
  });
}

function requirePromised({ what, blob }: DownloadRequest, size: number): void {
  if (blob?.size === undefined || size === blob.size) return;
  throw new CatamaranError('integrity', {
    code: 'blob-size',
    message: `${what} has the wrong size: expected ${blob.size} bytes, got ${size}`,
    hint: 'Fetch it again; if it stays so, the source holds another file than the one that was promised.',
  });
}

interface StallWatch {
  readonly signal: AbortSignal;
  feed(bytes: number): void;
  stop(): void;
}

function watchStall(milliseconds: number): StallWatch {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new Transient('stalled')), milliseconds);
  let fed = 0;
  return {
    signal: controller.signal,
    feed(bytes) {
      fed += bytes;
      if (fed < lifeStep) return;
      fed = 0;
      timer.refresh();
    },
    stop: () => clearTimeout(timer),
  };
}
