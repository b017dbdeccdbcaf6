// Canonical JSON, the OLPC form that TUF signs: keys sorted, no white space, integers only. What we publish is narrower still:
// printable ASCII, and the bytes of a file are the canonical bytes. So one comparison shuts out white space, doubled keys,
// odd escapes, fractions and everything else that two readers may read differently. Signed files of others may be any JSON:
// what was signed is the canonical form of what they say.
import { messageOf } from '../base/errors.ts';
import { canonicalJson, type Json } from '../base/json.ts';
import { decodeUtf8, encodeUtf8 } from '../base/utf8.ts';
import { refuse } from './refuse.ts';

/** For what we write. Values that have no canonical form are a defect of the caller: RangeError. */
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

/** For what others have signed, and perhaps written otherwise. */
export function parseAnyJson(bytes: Uint8Array, what: string): Json {
  const text = asciiText(bytes, 0x00) ?? decodeUtf8(bytes);
  if (text === undefined) throw refuse('malformed', what, 'is no UTF-8');
  try {
    return JSON.parse(text) as Json;
  } catch (thrown) {
    throw refuse('malformed', what, `is no JSON: ${messageOf(thrown).slice(0, 100)}`);
  }
}

/** The bytes that a signature is over. In strings only the quote and the backslash are escaped: a newline is itself. */
export function encodeSigned(value: Json, what: string): Uint8Array {
  let text: string;
  try {
    text = signedText(value);
  } catch (thrown) {
    throw refuse('malformed', what, `has no canonical form: ${messageOf(thrown).slice(0, 100)}`);
  }
  return /^[\0-\x7f]*$/.test(text) ? asciiBytes(text) : encodeUtf8(text);
}

function signedText(value: Json): string {
  if (typeof value === 'string') {
    if (/[\ud800-\udfff]/u.test(value)) throw new RangeError('a string has half a character');
    return `"${value.replace(/["\\]/g, '\\$&')}"`;
  }
  if (typeof value === 'number' && !Number.isSafeInteger(value)) throw new RangeError(`the number ${value}`);
  if (value === null || typeof value !== 'object') return String(value);
  if (Array.isArray(value)) return `[${value.map(signedText).join(',')}]`;
  const members = Object.entries(value).sort(([a], [b]) => byCodePoint(a, b));
  return `{${members.map(([key, member]) => `${signedText(key)}:${signedText(member!)}`).join(',')}}`;
}

/** As other programs sort; `<` goes by halves of pairs, which come before U+E000. */
function byCodePoint(a: string, b: string): number {
  const least = Math.min(a.length, b.length);
  for (let at = 0; at < least; at++) {
    const [x, y] = [rankOf(a.charCodeAt(at)), rankOf(b.charCodeAt(at))];
    if (x !== y) return x - y;
  }
  return a.length - b.length;
}

const rankOf = (unit: number): number => ((unit & 0xf800) === 0xd800 ? unit + 0x10000 : unit);

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

/** Undefined where a byte is below `least` or no ASCII. */
function asciiText(bytes: Uint8Array, least = 0x20): string | undefined {
  const pieces: string[] = [];
  for (let start = 0; start < bytes.length; start += 4096) {
    const piece = bytes.subarray(start, start + 4096);
    for (const byte of piece) if (byte < least || byte > 0x7e) return undefined;
    pieces.push(String.fromCharCode(...piece));
  }
  return pieces.join('');
}
