// UTF-8 (RFC 3629) without TextDecoder, which QuickJS does not have. Strict: what is not UTF-8 is not text.

/** Undefined where the bytes are not UTF-8. A byte order mark at the beginning is left out. */
export function decodeUtf8(bytes: Uint8Array): string | undefined {
  const start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0;
  const pieces: string[] = [];
  let units: number[] = [];
  for (let at = start; at < bytes.length; ) {
    const { size, point } = characterAt(bytes, at);
    if (size === 0) return undefined;
    if (point < 0x10000) units.push(point);
    else units.push(0xd7c0 + (point >> 10), 0xdc00 | (point & 0x3ff));
    at += size;
    if (units.length < 4096) continue;
    pieces.push(String.fromCharCode(...units));
    units = [];
  }
  return pieces.join('') + String.fromCharCode(...units);
}

/** `size` is in bytes, and 0 where those at `at` are no character. */
export function characterAt(
  bytes: Uint8Array,
  at: number,
): { readonly size: number; readonly point: number } {
  const first = bytes[at]!;
  const size =
    first < 0x80 ? 1 : first < 0xc2 ? 0 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : first < 0xf5 ? 4 : 0;
  if (size === 0 || at + size > bytes.length) return none;
  let point = size === 1 ? first : first & (0xff >> (size + 1));
  for (let index = 1; index < size; index++) {
    const next = bytes[at + index]!;
    if ((next & 0xc0) !== 0x80) return none;
    point = (point << 6) | (next & 0x3f);
  }
  const wrong =
    (size === 3 && (point < 0x800 || (point & 0xf800) === 0xd800)) ||
    (size === 4 && (point < 0x10000 || point > 0x10ffff));
  return wrong ? none : { size, point };
}

const none = { size: 0, point: 0 };

/** A half of a surrogate pair that stands alone becomes U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0)!;
    const point = (code & 0x1ff800) === 0xd800 ? 0xfffd : code;
    if (point < 0x80) bytes.push(point);
    else if (point < 0x800) bytes.push(0xc0 | (point >> 6), 0x80 | (point & 0x3f));
    else if (point < 0x10000)
      bytes.push(0xe0 | (point >> 12), 0x80 | ((point >> 6) & 0x3f), 0x80 | (point & 0x3f));
    else
      bytes.push(
        0xf0 | (point >> 18),
        0x80 | ((point >> 12) & 0x3f),
        0x80 | ((point >> 6) & 0x3f),
        0x80 | (point & 0x3f),
      );
  }
  return Uint8Array.from(bytes);
}
