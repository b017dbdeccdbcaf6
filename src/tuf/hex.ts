// Bytes as lower-case hexadecimal, and the SHA-256 of small files; large ones are left to sha256sum and verity.
import { sha256Bytes } from './sha256.ts';

export function hexOf(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += byte.toString(16).padStart(2, '0');
  return text;
}

/** Of a text that is known to be hex. */
export function bytesOfHex(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length / 2);
  for (let index = 0; index < bytes.length; index++) {
    bytes[index] = Number.parseInt(text.slice(2 * index, 2 * index + 2), 16);
  }
  return bytes;
}

export function sha256Hex(bytes: Uint8Array): string {
  return hexOf(sha256Bytes(bytes));
}
