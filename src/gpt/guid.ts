// GUIDs: text, the mixed-endian bytes of UEFI (specification 2.10, appendix A), and ours, which are derived from what
// they name, so that the same OS gets the same disk on every build.
import { sha256 } from '@noble/hashes/sha2.js';

const form = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** RFC 9562 version 8 from a SHA-256. `role` says what of that OS: a partition's label, `disk`, `data-fs` … */
export function deriveGuid(osId: string, role: string): string {
  const bytes = sha256(asciiBytes(`catamaran\0${osId}\0${role}`)).subarray(0, 16);
  bytes[6] = (bytes[6]! & 0x0f) | 0x80;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  return formatUuid(bytes);
}

/** Ids and roles have no other letters. */
function asciiBytes(text: string): Uint8Array {
  if (/[^\0-\x7f]/.test(text)) throw new RangeError(`not ASCII: ${JSON.stringify(text)}`);
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

/** The 16 bytes in the order of the text: RFC 9562, as file systems and verity have them. */
export function uuidBytes(text: string): Uint8Array {
  if (!form.test(text)) throw new RangeError(`not a lower-case UUID: ${text}`);
  const pairs = text.replaceAll('-', '').match(/../g)!;
  return Uint8Array.from(pairs, (pair) => Number.parseInt(pair, 16));
}

export function formatUuid(bytes: Uint8Array): string {
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

/** As GPT stores it: the first three groups little-endian. */
export function guidBytes(text: string): Uint8Array {
  return swapGroups(uuidBytes(text));
}

export function formatGuid(bytes: Uint8Array): string {
  return formatUuid(swapGroups(bytes));
}

function swapGroups(bytes: Uint8Array): Uint8Array {
  const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15];
  return Uint8Array.from(order, (index) => bytes[index]!);
}
