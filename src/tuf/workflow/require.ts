// The questions that several steps ask of a file, each with the clause that asks it. All but isSame throw what they refuse.
import { formatTime } from '../fields.ts';
import { sha256Hex } from '../hex.ts';
import type { Common, FileMeta } from '../metadata.ts';
import { refuse } from '../refuse.ts';
import { sha512Hex } from '../sha512.ts';
import type { ClientOptions } from './options.ts';

export function requirePresent(bytes: Uint8Array | undefined, what: string, clause: string): Uint8Array {
  if (bytes === undefined) throw refuse('missing', what, 'is not in the repository', clause);
  return bytes;
}

export function requireSame(
  bytes: Uint8Array,
  { length, sha256, sha512 }: Partial<FileMeta>,
  what: string,
  clause: string,
): void {
  if (length !== undefined && bytes.length !== length) {
    throw refuse('mismatch', what, `has ${bytes.length} bytes where ${length} are listed`, clause);
  }
  const isOther =
    (sha256 !== undefined && sha256Hex(bytes) !== sha256) ||
    (sha512 !== undefined && sha512Hex(bytes) !== sha512);
  if (isOther) {
    throw refuse('mismatch', what, 'has another hash than is listed', clause);
  }
}

/** Whether what is remembered is what is listed, as far as the list says; its version is another question. */
export function isSame(bytes: Uint8Array, { length, sha256 }: FileMeta): boolean {
  return (
    (length === undefined || length === bytes.length) && (sha256 === undefined || sha256Hex(bytes) === sha256)
  );
}

export function requireVersion({ version }: Common, expected: number, what: string, clause: string): void {
  if (version === expected) return;
  throw refuse('mismatch', what, `has version ${version} where ${expected} is listed`, clause);
}

export function requireNotOlder(
  now: { version: number },
  before: { version: number },
  what: string,
  clause: string,
): void {
  if (now.version >= before.version) return;
  throw refuse(
    'rollback',
    what,
    `has version ${now.version}, older than ${before.version} seen before`,
    clause,
  );
}

export function requireFresh(
  { expires }: Common,
  what: string,
  time: number,
  { waiveExpiry }: ClientOptions,
  clause: string,
): void {
  if (time < expires || waiveExpiry) return;
  throw refuse('expired', what, `expired at ${formatTime(expires)}, and now is ${formatTime(time)}`, clause);
}
