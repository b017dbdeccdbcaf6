// DEFLATE, RFC 1951, the same bytes on every machine. Node's own zlib is not used: its bytes differ between versions of Node
// and between processors. A port of zlib to JavaScript is slow; but nearly all of an image is compressed already, and such
// bytes are stored as they are, which costs a look at how often each byte value occurs.
import { Deflate, type DeflateOptions } from 'pako';

/** In bytes: what the length of a stored block can say (3.2.4). */
const maxStored = 0xffff;
/** In bits for each byte: random bytes have 7.989 in 16 KiB, machine code and text less than 7. */
const denseEntropy = 7.9;
/** In bytes: of fewer, random ones do not show that they are; of more, these are enough, taken in pieces from all over. */
const leastToTell = 16 << 10;
const pieces = 16;
const pieceSize = leastToTell / pieces;
const level = 6;
const syncFlush = 2;

/** Whether trying to compress it is in vain: the entropy of its byte values, whatever their order, in a sample of it. */
export function isDense(bytes: Uint8Array): boolean {
  if (bytes.length < leastToTell) return false;
  const counts = new Uint32Array(256);
  const stride = (bytes.length - pieceSize) / (pieces - 1);
  for (let piece = 0; piece < pieces; piece += 1) {
    const start = Math.floor(piece * stride);
    for (let at = start; at < start + pieceSize; at += 1) counts[bytes[at]!]! += 1;
  }
  let entropy = 0;
  for (const count of counts)
    if (count > 0) entropy -= (count / leastToTell) * Math.log2(count / leastToTell);
  return entropy > denseEntropy;
}

/** A whole raw stream. `windowBits`: references go back at most 2 to the power of it. */
export function deflateRaw(bytes: Uint8Array, windowBits = 15): Uint8Array {
  return isDense(bytes) ? store(bytes, true) : run(bytes, { windowBits }, true);
}

/** A part of a raw stream that ends on a whole byte: another one, or `lastPart`, may follow. */
export function deflatePart(bytes: Uint8Array): Uint8Array {
  return isDense(bytes) ? store(bytes, false) : run(bytes, {}, syncFlush);
}

/** Ends a raw stream: an empty stored block that says it is the last. */
export const lastPart: Uint8Array = Uint8Array.of(1, 0, 0, 0xff, 0xff);

/** A whole stream with the header and the checksum of zlib, RFC 1950. */
export function deflateZlib(bytes: Uint8Array): Uint8Array {
  const raw = deflateRaw(bytes);
  const stream = Buffer.alloc(raw.length + 6);
  stream.set([0x78, 0x01]);
  stream.set(raw, 2);
  stream.writeUInt32BE(adler32(bytes), raw.length + 2);
  return stream;
}

function run(bytes: Uint8Array, options: DeflateOptions, flush: true | typeof syncFlush): Uint8Array {
  const deflate = new Deflate({ level, raw: true, ...options });
  const chunks: Uint8Array[] = [];
  deflate.onData = (chunk: Uint8Array) => chunks.push(chunk);
  deflate.push(bytes, flush);
  if (deflate.err) throw new Error(`deflate failed: ${deflate.msg}`);
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks);
}

function store(bytes: Uint8Array, last: boolean): Uint8Array {
  const blocks = Math.max(1, Math.ceil(bytes.length / maxStored));
  const stream = Buffer.alloc(bytes.length + 5 * blocks);
  for (let block = 0, at = 0; block < blocks; block += 1) {
    const part = bytes.subarray(block * maxStored, (block + 1) * maxStored);
    stream[at] = last && block === blocks - 1 ? 1 : 0;
    stream.writeUInt16LE(part.length, at + 1);
    stream.writeUInt16LE(part.length ^ 0xffff, at + 3);
    stream.set(part, at + 5);
    at += 5 + part.length;
  }
  return stream;
}

/** RFC 1950, section 8.2. Sums of 5552 bytes fit 32 bits. */
function adler32(bytes: Uint8Array): number {
  let [low, high] = [1, 0];
  for (let at = 0; at < bytes.length; ) {
    const end = Math.min(at + 5552, bytes.length);
    for (; at < end; at += 1) {
      low += bytes[at]!;
      high += low;
    }
    low %= 65521;
    high %= 65521;
  }
  return high * 0x10000 + low;
}
