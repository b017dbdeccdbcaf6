// Ranges of one file of the repository, batch by batch: a batch is one process of curl with a few connections, spooled in
// memory and then written to its place. What has come stays when the connection is cut; the rest is asked for again.

import { AgentError } from '../host/host.ts';
import { runCurl, type Transfer } from '../net/curl.ts';
import { isFinal, rest } from '../net/retry.ts';
import { spool } from './durable.ts';
import type { UpdateMachine } from './machine.ts';

/** In bytes. */
export interface ByteRange {
  readonly offset: number;
  readonly size: number;
}

export const rangeLimits = {
  /** Of one request: what a cut connection costs at most. */
  piece: 1 << 20,
  /** Of one process: what the spool holds at most, and what a cut power costs. */
  batch: 16 << 20,
  pieces: 512,
  /** Tries in a row that bring nothing. */
  tries: 5,
} as const;

/** The server answers with the whole file, or says that there is no such range. */
export class RangesRefused extends Error {
  override readonly name = 'RangesRefused';
}

/** Cut into pieces, gathered into batches; always the same for the same ranges. */
export function makeBatches(ranges: Iterable<ByteRange>): ByteRange[][] {
  const batches: ByteRange[][] = [];
  let room = 0;
  for (const range of ranges) {
    const end = range.offset + range.size;
    for (let offset = range.offset; offset < end; offset += rangeLimits.piece) {
      const size = Math.min(rangeLimits.piece, end - offset);
      if (room < size || batches.at(-1)!.length >= rangeLimits.pieces) {
        batches.push([]);
        room = rangeLimits.batch;
      }
      batches.at(-1)!.push({ offset, size });
      room -= size;
    }
  }
  return batches;
}

/** To the same places of `to`, or `shift` bytes before them. */
export function fetchRanges(
  machine: UpdateMachine,
  url: string,
  pieces: readonly ByteRange[],
  to: string,
  shift = 0,
): void {
  const { host, curl, pause } = machine;
  let waiting = pieces.map((piece, index) => ({ piece, output: `${spool}/piece-${index}` }));
  for (let failures = 0; waiting.length > 0; ) {
    const transfers = waiting.map(({ piece, output }): Transfer => {
      return { url, output, range: piece, maxSize: piece.size };
    });
    const { results, message } = runCurl(host, transfers, curl);
    const came = waiting.filter(({ piece }, index) => {
      const { exit, status, size } = results[index]!;
      return exit === 0 && size === piece.size && (status === 206 || status === 200 || status === 0);
    });
    const refused = results.some(({ exit, status }) => status === 416 || (status === 200 && exit !== 0));
    for (const { piece, output } of came) {
      host.transfer(output, to, [{ from: 0, to: piece.offset - shift, size: piece.size }]);
    }
    for (const { output } of waiting) host.removeFile(output);
    if (refused) throw new RangesRefused(message);
    waiting = waiting.filter((each) => !came.includes(each));
    if (waiting.length === 0) return;
    if (results.some(({ status }) => isFinal(status)))
      throw new AgentError(`${url}: ${message}`, {
        code: 'fetch-failed',
        fault: 'network',
        hint: 'It is tried again later; look at the server and at the network.',
      });
    failures = came.length > 0 ? 1 : failures + 1;
    if (failures >= rangeLimits.tries)
      throw new AgentError(`${url}: ${message}, ${failures} times in a row`, {
        code: 'fetch-failed',
        fault: 'network',
        hint: 'It is tried again later; look at the server and at the network.',
      });
    rest(host, pause, failures);
  }
}

/** The whole file, from its beginning at every try. `to` may be a block device. */
export function fetchWhole(machine: UpdateMachine, url: string, size: number, to: string): void {
  const { host, curl, pause } = machine;
  for (let failures = 1; ; failures++) {
    const { results, message } = runCurl(host, [{ url, output: to, maxSize: size }], curl);
    const { exit, status, size: came } = results[0]!;
    if (exit === 0 && came === size) return;
    const reason = exit === 0 ? `${came} bytes, and not ${size}` : message;
    if (failures >= rangeLimits.tries || isFinal(status))
      throw new AgentError(`${url}: ${reason}`, {
        code: 'fetch-failed',
        fault: 'network',
        hint: 'It is tried again later; look at the server and at the network.',
      });
    rest(host, pause, failures);
  }
}
