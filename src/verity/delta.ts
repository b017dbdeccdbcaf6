// What an update has to move: the leaves of the new hash tree against those of the tree that runs. A block that the old
// image has, wherever it lies there, is copied; the rest is fetched. Any version to any version, and nothing to publish
// but the image. The new tree proves the result, so a plan can be wasteful but never wrong.
//
// Memory for 1 GiB (262144 blocks): the two lists of leaves 8 MiB each, the index 2 MiB, the sources 1 MiB, and the plan.
import { digestSize, verityBlockSize } from './superblock.ts';

/** `count` blocks of the old image from block `from` on are those of the new image from `to` on. */
export interface Copy {
  readonly from: number;
  readonly to: number;
  readonly count: number;
}

/** `count` blocks of the new image from block `at` on. */
export interface Range {
  readonly at: number;
  readonly count: number;
}

/** Together every block of the new image exactly once; both in the order of the new image. */
export interface DeltaPlan {
  readonly copies: readonly Copy[];
  readonly ranges: readonly Range[];
}

/**
 * Known blocks between two missing ones that are fetched rather than asked around: 32 KiB, about what a request of its own
 * costs in headers and waiting.
 */
export const defaultGap = 8;

const words = digestSize / 4;

/** Both lists have 32 bytes for each block, in order. */
export function planDelta(fresh: Uint8Array, old: Uint8Array, { gap = defaultGap } = {}): DeltaPlan {
  const sources = findSources(wordsOf(fresh), wordsOf(old));
  closeGaps(sources, gap);
  const copies: Copy[] = [];
  const ranges: Range[] = [];
  for (let at = 0, count = 0; at < sources.length; at += count) {
    const from = sources[at]!;
    const step = from < 0 ? 0 : 1;
    for (count = 1; at + count < sources.length && sources[at + count] === from + step * count; ) count++;
    if (from < 0) ranges.push({ at, count });
    else copies.push({ from, to: at, count });
  }
  return { copies, ranges };
}

/** Where the leaves lie in a hash image of so many data blocks, at least two: they end it. In bytes. */
export function leafPlace(imageSize: number, dataBlocks: number): { offset: number; size: number } {
  const size = dataBlocks * digestSize;
  return { offset: imageSize - Math.ceil(size / verityBlockSize) * verityBlockSize, size };
}

/** For each new block the old one that is the same, or -1. What goes on where the block before it went on is preferred. */
function findSources(fresh: Uint32Array, old: Uint32Array): Int32Array {
  const find = indexLeaves(old);
  const oldCount = old.length / words;
  const sources = new Int32Array(fresh.length / words).fill(-1);
  let next = oldCount;
  for (let at = 0; at < sources.length; at++) {
    const found = next < oldCount && isSame(fresh, at, old, next) ? next : find(fresh, at);
    sources[at] = found;
    next = found < 0 ? oldCount : found + 1;
  }
  return sources;
}

/** Open addressing by the first word of a leaf, which is as good as random; at most half full. */
function indexLeaves(old: Uint32Array): (leaves: Uint32Array, at: number) => number {
  const count = old.length / words;
  let size = 16;
  while (size < 2 * count) size *= 2;
  const table = new Int32Array(size).fill(-1);
  const placeOf = (leaves: Uint32Array, at: number): number => {
    let place = leaves[at * words]! & (size - 1);
    while (table[place]! >= 0 && !isSame(leaves, at, old, table[place]!)) place = (place + 1) & (size - 1);
    return place;
  };
  for (let at = 0; at < count; at++) {
    const place = placeOf(old, at);
    if (table[place]! < 0) table[place] = at;
  }
  return (leaves, at) => table[placeOf(leaves, at)]!;
}

function isSame(a: Uint32Array, at: number, b: Uint32Array, there: number): boolean {
  for (let word = 0; word < words; word++) if (a[at * words + word] !== b[there * words + word]) return false;
  return true;
}

function closeGaps(sources: Int32Array, gap: number): void {
  let known = gap + 1; // blocks since the last missing one
  for (let at = 0; at < sources.length; at++) {
    if (sources[at]! >= 0) known++;
    else {
      if (known > 0 && known <= gap) sources.fill(-1, at - known, at);
      known = 0;
    }
  }
}

function wordsOf(leaves: Uint8Array): Uint32Array {
  if (leaves.length % digestSize !== 0) throw new RangeError(`leaves of ${leaves.length} bytes`);
  const aligned = leaves.byteOffset % 4 === 0 ? leaves : leaves.slice();
  return new Uint32Array(aligned.buffer, aligned.byteOffset, leaves.length / 4);
}
