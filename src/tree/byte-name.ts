// Names in a file system are bytes; here they are text. A byte that is no UTF-8 becomes one of U+DC80 to U+DCFF, which no
// UTF-8 decodes to, and goes back to what it was (as PEP 383 has it): no two names of bytes are one text. The text is to be
// split and joined at ASCII only. Who prints it goes through base/printable.ts.
import { characterAt } from '../base/utf8.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
/** With the flag, none that is half of a pair. */
const escaped = /[\udc80-\udcff]/u;

export function nameOfBytes(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    return decodePieces(bytes);
  }
}

function decodePieces(bytes: Uint8Array): string {
  const pieces: string[] = [];
  for (let at = 0; at < bytes.length; ) {
    const { size, point } = characterAt(bytes, at);
    pieces.push(size === 0 ? String.fromCharCode(0xdc00 + bytes[at]!) : String.fromCodePoint(point));
    at += Math.max(1, size);
  }
  return pieces.join('');
}

export function bytesOfName(name: string): Buffer {
  if (!isByteName(name)) return Buffer.from(name);
  const pieces = name.split(/([\udc80-\udcff])/u);
  return Buffer.concat(
    pieces.map((piece) =>
      isByteName(piece) ? Buffer.from([piece.charCodeAt(0) & 0xff]) : Buffer.from(piece),
    ),
  );
}

/** Whether its bytes are no UTF-8. */
export const isByteName = (name: string): boolean => escaped.test(name);
