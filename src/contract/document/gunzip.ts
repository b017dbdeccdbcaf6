// gzip (RFC 1952) by fflate, with a bound on what comes out: a few bytes can unpack to gigabytes.
import { Gunzip } from 'fflate';
import { messageOf } from '../../base/errors.ts';
import { concat } from './bytes.ts';

/** The bytes, or what is wrong with them. */
export type Decoded = Uint8Array | { readonly problem: string };

/** A slice of deflate's densest stream unpacks to a thousand times its size. */
const slice = 1024;

export function isGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}

export function gunzip(packed: Uint8Array, limit: number): Decoded {
  if (!isGzip(packed)) return { problem: 'is not of gzip' };
  const parts: Uint8Array[] = [];
  let size = 0;
  try {
    const stream = new Gunzip((part) => {
      parts.push(part);
      size += part.length;
    });
    for (let at = 0; at < packed.length; at += slice) {
      stream.push(packed.subarray(at, at + slice), at + slice >= packed.length);
      if (size > limit) return { problem: `unpacks to more than ${limit} bytes` };
    }
  } catch (error) {
    return { problem: `is not of gzip: ${messageOf(error)}` };
  }
  const bytes = concat(parts);
  return matchesTrailer(packed, bytes)
    ? bytes
    : { problem: 'is of gzip and damaged: its checksum does not fit' };
}

/** Of the last member, where there is one alone. */
function matchesTrailer(packed: Uint8Array, bytes: Uint8Array): boolean {
  const at = packed.length - 8;
  const word = (from: number) =>
    (packed[from]! | (packed[from + 1]! << 8) | (packed[from + 2]! << 16) | (packed[from + 3]! << 24)) >>> 0;
  return word(at + 4) === bytes.length >>> 0 && word(at) === crc32(bytes);
}

function crc32(bytes: Uint8Array): number {
  let sum = 0xffffffff;
  for (const byte of bytes) sum = table[(sum ^ byte) & 0xff]! ^ (sum >>> 8);
  return (sum ^ 0xffffffff) >>> 0;
}

const table = Uint32Array.from({ length: 256 }, (_, index) => {
  let value = index;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});
