// A sparse image to its pieces without zeros, on whole blocks, one after the other: small enough to be carried on a medium
// from which a disk is made. For partitions of which little is written; all of that is in memory for a moment.
import { readContent } from '../tree/content.ts';
import type { SparseImage } from './sparse.ts';

export interface Packed {
  /** In the image, in bytes: sorted, apart, of whole blocks. */
  readonly pieces: readonly { readonly offset: number; readonly size: number }[];
  readonly bytes: Uint8Array;
}

/** `grain`: of a block, in bytes. What is shorter than its last block is filled up with zeros. */
export async function packImage({ extents }: SparseImage, grain: number): Promise<Packed> {
  const blocks = new Map<number, Buffer>();
  for (const { offset, content } of extents) {
    let at = offset;
    for await (const chunk of readContent(content)) {
      scatter(blocks, at, chunk, grain);
      at += chunk.length;
    }
  }
  const pieces: { offset: number; size: number }[] = [];
  const kept = [...blocks].filter(([, bytes]) => bytes.some((byte) => byte !== 0)).sort(([a], [b]) => a - b);
  for (const [number] of kept) {
    const last = pieces.at(-1);
    if (last && last.offset + last.size === number * grain) last.size += grain;
    else pieces.push({ offset: number * grain, size: grain });
  }
  return { pieces, bytes: Buffer.concat(kept.map(([, bytes]) => bytes)) };
}

function scatter(blocks: Map<number, Buffer>, offset: number, bytes: Uint8Array, grain: number): void {
  for (let done = 0; done < bytes.length; ) {
    const number = Math.floor((offset + done) / grain);
    const start = (offset + done) % grain;
    const count = Math.min(bytes.length - done, grain - start);
    const block = blocks.get(number) ?? Buffer.alloc(grain);
    block.set(bytes.subarray(done, done + count), start);
    blocks.set(number, block);
    done += count;
  }
}
