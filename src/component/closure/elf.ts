// What the dynamic loader reads of an ELF file (System V gABI, chapters 4 "Object Files" and 5 "Program Loading and Dynamic
// Linking"): its machine, its loader (PT_INTERP), the libraries that it needs (DT_NEEDED), and where it says they are
// (DT_RPATH, DT_RUNPATH). A file may be anything: each table is bounded, and what leads nowhere is said.
import type { ReadSlice } from './read-slice.ts';

export interface ElfFacts {
  /** EI_CLASS: 32 or 64. */
  readonly bits: 32 | 64;
  /** e_machine. */
  readonly machine: number;
  /** The path of PT_INTERP, as it is written. */
  readonly loader?: string;
  /** DT_SONAME. */
  readonly soname?: string;
  /** In the order of the file. */
  readonly needed: readonly string[];
  /** Directories, as they are written, `$ORIGIN` and all. */
  readonly rpath: readonly string[];
  /** With it, rpath does not count. */
  readonly runpath?: readonly string[];
}

/** A string says what is wrong with the file. */
export type ElfReading = ElfFacts | string;

const maxSegments = 512;
const maxDynamic = 4096;
const maxString = 4096;

const segmentTypes = { load: 1, dynamic: 2, interpreter: 3 };
const tags = { end: 0, needed: 1, strings: 5, stringsSize: 10, soname: 14, rpath: 15, runpath: 29 };

interface Segment {
  readonly type: number;
  readonly offset: number;
  readonly address: number;
  /** In the file. */
  readonly size: number;
}

/** Undefined for what is no ELF file at all. */
export async function readElf(read: ReadSlice): Promise<ElfReading | undefined> {
  const header = await read(0, 64);
  if (header.length < 4 || Buffer.compare(header.subarray(0, 4), Buffer.from('\x7fELF', 'latin1')) !== 0) {
    return undefined;
  }
  const wide = header[4] === 2;
  const little = header[5] === 1;
  if (header.length < (wide ? 64 : 52)) return 'it ends within its header';
  if ((!wide && header[4] !== 1) || (!little && header[5] !== 2)) return 'its class or byte order is unknown';
  const fields = fieldsOf(header, wide, little);
  const machine = fields.half(18);
  const segments = await readSegments(read, fields, wide, little);
  if (typeof segments === 'string') return segments;
  const facts = { bits: wide ? 64 : 32, machine } as const;

  const interpreter = segments.find(({ type }) => type === segmentTypes.interpreter);
  const loader = interpreter && (await readText(read, interpreter.offset, interpreter.size));
  if (interpreter && !loader) return 'the name of its loader cannot be read';
  const named = loader === undefined ? {} : { loader };
  const dynamic = segments.find(({ type }) => type === segmentTypes.dynamic);
  if (dynamic === undefined) return { ...facts, ...named, needed: [], rpath: [] };
  const linked = await readDynamic(read, dynamic, segments, wide, little);
  return typeof linked === 'string' ? linked : { ...facts, ...named, ...linked };
}

async function readSegments(
  read: ReadSlice,
  header: Fields,
  wide: boolean,
  little: boolean,
): Promise<Segment[] | string> {
  const offset = header.word(wide ? 32 : 28);
  const entrySize = header.half(wide ? 54 : 42);
  const count = header.half(wide ? 56 : 44);
  const least = wide ? 56 : 32;
  // An object file of the compiler's, or a kernel module, has none.
  if (count === 0) return [];
  if (count > maxSegments || entrySize < least || entrySize > 256) return 'its program headers are malformed';
  const bytes = await read(offset, count * entrySize);
  if (bytes.length < count * entrySize) return 'its program headers lie beyond its end';
  return Array.from({ length: count }, (_, index): Segment => {
    const entry = fieldsOf(bytes.subarray(index * entrySize), wide, little);
    return wide
      ? { type: entry.full(0), offset: entry.word(8), address: entry.word(16), size: entry.word(32) }
      : { type: entry.full(0), offset: entry.word(4), address: entry.word(8), size: entry.word(16) };
  });
}

type Linked = Pick<ElfFacts, 'soname' | 'needed' | 'rpath' | 'runpath'>;

async function readDynamic(
  read: ReadSlice,
  segment: Segment,
  segments: readonly Segment[],
  wide: boolean,
  little: boolean,
): Promise<Linked | string> {
  const entrySize = wide ? 16 : 8;
  const bytes = await read(segment.offset, Math.min(segment.size, maxDynamic * entrySize));
  const found: { tag: number; value: number }[] = [];
  let ended = false;
  for (let at = 0; at + entrySize <= bytes.length && !ended; at += entrySize) {
    const entry = fieldsOf(bytes.subarray(at), wide, little);
    const tag = entry.word(0);
    if (tag === tags.end) ended = true;
    else found.push({ tag, value: entry.word(entrySize / 2) });
  }
  if (!ended) return 'its dynamic section has no end';
  const entryOf = (wanted: number) => found.find(({ tag }) => tag === wanted)?.value;
  const address = entryOf(tags.strings);
  const size = entryOf(tags.stringsSize);
  const textual = [tags.needed, tags.soname, tags.rpath, tags.runpath];
  if (!found.some(({ tag }) => textual.includes(tag))) return { needed: [], rpath: [] };
  // DT_STRTAB is an address: the segment that is loaded there says where in the file it is.
  const home = segments.find(
    (each) =>
      each.type === segmentTypes.load &&
      address !== undefined &&
      address >= each.address &&
      address < each.address + each.size,
  );
  if (home === undefined || size === undefined) return 'its table of strings lies nowhere';
  const start = home.offset + (address! - home.address);
  const texts = new Map<number, string[]>();
  for (const { tag, value } of found) {
    if (!textual.includes(tag)) continue;
    const text = value < size ? await readText(read, start + value, size - value) : undefined;
    if (text === undefined) return 'a name in its dynamic section cannot be read';
    texts.set(tag, [...(texts.get(tag) ?? []), text]);
  }
  const pathsOf = (tag: number) => texts.get(tag)?.flatMap((text) => text.split(':').filter(Boolean));
  const soname = texts.get(tags.soname)?.[0];
  const runpath = pathsOf(tags.runpath);
  return {
    ...(soname === undefined ? {} : { soname }),
    needed: (texts.get(tags.needed) ?? []).filter(Boolean),
    rpath: pathsOf(tags.rpath) ?? [],
    ...(runpath === undefined ? {} : { runpath }),
  };
}

/** Up to its NUL, which must come before `limit` bytes. */
async function readText(read: ReadSlice, offset: number, limit: number): Promise<string | undefined> {
  const bytes = Buffer.from(await read(offset, Math.min(limit, maxString)));
  const end = bytes.indexOf(0);
  return end >= 0 ? bytes.toString('utf8', 0, end) : undefined;
}

type Fields = ReturnType<typeof fieldsOf>;

/** Half, word and the address or offset of the file's class. */
function fieldsOf(bytes: Uint8Array, wide: boolean, little: boolean) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    half: (at: number) => view.getUint16(at, little),
    full: (at: number) => view.getUint32(at, little),
    /** What does not fit into a double lies beyond every file. */
    word: (at: number) => (wide ? Number(view.getBigUint64(at, little)) : view.getUint32(at, little)),
  };
}
