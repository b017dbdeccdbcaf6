// ASN.1 in DER (X.690), as much of it as a certificate and a private key need.

export type Der = Uint8Array;

export function joinDer(...parts: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

export function tagged(tag: number, ...content: readonly Uint8Array[]): Der {
  const inside = joinDer(...content);
  return joinDer(Uint8Array.of(tag), lengthOf(inside.length), inside);
}

function lengthOf(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length);
  if (length < 0x100) return Uint8Array.of(0x81, length);
  return Uint8Array.of(0x82, length >> 8, length & 0xff);
}

export const sequence = (...content: readonly Der[]): Der => tagged(0x30, ...content);
export const set = (...content: readonly Der[]): Der => tagged(0x31, ...content);
/** Positive: the highest bit is none of the number's. */
export const integer = (bytes: Uint8Array): Der =>
  tagged(0x02, (bytes[0] ?? 0) >= 0x80 ? joinDer(Uint8Array.of(0), bytes) : bytes);
export const boolean = (value: boolean): Der => tagged(0x01, Uint8Array.of(value ? 0xff : 0));
export const octets = (bytes: Uint8Array): Der => tagged(0x04, bytes);
/** Whole bytes, but for `unused` bits at the end. */
export const bits = (bytes: Uint8Array, unused = 0): Der => tagged(0x03, Uint8Array.of(unused), bytes);
export const ascii = (text: string): Uint8Array =>
  Uint8Array.from(text, (letter) => letter.charCodeAt(0) & 0x7f);
export const utf8String = (text: string): Der => tagged(0x0c, ascii(text));

/** `1.3.101.112`. */
export function objectId(dotted: string): Der {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  return tagged(0x06, Uint8Array.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(value: number): number[] {
  const digits = [value & 0x7f];
  for (let left = value >>> 7; left > 0; left >>>= 7) digits.unshift((left & 0x7f) | 0x80);
  return digits;
}

/** UTCTime, which RFC 5280 (4.1.2.5) wants up to 2049; seconds since 1970. */
export function time(seconds: number): Der {
  const text = new Date(seconds * 1000).toISOString();
  return tagged(0x17, ascii(`${text.slice(2, 19).replace(/\D/g, '')}Z`));
}
