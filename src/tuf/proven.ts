// Signatures that were found good before, for an engine that takes a second for each on a slow machine: the same few files
// are asked for again and again. What is remembered is a digest of key, signature and message together, so that nothing else
// is ever taken for proven. Whoever hands digests in must be trusted as this program's own memory is.
import { sha256Hex } from './hex.ts';

const limit = 200;
const form = /^[0-9a-f]{64}$/;
const known = new Set<string>();

/** Of an earlier process; what is no digest is passed over. */
export function takeProven(digests: readonly string[]): void {
  for (const digest of digests.slice(-limit)) if (form.test(digest)) known.add(digest);
}

/** The oldest first. */
export function listProven(): readonly string[] {
  return [...known].slice(-limit);
}

/** `verify` is asked only where the answer is not known; an answer of no is not remembered. */
export function isProven(
  key: string,
  message: Uint8Array,
  signature: string,
  verify: () => boolean,
): boolean {
  const digest = sha256Hex(join(`${key} ${signature} `, message));
  if (known.has(digest)) return true;
  if (!verify()) return false;
  known.add(digest);
  return true;
}

function join(head: string, message: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(head.length + message.length);
  for (let at = 0; at < head.length; at++) bytes[at] = head.charCodeAt(at);
  bytes.set(message, head.length);
  return bytes;
}
