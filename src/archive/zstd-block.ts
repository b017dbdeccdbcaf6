// One compressed block of zstd (RFC 8878, section 3.1.1.3): literals, and the sequences that say what is copied from
// where. No block makes more than a block may be, however many sequences it has: that bounds its work, too.
import {
  bitsAt,
  damaged,
  type FseTable,
  type HuffmanTable,
  lastBit,
  makeFse,
  makeRle,
  readFse,
  readHuffman,
} from './zstd-tables.ts';

/** The largest that a block may be, in bytes, packed or unpacked. */
export const maxBlock = 1 << 17;

/** What has been unpacked, and is still referred to. Room for a block more must be there before one is read. */
export interface History {
  bytes: Uint8Array;
  /** Behind the last byte. */
  end: number;
  /** How far back references may lead, in bytes. */
  window: number;
}

/** What later blocks of a frame take over from earlier ones. */
export interface FrameState {
  huffman: HuffmanTable | undefined;
  lengths: FseTable | undefined;
  offsets: FseTable | undefined;
  matches: FseTable | undefined;
  /** The last three offsets, the latest first. */
  readonly recent: [number, number, number];
}

export const newFrame = (): FrameState => ({
  huffman: undefined,
  lengths: undefined,
  offsets: undefined,
  matches: undefined,
  recent: [1, 4, 8],
});

/** Unpacks `block` at the end of `history`. */
export function readBlock(block: Uint8Array, history: History, frame: FrameState): void {
  const [literals, at] = readLiterals(block, frame);
  readSequences(block, at, literals, history, frame);
}

/** Shared by all blocks: each one's literals are used up before the next one's are read. */
const literalBytes = new Uint8Array(maxBlock);

/** Section 3.1.1.3.1. */
function readLiterals(block: Uint8Array, frame: FrameState): [literals: Uint8Array, next: number] {
  const head = block[0]!;
  const type = head & 3;
  const format = (head >> 2) & 3;
  if (type < 2) {
    const [headSize, shift] = format === 1 ? [2, 4] : format === 3 ? [3, 4] : [1, 3];
    const size = bitsAt(block, shift, headSize * 8 - shift);
    const next = headSize + (type === 0 ? size : 1);
    if (size > maxBlock || next > block.length) throw damaged('its literals are cut off');
    if (type === 0) return [block.subarray(headSize, next), next];
    return [literalBytes.fill(block[headSize]!, 0, size).subarray(0, size), next];
  }
  const headSize = format < 2 ? 3 : format + 2;
  const width = [10, 10, 14, 18][format]!;
  const size = bitsAt(block, 4, width);
  const start = headSize;
  const next = start + bitsAt(block, 4 + width, width);
  if (size > maxBlock || next > block.length) throw damaged('its literals are cut off');
  let at = start;
  if (type === 2) [frame.huffman, at] = readHuffman(block, start, next);
  if (frame.huffman === undefined) throw damaged('a block wants a table that there is not');
  const literals = literalBytes.subarray(0, size);
  if (format === 0) readStream(block, at, next, frame.huffman, literals);
  else readStreams(block, at, next, frame.huffman, literals);
  return [literals, next];
}

/** Four streams, after a table of the first three's sizes. */
function readStreams(
  block: Uint8Array,
  start: number,
  end: number,
  table: HuffmanTable,
  literals: Uint8Array,
): void {
  const each = (literals.length + 3) >> 2;
  if (start + 6 > end || 3 * each > literals.length) throw damaged('its literals are cut off');
  let at = start + 6;
  for (let i = 0; i < 4; i += 1) {
    const next = i === 3 ? end : at + bitsAt(block, (start + 2 * i) * 8, 16);
    if (next > end) throw damaged('its literals are cut off');
    readStream(
      block,
      at,
      next,
      table,
      literals.subarray(i * each, i === 3 ? literals.length : (i + 1) * each),
    );
    at = next;
  }
}

/** Backwards from `end`, until `literals` is full; not a bit may be left then. */
function readStream(
  bytes: Uint8Array,
  start: number,
  end: number,
  { log, codes }: HuffmanTable,
  literals: Uint8Array,
): void {
  let at = lastBit(bytes, start, end);
  const mask = (1 << log) - 1;
  const { length } = literals;
  let done = 0;
  // Two codes have at most 22 bits, and a word always holds 24 of those that come next.
  for (const pairs = length - 1; done < pairs; done += 2) {
    const first = (at >> 3) - 3;
    const word =
      bytes[first]! | (bytes[first + 1]! << 8) | (bytes[first + 2]! << 16) | (bytes[first + 3]! << 24);
    const shift = (at & 7) + 24 - log;
    const one = codes[(word >>> shift) & mask]!;
    const other = codes[(word >>> (shift - (one >> 8))) & mask]!;
    literals[done] = one;
    literals[done + 1] = other;
    at -= (one >> 8) + (other >> 8);
  }
  if (done < length) {
    const code = codes[bitsAt(bytes, at - log, log)]!;
    literals[done] = code;
    at -= code >> 8;
  }
  if (at !== start * 8) throw damaged('its literals do not add up');
}

/** Section 3.1.1.3.2.1.1. By code: how many more bits there are, and what it means at least. */
const literalWidths = [
  ...Array<number>(16).fill(0),
  ...[1, 1, 1, 1, 2, 2, 3, 3, 4, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
];
const matchWidths = [
  ...Array<number>(32).fill(0),
  ...[1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16],
];
const literalBases = basesOf(literalWidths, 0);
const matchBases = basesOf(matchWidths, 3);

/** Each code goes on where the one before it ends. */
function basesOf(widths: readonly number[], first: number): number[] {
  let next = first;
  return widths.map((width) => {
    const base = next;
    next += 1 << width;
    return base;
  });
}

/** A larger one leads beyond the largest window. */
const maxOffsetCode = 27;

/** Section 3.1.1.3.2.2: the usual tables, by their shares. */
const kinds = {
  lengths: {
    shift: 6,
    max: { log: 9, symbol: 35 },
    usual: makeFse(
      [
        ...[4, 3, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2, 3, 2],
        ...[1, 1, 1, 1, 1, -1, -1, -1, -1],
      ],
      6,
    ),
  },
  offsets: {
    shift: 4,
    max: { log: 8, symbol: 31 },
    usual: makeFse(
      [1, 1, 1, 1, 1, 1, 2, 2, 2, ...Array<number>(15).fill(1), ...Array<number>(5).fill(-1)],
      5,
    ),
  },
  matches: {
    shift: 2,
    max: { log: 9, symbol: 52 },
    usual: makeFse(
      [1, 4, 3, 2, 2, 2, 2, 2, 2, ...Array<number>(37).fill(1), ...Array<number>(7).fill(-1)],
      6,
    ),
  },
} as const;

/** Puts the tables of a block's sequences into `frame`; the answer is the offset of the sequences themselves. */
function readTables(block: Uint8Array, start: number, frame: FrameState): number {
  const modes = block[start];
  if (modes === undefined || (modes & 3) !== 0) throw damaged('a block has no modes');
  let at = start + 1;
  for (const kind of ['lengths', 'offsets', 'matches'] as const) {
    const { shift, max, usual } = kinds[kind];
    const mode = (modes >> shift) & 3;
    if (mode === 0) frame[kind] = usual;
    else if (mode === 1) {
      const symbol = block[at] ?? 255;
      if (symbol > max.symbol) throw damaged('a table has too many symbols');
      frame[kind] = makeRle(symbol);
      at += 1;
    } else if (mode === 2) [frame[kind], at] = readFse(block, at, block.length, max);
    else if (frame[kind] === undefined) throw damaged('a block wants a table that there is not');
  }
  return at;
}

/** Section 3.1.1.3.2. */
function readSequences(
  block: Uint8Array,
  start: number,
  literals: Uint8Array,
  history: History,
  frame: FrameState,
): void {
  let at = start + 1;
  let count = block[start]!;
  if (count === 255) {
    count = bitsAt(block, at * 8, 16) + 0x7f00;
    at += 2;
  } else if (count > 127) {
    count = ((count - 128) << 8) | block[at]!;
    at += 1;
  }
  if (at > block.length) throw damaged('a block ends too early');
  const limit = history.end + maxBlock;
  let used = 0;
  if (count > 0) used = runSequences(block, readTables(block, at, frame), count, literals, history, frame);
  else if (at < block.length) throw damaged('something follows a block');
  if (history.end + literals.length - used > limit) throw tooLarge();
  history.bytes.set(literals.subarray(used), history.end);
  history.end += literals.length - used;
}

const tooLarge = () => damaged('a block is larger than blocks may be');
/** From here on, in bytes, the engine's own ways to copy are faster than a loop. */
const long = 64;

/** Each sequence: some literals, then a match that is copied from what was before. How many literals were used. */
function runSequences(
  block: Uint8Array,
  start: number,
  count: number,
  literals: Uint8Array,
  history: History,
  frame: FrameState,
): number {
  const [lengths, offsets, matches] = [frame.lengths!, frame.offsets!, frame.matches!];
  const { bytes, window } = history;
  const limit = history.end + maxBlock;
  const floor = start * 8;
  let [first, second, third] = frame.recent;
  let { end } = history;
  let used = 0;
  let at = lastBit(block, start, block.length) - lengths.log;
  let lengthState = bitsAt(block, at, lengths.log);
  at -= offsets.log;
  let offsetState = bitsAt(block, at, offsets.log);
  at -= matches.log;
  let matchState = bitsAt(block, at, matches.log);
  for (let left = count; left > 0; left -= 1) {
    const offsetCode = offsets.symbols[offsetState]!;
    const matchCode = matches.symbols[matchState]!;
    const literalCode = lengths.symbols[lengthState]!;
    if (offsetCode > maxOffsetCode) throw damaged('a reference leads too far back');
    at -= offsetCode;
    let value = (1 << offsetCode) + bitsAt(block, at, Math.min(offsetCode, 16));
    if (offsetCode > 16) value += bitsAt(block, at + 16, offsetCode - 16) << 16;
    const matchWidth = matchWidths[matchCode]!;
    at -= matchWidth;
    const match = matchBases[matchCode]! + bitsAt(block, at, matchWidth);
    const literalWidth = literalWidths[literalCode]!;
    at -= literalWidth;
    const run = literalBases[literalCode]! + bitsAt(block, at, literalWidth);
    if (left > 1) {
      let width = lengths.bits[lengthState]!;
      at -= width;
      lengthState = lengths.bases[lengthState]! + bitsAt(block, at, width);
      width = matches.bits[matchState]!;
      at -= width;
      matchState = matches.bases[matchState]! + bitsAt(block, at, width);
      width = offsets.bits[offsetState]!;
      at -= width;
      offsetState = offsets.bases[offsetState]! + bitsAt(block, at, width);
    }
    if (at < floor) throw damaged('its sequences are cut off');

    // Section 3.1.1.5: the first three values mean offsets of before, and other ones of them where no literals are.
    let offset = value - 3;
    if (value > 3) [third, second, first] = [second, first, offset];
    else {
      const which = value - (run > 0 ? 1 : 0);
      offset = which === 0 ? first : which === 1 ? second : which === 2 ? third : first - 1;
      if (which > 1) third = second;
      if (which > 0) [second, first] = [first, offset];
    }

    if (used + run > literals.length) throw damaged('there are too few literals');
    if (end + run + match > limit) throw tooLarge();
    if (run > long) bytes.set(literals.subarray(used, used + run), end);
    else for (let i = 0; i < run; i += 1) bytes[end + i] = literals[used + i]!;
    used += run;
    end += run;
    const from = end - offset;
    if (offset < 1 || offset > window || from < 0) throw damaged('a reference leads too far back');
    if (match > long && offset >= match) bytes.copyWithin(end, from, from + match);
    else for (let i = 0; i < match; i += 1) bytes[end + i] = bytes[from + i]!;
    end += match;
  }
  if (at !== floor) throw damaged('its sequences do not add up');
  frame.recent[0] = first;
  frame.recent[1] = second;
  frame.recent[2] = third;
  history.end = end;
  return used;
}
