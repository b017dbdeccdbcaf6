// A disk from its first byte to its last, holes as zeros: for programs that read it through a pipe.
import type { SparseImage } from '../../disk/sparse.ts';
import { readBlocks } from './blocks.ts';
import type { OutputOptions } from './write-output.ts';

const blockSize = 1 << 20;
const zeros = new Uint8Array(blockSize);

/** A chunk is the reader's own. */
export async function* streamDisk(
  disk: SparseImage,
  options: OutputOptions = {},
): AsyncGenerator<Uint8Array> {
  let position = 0;
  for await (const { index, bytes } of readBlocks(disk, blockSize, options)) {
    yield* hole(position, index * blockSize, options.signal);
    position = Math.min((index + 1) * blockSize, disk.size);
    // Not Buffer's slice, which is no copy.
    yield Buffer.from(bytes.subarray(0, position - index * blockSize));
  }
  yield* hole(position, disk.size, options.signal);
}

function* hole(from: number, to: number, signal: AbortSignal | undefined): Generator<Uint8Array> {
  for (let left = to - from; left > 0; left -= blockSize) {
    signal?.throwIfAborted();
    yield zeros.subarray(0, Math.min(left, blockSize));
  }
}
