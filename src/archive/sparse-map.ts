// Sparse files in archives, as GNU tar writes them and Go reads them: which bytes of a file are there; between them are
// holes. The old format has its map in blocks of the header, pax 0.0 and 0.1 in records, pax 1.0 before the content.
// https://www.gnu.org/software/tar/manual/html_node/Sparse-Formats.html
import { tarError } from '../tree/refused.ts';
import type { PaxRecords } from './pax.ts';
import { parseNumber } from './tar-header.ts';

export interface SparseExtent {
  readonly offset: number;
  readonly size: number;
}

export interface SparseMap {
  /** Of the file with its holes, in bytes. */
  readonly size: number;
  /** In order, and apart. */
  readonly extents: readonly SparseExtent[];
}

/** Of an honest file there are thousands. */
const maxExtents = 1 << 20;

/** The part of an old GNU header, or of the blocks that follow it, that lists extents: `more` if another one follows. */
export function oldExtents(block: Uint8Array, place: 'header' | 'extension', offset: number) {
  const [start, count, flag] = place === 'header' ? [386, 4, 482] : [0, 21, 504];
  const extents: SparseExtent[] = [];
  for (let at = start; at < start + 24 * count && block[at] !== 0; at += 24) {
    extents.push({
      offset: parseNumber(block.subarray(at, at + 12), offset),
      size: parseNumber(block.subarray(at + 12, at + 24), offset),
    });
  }
  return { extents, more: block[flag] !== 0 };
}

/** The size of the whole file, in an old GNU header. */
export const oldSize = (block: Uint8Array, offset: number): number =>
  parseNumber(block.subarray(483, 495), offset);

/** What the records say of a sparse file; undefined if they speak of none. */
export interface PaxSparse {
  readonly name?: Uint8Array;
  readonly size: number;
  /** Undefined in format 1.0: it comes before the content. */
  readonly extents?: readonly SparseExtent[];
}

export function paxSparse(records: PaxRecords): PaxSparse | undefined {
  const text = (key: string) => {
    const value = records.get(`GNU.sparse.${key}`);
    return value && Buffer.from(value).toString('latin1');
  };
  const version = [text('major'), text('minor')].filter((part) => part !== undefined).join('.');
  const map = text('map');
  if (version === '' && map === undefined) {
    if ([...records.keys()].some((key) => key.startsWith('GNU.sparse.')))
      throw broken('a pax header names a sparse file without its map');
    return undefined;
  }
  if (!['', '0.0', '0.1', '1.0'].includes(version))
    throw broken(`the archive holds a sparse file of the unknown format ${JSON.stringify(version)}`);
  const size = numberOf(text('size') ?? text('realsize') ?? '');
  const name = records.get('GNU.sparse.name');
  const common = { size, ...(name?.length && { name }) };
  return version === '1.0' ? common : { ...common, extents: extentsOf((map ?? '').split(',')) };
}

/** The map of format 1.0: its lines, from the blocks that `take` gives. */
export async function readMap(take: () => Promise<Uint8Array>): Promise<readonly SparseExtent[]> {
  let text = '';
  /** Of how many lines it is, once the first one has said so. */
  let wanted = 1;
  const lines: string[] = [];
  while (lines.length < wanted) {
    text += Buffer.from(await take()).toString('latin1');
    const parts = text.split('\n');
    text = parts.pop()!;
    if (text.length > 20 && lines.length + parts.length < wanted)
      throw broken('a sparse map has a line without an end');
    lines.push(...parts);
    if (lines.length > 0) wanted = 1 + 2 * numberOf(lines[0]!);
    if (wanted > 1 + 2 * maxExtents) throw tooMany();
  }
  return extentsOf(lines.slice(1, wanted));
}

/** Offsets and sizes by turns; an empty file may have none. */
function extentsOf(numbers: readonly string[]): readonly SparseExtent[] {
  const given = numbers.length === 1 && numbers[0] === '' ? [] : numbers;
  if (given.length % 2 !== 0) throw broken('a sparse map has an offset without a size');
  if (given.length > 2 * maxExtents) throw tooMany();
  const extents: SparseExtent[] = [];
  for (let at = 0; at < given.length; at += 2)
    extents.push({ offset: numberOf(given[at]!), size: numberOf(given[at + 1]!) });
  return extents;
}

function numberOf(text: string): number {
  const number = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN;
  if (Number.isSafeInteger(number)) return number;
  throw broken(`a sparse map has a malformed number: ${JSON.stringify(text.slice(0, 50))}`);
}

/** In order, within the file, and `stored` bytes together: what else would be read as content belongs to others. */
export function requireMap({ size, extents }: SparseMap, stored: number, path: string): void {
  let end = 0;
  let sum = 0;
  for (const extent of extents) {
    if (extent.offset < end || extent.size < 0)
      throw broken(`the sparse map of ${JSON.stringify(path)} is in disorder`);
    end = extent.offset + extent.size;
    sum += extent.size;
  }
  if (end > size || sum !== stored)
    throw broken(`the sparse map of ${JSON.stringify(path)} does not fit its ${stored} bytes`);
}

export function requireFew(extents: readonly unknown[]): void {
  if (extents.length > maxExtents) throw tooMany();
}

const tooMany = () => tarError('sparse', `a sparse map has more than ${maxExtents} parts`);
const broken = (message: string) => tarError('sparse', message);
