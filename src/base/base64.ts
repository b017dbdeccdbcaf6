// Base 64 (RFC 4648, section 4) without atob and Buffer, which QuickJS does not have.
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const values = new Map([...alphabet].map((character, value) => [character, value]));

export function encodeBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const group = (bytes[at]! << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    for (let index = 0; index < 4; index++)
      text += at + index > bytes.length ? '=' : alphabet[(group >> (18 - 6 * index)) & 63];
  }
  return text;
}

/** White space is passed over. Undefined where anything else is not of the alphabet, or the padding is wrong. */
export function decodeBase64(text: string): Uint8Array | undefined {
  const packed = text.replace(/[ \t\r\n]+/g, '');
  const digits = packed.replace(/={1,2}$/, '');
  if (packed.length % 4 !== 0 || digits.length % 4 === 1) return undefined;
  const bytes = new Uint8Array(Math.floor((digits.length * 3) / 4));
  let bits = 0;
  let count = 0;
  let at = 0;
  for (const digit of digits) {
    const value = values.get(digit);
    if (value === undefined) return undefined;
    bits = ((bits << 6) | value) & 0xffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes[at++] = (bits >> count) & 0xff;
  }
  return bytes;
}
