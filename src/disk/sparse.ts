// An image as extents of content with holes of zeros between them: what partitions and disks are until an output
// writes them. Nothing is copied to make one.
import { type Content, contentOf, type PlainContent, sizeOf } from '../tree/content.ts';

export interface Extent {
  /** In bytes from the image's beginning. */
  readonly offset: number;
  readonly content: PlainContent;
}

export interface SparseImage {
  /** In bytes. */
  readonly size: number;
  /** Sorted, none empty, none touching the next one's bytes. */
  readonly extents: readonly Extent[];
}

/** Pieces one after the other, from offset 0; the image ends with the last of them. */
export function concatenate(pieces: readonly (Content | Uint8Array)[]): SparseImage {
  const extents: Extent[] = [];
  let size = 0;
  for (const piece of pieces) {
    const content = piece instanceof Uint8Array ? contentOf(piece) : piece;
    const parts = content.at === 'sparse' ? content.parts : [{ offset: 0, content }];
    for (const part of parts)
      if (sizeOf(part.content) > 0) extents.push({ ...part, offset: size + part.offset });
    size += sizeOf(content);
  }
  return { size, extents };
}

export function shift(image: SparseImage, offset: number): Extent[] {
  return image.extents.map((extent) => ({ ...extent, offset: extent.offset + offset }));
}

/** Sorts and checks: two extents over one byte are a defect of ours. */
export function sparseImage(size: number, extents: readonly Extent[]): SparseImage {
  const sorted = extents.filter(({ content }) => sizeOf(content) > 0).sort((a, b) => a.offset - b.offset);
  let end = 0;
  for (const { offset, content } of sorted) {
    if (offset < end || offset + sizeOf(content) > size) {
      throw new RangeError(
        `extent at ${offset} of ${sizeOf(content)} bytes overlaps or leaves ${size} bytes`,
      );
    }
    end = offset + sizeOf(content);
  }
  return { size, extents: sorted };
}
