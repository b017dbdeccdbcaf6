// What the agent remembers on the data partition from one boot to the next: the update that is on its way, how the last
// one ended, and which releases this machine never tries again. Each record is replaced as a whole, or not at all.
import type { SlotName } from '../../slots/constants.ts';
import { type Host, runOrThrow } from '../host.ts';

export const recordDirectory = '/var/lib/catamaran/slots';

/** Written before a slot is armed. */
export interface Pending {
  readonly slot: SlotName;
  readonly version: string;
  readonly rootHash: string;
  /** The boot in which it was staged. */
  readonly bootId: string;
  /** Boots that came as far as user space. */
  readonly starts: number;
  /** What the health gate last found wrong. */
  readonly reason?: string;
}

export interface Result {
  readonly result: 'confirmed' | 'rolled back';
  readonly slot: SlotName;
  /** `unknown`, with an empty root hash, where the slot's boot archive is gone. */
  readonly version: string;
  readonly rootHash: string;
  /** Why it was rolled back. */
  readonly reason?: string;
}

export interface Failed {
  readonly version: string;
  readonly rootHash: string;
}

export interface Records {
  readonly pending: Pending | undefined;
  readonly last: Result | undefined;
  readonly failed: readonly Failed[];
}

const failedLimit = 64;

export function readRecords(host: Host): Records {
  return {
    pending: read<Pending>(host, 'pending.json'),
    last: read<Result>(host, 'last.json'),
    failed: read<Failed[]>(host, 'failed.json') ?? [],
  };
}

export function recordPending(host: Host, pending: Pending): void {
  put(host, 'pending.json', pending);
}

/** The update has come to its end: the result stands before the pending record goes. `never`: it is not tried again. */
export function recordResult(host: Host, result: Result, { never }: { never: boolean }): void {
  if (never) {
    const { version, rootHash } = result;
    const others = readRecords(host).failed.filter((each) => each.rootHash !== rootHash);
    put(host, 'failed.json', [...others, { version, rootHash }].slice(-failedLimit));
  }
  put(host, 'last.json', result);
  forgetPending(host);
}

export function forgetPending(host: Host): void {
  host.removeFile(`${recordDirectory}/pending.json`);
  if (host.listDirectory(recordDirectory)) runOrThrow(host, ['sync', recordDirectory]);
}

/** A record that cannot be read is as if it were not there: the slot state alone decides what boots. */
function read<T>(host: Host, name: string): T | undefined {
  try {
    return (JSON.parse(host.readText(`${recordDirectory}/${name}`) ?? 'null') as T | null) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Aside, flushed, renamed, and the directory flushed: after a power cut the old one or the new one. */
function put(host: Host, name: string, value: Pending | Result | Failed[]): void {
  const path = `${recordDirectory}/${name}`;
  host.writeFile(`${path}.new`, `${JSON.stringify(value)}\n`);
  runOrThrow(host, ['sync', `${path}.new`]);
  runOrThrow(host, ['mv', '-f', `${path}.new`, path]);
  runOrThrow(host, ['sync', recordDirectory]);
}
