// An image block by block, for formats that look at what they write: that compress it, hash it or leave out zeros.
// The next blocks are read while the last ones are worked on.
import type { SparseImage } from '../../disk/sparse.ts';
import { type Contents, openContents, type PlainContent } from '../../tree/content.ts';
import { piecesOf, spansOf } from './spans.ts';
import type { OutputOptions } from './write-output.ts';

export interface Block {
  /** It begins at byte `index` × the size of a block. */
  readonly index: number;
  /** A whole block, with zeros where the image has holes or has ended. Good until the next one is asked for. */
  readonly bytes: Uint8Array;
}

/** Blocks are read in groups of about so many bytes. */
const groupSize = 1 << 20;

/** The blocks that hold content, in order. Those between them are holes. */
export async function* readBlocks(
  image: SparseImage,
  blockSize: number,
  options: OutputOptions = {},
): AsyncGenerator<Block> {
  const perGroup = Math.max(1, Math.floor(groupSize / blockSize));
  const groups = groupsOf(image, blockSize, perGroup);
  const buffers = [0, 1].map(() => Buffer.alloc(perGroup * blockSize));
  const contents = openContents();
  const read = (number: number): Promise<void> | undefined => {
    const group = groups[number];
    if (!group) return undefined;
    const range = { from: group.first * blockSize, to: group.end * blockSize };
    const reading = fill(image, range, buffers[number % 2]!, contents, options);
    // Awaited a turn later: a failure in between must not count as unhandled.
    reading.catch(() => {});
    return reading;
  };
  let pending = read(0);
  try {
    for (const [number, { first, end }] of groups.entries()) {
      await pending;
      pending = read(number + 1);
      const buffer = buffers[number % 2]!;
      for (let index = first; index < end; index += 1) {
        const at = (index - first) * blockSize;
        yield { index, bytes: buffer.subarray(at, at + blockSize) };
      }
    }
  } finally {
    await pending?.catch(() => {});
    await contents.close();
  }
}

function groupsOf(image: SparseImage, blockSize: number, perGroup: number) {
  return spansOf(image, blockSize).flatMap(({ first, end }) =>
    Array.from({ length: Math.ceil((end - first) / perGroup) }, (_, number) => {
      const start = first + number * perGroup;
      return { first: start, end: Math.min(start + perGroup, end) };
    }),
  );
}

async function fill(
  image: SparseImage,
  { from, to }: { from: number; to: number },
  buffer: Buffer,
  contents: Contents,
  { signal, advance }: OutputOptions,
): Promise<void> {
  let end = 0;
  for (const { offset, content, start, size } of piecesOf(image, from, to)) {
    signal?.throwIfAborted();
    buffer.fill(0, end, offset - from);
    end = offset - from;
    for await (const chunk of contents.read(sliceOf(content, start, size))) {
      buffer.set(chunk, end);
      end += chunk.length;
    }
    advance?.(size);
  }
  buffer.fill(0, end, to - from);
}

function sliceOf(content: PlainContent, start: number, size: number): PlainContent {
  return content.at === 'memory'
    ? { ...content, bytes: content.bytes.subarray(start, start + size) }
    : { ...content, offset: content.offset + start, size };
}

const zeros = Buffer.alloc(1 << 20);

/** Of at most 1 MiB. */
export function isZero(bytes: Uint8Array): boolean {
  return zeros.compare(bytes, 0, bytes.length, 0, bytes.length) === 0;
}
