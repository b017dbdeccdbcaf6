// A small image as bytes.
import type { SparseImage } from '../../src/disk/sparse.ts';

export function extentsOf({ size, extents }: SparseImage): Uint8Array {
  const bytes = new Uint8Array(size);
  for (const { offset, content } of extents) {
    if (content.at !== 'memory') throw new Error('an image that lies in files');
    bytes.set(content.bytes, offset);
  }
  return bytes;
}
