// What an update has to move where both versions are known as chunks, cut by their content: a chunk that the old image
// has, at whatever byte, is copied, the rest is fetched. Where a chunk begins and ends is the publisher's affair; here a
// list is believed, for the new image is proven by its hash: a list that lies makes a plan that fails, and no more.
//
// Memory for 1 GiB in chunks of 8 KiB: the two lists 1.3 MiB each, the table 1 MiB, the sources 0.5 MiB, and the plan.

/** Of one image, from its first byte to its last. */
export interface ChunkList {
  /** Two words for each chunk, the beginning of its SHA-256; which byte of a word comes first does not matter. */
  readonly ids: Uint32Array;
  /** In bytes, of each chunk. */
  readonly sizes: Uint32Array;
}

/** `size` bytes of the old image from byte `from` on are those of the new image from `to` on. */
export interface ChunkCopy {
  readonly from: number;
  readonly to: number;
  readonly size: number;
}

/** Together every byte of the new image exactly once; both in the order of the new image. */
export interface ChunkPlan {
  readonly copies: readonly ChunkCopy[];
  /** What is to be fetched. */
  readonly ranges: readonly { readonly offset: number; readonly size: number }[];
}

/** Known bytes between two missing ranges that are fetched rather than asked around. */
export const chunkGap = 4096;

export function planChunks(fresh: ChunkList, old: ChunkList, { gap = chunkGap } = {}): ChunkPlan {
  const sources = findChunks(fresh, old);
  closeChunkGaps(sources, fresh.sizes, gap);
  const starts = startsOf(old);
  const copies: ChunkCopy[] = [];
  const ranges: { offset: number; size: number }[] = [];
  let [offset, from] = [0, -1];
  for (let at = 0, begin = 0; at < sources.length; at++) {
    const source = sources[at]!;
    if (at === 0 || !goesOn(source, sources[at - 1]!)) {
      begin = offset;
      from = source < 0 ? -1 : starts[source]!;
    }
    offset += fresh.sizes[at]!;
    if (at + 1 < sources.length && goesOn(sources[at + 1]!, source)) continue;
    if (from < 0) ranges.push({ offset: begin, size: offset - begin });
    else copies.push({ from, to: begin, size: offset - begin });
  }
  return { copies, ranges };
}

/** In bytes. */
export function sizeOfChunks({ sizes }: ChunkList): number {
  return sizes.reduce((sum, size) => sum + size, 0);
}

const goesOn = (next: number, source: number): boolean => (source < 0 ? next < 0 : next === source + 1);

/** For each new chunk the old one that is the same, or -1. What goes on where the chunk before it went on is preferred. */
function findChunks(fresh: ChunkList, old: ChunkList): Int32Array {
  const find = indexChunks(old);
  const sources = new Int32Array(fresh.sizes.length).fill(-1);
  let next = old.sizes.length;
  for (let at = 0; at < sources.length; at++) {
    const found = next < old.sizes.length && isSameChunk(fresh, at, old, next) ? next : find(fresh, at);
    sources[at] = found;
    next = found < 0 ? old.sizes.length : found + 1;
  }
  return sources;
}

/** Open addressing by the first word of an id, at most half full. Ends also for ids that somebody has chosen. */
function indexChunks(old: ChunkList): (list: ChunkList, at: number) => number {
  const count = old.sizes.length;
  let size = 16;
  while (size < 2 * count) size *= 2;
  const table = new Int32Array(size).fill(-1);
  // Ids that somebody has chosen could all have one place: so far is looked, and then the chunk is fetched.
  const farthest = 64;
  const placeOf = (list: ChunkList, at: number): number => {
    let place = list.ids[2 * at]! & (size - 1);
    for (let steps = 0; table[place]! >= 0 && !isSameChunk(list, at, old, table[place]!); steps++) {
      if (steps === farthest) return -1;
      place = (place + 1) & (size - 1);
    }
    return place;
  };
  for (let at = 0; at < count; at++) {
    const place = placeOf(old, at);
    if (place >= 0 && table[place]! < 0) table[place] = at;
  }
  return (list, at) => {
    const place = placeOf(list, at);
    return place < 0 ? -1 : table[place]!;
  };
}

function isSameChunk(a: ChunkList, at: number, b: ChunkList, there: number): boolean {
  return (
    a.ids[2 * at] === b.ids[2 * there] &&
    a.ids[2 * at + 1] === b.ids[2 * there + 1] &&
    a.sizes[at] === b.sizes[there]
  );
}

function closeChunkGaps(sources: Int32Array, sizes: Uint32Array, gap: number): void {
  let known = gap + 1; // bytes since the last missing chunk
  let first = 0; // of the known chunks
  for (let at = 0; at < sources.length; at++) {
    if (sources[at]! >= 0) known += sizes[at]!;
    else {
      if (known > 0 && known <= gap) sources.fill(-1, first, at);
      known = 0;
      first = at + 1;
    }
  }
}

function startsOf({ sizes }: ChunkList): Float64Array {
  const starts = new Float64Array(sizes.length);
  for (let at = 1; at < sizes.length; at++) starts[at] = starts[at - 1]! + sizes[at - 1]!;
  return starts;
}
