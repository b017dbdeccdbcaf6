// Contents of files as user-data carries them: text, base 64, gzip, `data:` URLs, addresses. Bounded.
import { decodeBase64 } from '../../base/base64.ts';
import { encodeUtf8 } from '../../base/utf8.ts';
import { concat } from './bytes.ts';
import { type Decoded, gunzip } from './gunzip.ts';

/** In bytes, of one file unpacked. */
export const fileLimit = 8 << 20;

export function decodeContent(
  written: string | Uint8Array,
  { base64, gzip }: { base64: boolean; gzip: boolean },
): Decoded {
  const text = typeof written === 'string' ? written : undefined;
  const packed =
    base64 && text !== undefined
      ? decodeBase64(text)
      : text === undefined
        ? (written as Uint8Array)
        : encodeUtf8(text);
  if (!packed) return { problem: 'is not of base 64' };
  if (gzip) return gunzip(packed, fileLimit);
  return packed.length > fileLimit ? { problem: `has more than ${fileLimit} bytes` } : packed;
}

/** RFC 2397, of which the type does not count. */
export function decodeDataUrl(url: string): Decoded {
  const [, encoding, data] = /^data:[^,]*?(;base64)?,([\s\S]*)$/i.exec(url) ?? [];
  if (data === undefined) return { problem: 'is not a data: URL' };
  const bytes = decodePercent(data);
  if (!bytes) return { problem: 'has a "%" that no two hexadecimal digits follow' };
  if (!encoding) return bytes;
  return decodeBase64(asciiOf(bytes)) ?? { problem: 'is not of base 64' };
}

function decodePercent(text: string): Uint8Array | undefined {
  if (/%(?![\da-f]{2})/i.test(text)) return undefined;
  const parts = text
    .split(/((?:%[\da-f]{2})+)/i)
    .map((part) =>
      part.startsWith('%')
        ? Uint8Array.from(part.slice(1).split('%'), (digits) => Number.parseInt(digits, 16))
        : encodeUtf8(part),
    );
  return concat(parts);
}

function asciiOf(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}
