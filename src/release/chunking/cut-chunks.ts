// Cuts bytes where their content says so, so that the same content is cut alike wherever it lies: FastCDC (Xia et al.,
// "FastCDC: a Fast and Efficient Content-Defined Chunking Approach for Data Deduplication", USENIX ATC 2016) with its gear
// hash, its skipping up to the least size, and its normalised chunking of level 2: before the wanted size two bits more have
// to be zero, behind it two fewer. The hash has 32 bits and its highest ones are asked, which depend on the last 32 bytes.
import { hash } from 'node:crypto';
import { chunkSizeLimit } from '../../contract/chunk-index.ts';

/** In bytes; powers of two, but for `least`. */
export interface ChunkSizes {
  readonly least: number;
  readonly wanted: number;
  readonly most: number;
}

/** A quarter and eightfold, as the paper has them, and nothing above what the index can say. */
export function chunkSizes(wanted: number): ChunkSizes {
  return { least: wanted / 4, wanted, most: Math.min(8 * wanted, chunkSizeLimit) };
}

/** Of each byte, the same for ever: another table would cut every image anew. */
const gear = Int32Array.from({ length: 256 }, (_, byte) =>
  hash('sha256', `catamaran gear ${byte}`, 'buffer').readInt32LE(0),
);

/** The size of the chunk that `bytes` begins with. All that `most` allows, or the rest, has to be there. */
export function cutChunk(bytes: Uint8Array, from: number, { least, wanted, most }: ChunkSizes): number {
  const size = Math.min(bytes.length - from, most);
  if (size <= least) return size;
  const bits = Math.log2(wanted);
  const [hard, easy] = [-1 << (32 - bits - 2), -1 << (32 - bits + 2)];
  const middle = Math.min(size, wanted);
  let print = 0;
  let at = least;
  for (; at < middle; at++) {
    print = ((print << 1) + gear[bytes[from + at]!]!) | 0;
    if ((print & hard) === 0) return at + 1;
  }
  for (; at < size; at++) {
    print = ((print << 1) + gear[bytes[from + at]!]!) | 0;
    if ((print & easy) === 0) return at + 1;
  }
  return size;
}

/** The chunks of a stream, in order, whatever pieces it comes in. Each is valid until the next one is asked for. */
export async function* cutChunks(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  sizes: ChunkSizes,
): AsyncGenerator<Uint8Array> {
  let rest: Uint8Array = new Uint8Array(0);
  for await (const piece of source) {
    rest = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    let at = 0;
    while (rest.length - at >= sizes.most) {
      const size = cutChunk(rest, at, sizes);
      yield rest.subarray(at, at + size);
      at += size;
    }
    rest = rest.subarray(at);
  }
  for (let at = 0; at < rest.length; ) {
    const size = cutChunk(rest, at, sizes);
    yield rest.subarray(at, at + size);
    at += size;
  }
}
