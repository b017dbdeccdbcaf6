// zstd's entropy tables (RFC 8878, section 4): FSE and Huffman, read from their descriptions. What a table may hold is
// bounded before it is made: its description is hostile until proven otherwise.

/** What one state says: its symbol, and the next state as `base` plus `bits` more bits of the stream. */
export interface FseTable {
  /** The number of states is 2 to the power of this. */
  readonly log: number;
  readonly symbols: Uint8Array;
  readonly bits: Uint8Array;
  readonly bases: Uint16Array;
}

export interface HuffmanTable {
  /** Of the longest code, in bits; as many are looked up at a time. */
  readonly log: number;
  /** By the next `log` bits: the symbol, and the length of its code times 256. */
  readonly codes: Uint16Array;
}

/** A table, and the offset of what follows its description. */
type Read<Table> = readonly [table: Table, next: number];

const maxHuffmanLog = 11;

export function damaged(what: string): Error {
  return new Error(`it is damaged: ${what}`);
}

/** The `count` bits (at most 24) from bit `at` on, bytes and bits in rising order. Beyond the end are zeros. */
export function bitsAt(bytes: Uint8Array, at: number, count: number): number {
  const first = at >> 3;
  const word =
    bytes[first]! | (bytes[first + 1]! << 8) | (bytes[first + 2]! << 16) | (bytes[first + 3]! << 24);
  return (word >>> (at & 7)) & ((1 << count) - 1);
}

export const highBit = (value: number): number => 31 - Math.clz32(value);

/** Where a stream that is read backwards begins: below the highest bit that is set in its last byte. */
export function lastBit(bytes: Uint8Array, start: number, end: number): number {
  const last = bytes[end - 1];
  if (end <= start || !last) throw damaged('a stream of bits has no end');
  return (end - 1) * 8 + highBit(last);
}

/** Section 4.1.1. A symbol's share of the states, in their order; -1 is a share of less than one. */
export function readFse(
  bytes: Uint8Array,
  start: number,
  end: number,
  max: { readonly log: number; readonly symbol: number },
): Read<FseTable> {
  if (start >= end) throw damaged('a table is cut off');
  const log = (bytes[start]! & 15) + 5;
  if (log > max.log) throw damaged('a table is too large');
  const shares: number[] = [];
  let at = start * 8 + 4;
  let left = 1 << log;
  while (left > 0) {
    if (shares.length > max.symbol) throw damaged('a table has too many symbols');
    const width = highBit(left + 1) + 1;
    const low = (1 << (width - 1)) - 1;
    /** Values below this are a bit shorter than the others. */
    const short = (1 << width) - 2 - left;
    let value = bitsAt(bytes, at, width);
    at += width;
    if ((value & low) < short) {
      value &= low;
      at -= 1;
    } else if (value > low) value -= short;
    const share = value - 1;
    left -= Math.abs(share);
    shares.push(share);
    if (share === 0) at = readZeros(bytes, at, shares, max.symbol);
  }
  const next = (at + 7) >> 3;
  if (left < 0 || shares.length > max.symbol + 1 || next > end) throw damaged('a table does not add up');
  return [makeFse(shares, log), next];
}

/** After a share of none: how many more there are, by two bits, of which three ask for more. */
function readZeros(bytes: Uint8Array, start: number, shares: number[], maxSymbol: number): number {
  for (let at = start; ; ) {
    const repeat = bitsAt(bytes, at, 2);
    at += 2;
    for (let i = 0; i < repeat; i += 1) shares.push(0);
    if (repeat < 3) return at;
    if (shares.length > maxSymbol) throw damaged('a table has too many symbols');
  }
}

/** `shares` must add up to the number of states. */
export function makeFse(shares: readonly number[], log: number): FseTable {
  const size = 1 << log;
  const symbols = new Uint8Array(size);
  const bits = new Uint8Array(size);
  const bases = new Uint16Array(size);
  const next = shares.map((share) => (share === -1 ? 1 : share));
  let high = size;
  for (const [symbol, share] of shares.entries()) {
    if (share !== -1) continue;
    high -= 1;
    symbols[high] = symbol;
  }
  const step = (size >> 1) + (size >> 3) + 3;
  let at = 0;
  for (const [symbol, share] of shares.entries()) {
    for (let i = 0; i < share; i += 1) {
      symbols[at] = symbol;
      do at = (at + step) & (size - 1);
      while (at >= high);
    }
  }
  for (let state = 0; state < size; state += 1) {
    const symbol = symbols[state]!;
    const value = next[symbol]!;
    next[symbol] = value + 1;
    bits[state] = log - highBit(value);
    bases[state] = (value << bits[state]!) - size;
  }
  return { log, symbols, bits, bases };
}

/** One symbol only, which takes no bits. */
export function makeRle(symbol: number): FseTable {
  return {
    log: 0,
    symbols: Uint8Array.of(symbol),
    bits: new Uint8Array(1),
    bases: new Uint16Array(1),
  };
}

/** Section 4.2.1. */
export function readHuffman(bytes: Uint8Array, start: number, end: number): Read<HuffmanTable> {
  if (start >= end) throw damaged('a table is cut off');
  const head = bytes[start]!;
  const first = start + 1;
  const next = first + (head < 128 ? head : (head - 126) >> 1);
  if (next > end) throw damaged('a table is cut off');
  if (head < 128) return [makeHuffman(readWeights(bytes, first, next)), next];
  const weights: number[] = [];
  for (let i = 0; i < head - 127; i += 1) {
    const pair = bytes[first + (i >> 1)]!;
    weights.push(i & 1 ? pair & 15 : pair >> 4);
  }
  return [makeHuffman(weights), next];
}

/** Section 4.2.1.2: two states take turns, until there is not a bit more. */
function readWeights(bytes: Uint8Array, start: number, end: number): number[] {
  const [table, from] = readFse(bytes, start, end, { log: 6, symbol: 255 });
  const floor = from * 8;
  let at = lastBit(bytes, from, end);
  const weights: number[] = [];
  at -= 2 * table.log;
  if (at < floor) throw damaged('a table is cut off');
  let state = bitsAt(bytes, at + table.log, table.log);
  let other = bitsAt(bytes, at, table.log);
  for (;;) {
    weights.push(table.symbols[state]!);
    const width = table.bits[state]!;
    if (weights.length > 254) throw damaged('a table has too many symbols');
    if (at - width < floor) {
      weights.push(table.symbols[other]!);
      return weights;
    }
    at -= width;
    const updated = table.bases[state]! + bitsAt(bytes, at, width);
    state = other;
    other = updated;
  }
}

/** The last symbol's weight is not said: it fills what the others leave. */
function makeHuffman(weights: number[]): HuffmanTable {
  let sum = 0;
  for (const weight of weights) {
    if (weight > maxHuffmanLog) throw damaged('a code is too long');
    sum += weight === 0 ? 0 : 1 << (weight - 1);
  }
  if (sum === 0) throw damaged('a table is empty');
  const log = highBit(sum) + 1;
  const left = (1 << log) - sum;
  if (log > maxHuffmanLog || left !== 1 << highBit(left)) throw damaged('a table does not add up');
  weights.push(highBit(left) + 1);
  const codes = new Uint16Array(1 << log);
  let at = 0;
  for (let weight = 1; weight <= log; weight += 1) {
    for (const [symbol, own] of weights.entries()) {
      if (own !== weight) continue;
      const count = 1 << (weight - 1);
      codes.fill(symbol | ((log + 1 - weight) << 8), at, at + count);
      at += count;
    }
  }
  return { log, codes };
}
