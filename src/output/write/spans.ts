// Where the content of an image lies: what formats with blocks or clusters plan with before anything is read, and the
// way from a range of the image to the contents that fill it.
import type { SparseImage } from '../../disk/sparse.ts';
import { type PlainContent, sizeOf } from '../../tree/content.ts';
import { copyContent } from './copy-extent.ts';
import type { OutputFile } from './output-file.ts';
import type { OutputOptions } from './write-output.ts';

/** Units [first, end) that hold content, one after the other. */
export interface Span {
  readonly first: number;
  readonly end: number;
}

/** In units of `unit` bytes from the image's beginning; sorted, none touching the next one. */
export function spansOf(image: SparseImage, unit: number): Span[] {
  const spans: { first: number; end: number }[] = [];
  for (const { offset, content } of image.extents) {
    const first = Math.floor(offset / unit);
    const end = Math.ceil((offset + sizeOf(content)) / unit);
    const last = spans.at(-1);
    if (last && first <= last.end) last.end = Math.max(last.end, end);
    else spans.push({ first, end });
  }
  return spans;
}

export interface Piece {
  /** In bytes from the image's beginning. */
  readonly offset: number;
  readonly content: PlainContent;
  /** Bytes [start, start + size) of the content. */
  readonly start: number;
  readonly size: number;
}

/** What fills bytes [from, to) of the image, in order; between pieces are holes. */
export function* piecesOf({ extents }: SparseImage, from: number, to: number): Generator<Piece> {
  for (let index = firstAfter(extents, from); index < extents.length; index += 1) {
    const { offset, content } = extents[index]!;
    if (offset >= to) return;
    const begin = Math.max(offset, from);
    const end = Math.min(offset + sizeOf(content), to);
    yield { offset: begin, content, start: begin - offset, size: end - begin };
  }
}

/** Index of the first extent that ends after byte `from`. */
function firstAfter(extents: SparseImage['extents'], from: number): number {
  let [low, high] = [0, extents.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    const { offset, content } = extents[middle]!;
    if (offset + sizeOf(content) > from) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Copies bytes [from, to) of the image to `position` in `file`; its holes stay holes. */
export async function copyRange(
  image: SparseImage,
  { from, to }: { from: number; to: number },
  file: OutputFile,
  position: number,
  options: OutputOptions = {},
): Promise<void> {
  for (const { offset, content, start, size } of piecesOf(image, from, to))
    await copyContent(content, { start, size }, file, position + offset - from, options);
}
