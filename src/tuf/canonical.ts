// Canonical JSON, the OLPC form that TUF signs: keys sorted, no white space, integers only. Here narrower still:
// printable ASCII, and the bytes that are published are the canonical bytes. So one comparison shuts out white space,
// doubled keys, odd escapes, fractions and everything else that two readers may read differently.
import { messageOf } from '../base/errors.ts';
import { canonicalJson, type Json } from '../base/json.ts';
import { refuse } from './refuse.ts';

/** Values that have no canonical form are a defect of the caller: RangeError. */
export function encodeCanonical(value: Json): Uint8Array {
  const problem = findForeign(value);
  if (problem !== undefined) throw new RangeError(`no canonical form: ${problem}`);
  return asciiBytes(canonicalJson(value));
}

/** `what` begins the error's sentence. */
export function parseCanonical(bytes: Uint8Array, what: string): Json {
  const text = asciiText(bytes);
  if (text === undefined) throw refuse('malformed', what, 'has bytes that are not printable ASCII');
  let value: Json;
  let canonical: boolean;
  try {
    value = JSON.parse(text) as Json;
    canonical = findForeign(value) === undefined && canonicalJson(value) === text;
  } catch (thrown) {
    throw refuse('malformed', what, `is no JSON: ${messageOf(thrown).slice(0, 100)}`);
  }
  if (!canonical) throw refuse('malformed', what, 'is not in canonical form');
  return value;
}

/** What of a value has no place in canonical JSON. */
function findForeign(value: Json): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? undefined : `the number ${value}`;
  if (typeof value === 'string')
    return /^[\x20-\x7e]*$/.test(value) ? undefined : 'a string that is not ASCII';
  if (value === null || typeof value === 'boolean') return undefined;
  for (const [key, member] of Object.entries(value)) {
    if (!/^[\x20-\x7e]*$/.test(key)) return 'a key that is not ASCII';
    const problem = member === undefined ? undefined : findForeign(member);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** QuickJS has no TextEncoder. */
export function asciiBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let index = 0; index < text.length; index++) bytes[index] = text.charCodeAt(index);
  return bytes;
}

function asciiText(bytes: Uint8Array): string | undefined {
  const pieces: string[] = [];
  for (let start = 0; start < bytes.length; start += 4096) {
    const piece = bytes.subarray(start, start + 4096);
    for (const byte of piece) if (byte < 0x20 || byte > 0x7e) return undefined;
    pieces.push(String.fromCharCode(...piece));
  }
  return pieces.join('');
}
