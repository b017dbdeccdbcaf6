// One try of a transfer: asks for what is missing of the partial file and appends what comes.
import { CatamaranError } from '../base/errors.ts';
import type { Task } from '../base/reporter.ts';
import type { Partial } from '../store/partial.ts';
import type { HttpResponse } from './http.ts';
import { Misfit, Transient } from './patience.ts';
import type { TransferRequest, TransferTarget } from './transfer.ts';

/** What the tries of one transfer share. */
export interface FetchSession {
  readonly wanted: TransferRequest;
  readonly to: TransferTarget;
  readonly partial: Partial;
  /** Tells content without a digest from what the server may hold later: a strong ETag, or Last-Modified. */
  validator?: string | undefined;
  task?: Task;
  /** Whether the bytes come from more than one answer. */
  resumed: boolean;
  /** How many bytes the task has been told of. */
  shown: number;
}

/** Comes back when all has arrived that the server had to give; throws Transient where a later try may help. */
export async function fetchOnce(session: FetchSession): Promise<void> {
  const { partial, wanted } = session;
  const size = wanted.blob?.size;
  // Without a digest and a validator nothing tells whether the rest would fit to what is there.
  const unprovable = wanted.blob?.digest === undefined && session.validator === undefined;
  if (unprovable || partial.size > (size ?? wanted.maxSize)) await partial.restart();
  if (size !== undefined && size > 0 && partial.size === size) return;

  const response = await wanted.ask(rangeOf(session));
  const total = await matchResponse(session, response);
  show(session, total);
  await receive(session, response, total);
}

function rangeOf({ partial, validator }: FetchSession): Record<string, string> {
  if (partial.size === 0) return {};
  return { range: `bytes=${partial.size}-`, ...(validator !== undefined && { 'if-range': validator }) };
}

/** Brings the partial into line with what the server is about to send. The answer is the whole's size, if known. */
async function matchResponse(session: FetchSession, response: HttpResponse): Promise<number | undefined> {
  const { partial, wanted } = session;
  const { status, headers } = response;
  const validator = wanted.blob?.digest === undefined ? validatorOf(response) : undefined;
  const changed = session.validator !== undefined && validator !== session.validator;
  const range = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(headers['content-range'] ?? '');
  const fits = status === 206 && Number(range?.[1]) === partial.size && partial.size > 0 && !changed;
  session.validator = validator;
  if (status === 200) await partial.restart();
  else if (fits) session.resumed = true;
  else {
    session.validator = undefined;
    response.discard();
    await partial.restart();
    throw new Misfit(`the answer ${status} does not fit to what has arrived so far`);
  }
  const length = headers['content-length'];
  const total = length === undefined ? undefined : partial.size + Number(length);
  try {
    requireIdentity(wanted, headers['content-encoding'] ?? 'identity');
    if (total !== undefined) {
      requireBounded(wanted, total);
      requirePromised(wanted, total);
    }
  } catch (thrown) {
    response.discard();
    throw thrown;
  }
  return total ?? wanted.blob?.size;
}

function validatorOf({ headers }: HttpResponse): string | undefined {
  return headers.etag !== undefined && !headers.etag.startsWith('W/')
    ? headers.etag
    : headers['last-modified'];
}

async function receive(
  session: FetchSession,
  response: HttpResponse,
  total: number | undefined,
): Promise<void> {
  const { partial, wanted } = session;
  for await (const chunk of response.body) {
    requireBounded(wanted, partial.size + chunk.length);
    await partial.append(chunk);
    show(session, total);
  }
  if (total !== undefined && partial.size < total) {
    throw new Transient(`it ended after ${partial.size} of ${total} bytes`);
  }
}

/** In bytes: what is smaller has come before anybody has read its name. */
const noteworthy = 4 << 20;

function show(session: FetchSession, total: number | undefined): void {
  const minor = total !== undefined && total < noteworthy;
  session.task ??= session.to.reporter.task(session.wanted.what, { total, unit: 'bytes', minor });
  const { size } = session.partial;
  // Less than before after a restart.
  session.task.advance(size - session.shown);
  session.shown = size;
}

function requireIdentity({ what }: TransferRequest, encoding: string): void {
  if (encoding === 'identity') return;
  throw new CatamaranError('integrity', {
    code: 'download-encoding',
    message: `${what} came with the content encoding ${encoding.slice(0, 80)}, unasked`,
    hint: 'Check whether something between here and the server changes what it sends.',
  });
}

/** Refuses what is larger than the caller is ready to take. */
export function requireBounded(wanted: TransferRequest, size: number): void {
  const { what, maxSize, blob } = wanted;
  if (blob?.size !== undefined && size > blob.size) requirePromised(wanted, size);
  if (size <= maxSize) return;
  throw new CatamaranError('integrity', {
    code: 'download-too-large',
    message: `${what} is larger than the ${maxSize} bytes that it may have`,
    hint: 'Check the address: this is probably not the file that was meant.',
  });
}

function requirePromised({ what, blob }: TransferRequest, size: number): void {
  if (blob?.size === undefined || size === blob.size) return;
  throw new CatamaranError('integrity', {
    code: 'blob-size',
    message: `${what} has the wrong size: expected ${blob.size} bytes, got ${size}`,
    hint: 'Fetch it again; if it stays so, the source holds another file than the one that was promised.',
  });
}
