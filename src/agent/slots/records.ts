// What the agent remembers on the data partition from one boot to the next: the update that is on its way, how the last
// one ended, which releases have been good here, and which ones this machine never tries again. Each record is replaced as
// a whole, or not at all.
import type { ReleaseVersion } from '../../base/flavour.ts';
import type { SlotName } from '../../slots/constants.ts';
import { type Host, runOrThrow } from '../host/host.ts';

export const recordDirectory = '/var/lib/catamaran/slots';

/** Written before a slot is armed. */
export interface Pending {
  readonly slot: SlotName;
  readonly version: ReleaseVersion;
  readonly rootHash: string;
  /** The boot in which it was staged. */
  readonly bootId: string;
  /** Starts that it was armed with. */
  readonly tries: 1 | 2 | 3;
  /** Boots that came as far as user space. */
  readonly starts: number;
  /** What the health gate last found wrong, or why it was marked bad. */
  readonly reason?: string;
  /** Stands with the reason as soon as it is marked bad: whether it is tried again. */
  readonly never?: boolean;
}

export interface Result {
  readonly result: 'confirmed' | 'rolled back';
  readonly slot: SlotName;
  /** `unknown`, with an empty root hash, where the slot's boot archive is gone. */
  readonly version: ReleaseVersion;
  readonly rootHash: string;
  /** Why it was rolled back. */
  readonly reason?: string;
}

export interface Failed {
  readonly version: ReleaseVersion;
  readonly rootHash: string;
}

export interface Records {
  readonly pending: Pending | undefined;
  readonly last: Result | undefined;
  readonly failed: readonly Failed[];
  /**
   * Root hashes that have been good on this machine, newest last. The initrd looks for its own in this file: a slot with a
   * count whose hash is not there is a trial, with a deadline.
   */
  readonly confirmed: readonly string[];
}

const failedLimit = 64;
const confirmedLimit = 4;
const confirmedName = 'confirmed.json';

export function readRecords(host: Host): Records {
  return {
    pending: read<Pending>(host, 'pending.json'),
    last: read<Result>(host, 'last.json'),
    failed: read<Failed[]>(host, 'failed.json') ?? [],
    confirmed: readConfirmed(host),
  };
}

/** Before the slot is armed. Whatever this release was before, it is on trial now. */
export function recordStaged(host: Host, staged: Omit<Pending, 'starts' | 'reason' | 'never'>): void {
  forgetGood(host, staged.rootHash);
  recordPending(host, { ...staged, starts: 0 });
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

export function rememberGood(host: Host, rootHash: string): void {
  const known = readConfirmed(host);
  if (known.at(-1) === rootHash) return;
  const others = known.filter((each) => each !== rootHash);
  put(host, confirmedName, [...others, rootHash].slice(-confirmedLimit));
}

/** Looks as the initrd does, so that none stays in a file that is no JSON. */
export function forgetGood(host: Host, rootHash: string): void {
  if (!host.readText(`${recordDirectory}/${confirmedName}`)?.includes(rootHash)) return;
  const others = readConfirmed(host).filter((each) => each !== rootHash);
  put(host, confirmedName, others);
}

function readConfirmed(host: Host): readonly string[] {
  const found = read<unknown>(host, confirmedName);
  return Array.isArray(found) ? found.filter((each) => typeof each === 'string') : [];
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
function put(
  host: Host,
  name: string,
  value: Pending | Result | readonly Failed[] | readonly string[],
): void {
  const path = `${recordDirectory}/${name}`;
  host.writeFile(`${path}.new`, `${JSON.stringify(value)}\n`);
  runOrThrow(host, ['sync', `${path}.new`]);
  runOrThrow(host, ['mv', '-f', `${path}.new`, path]);
  runOrThrow(host, ['sync', recordDirectory]);
}
