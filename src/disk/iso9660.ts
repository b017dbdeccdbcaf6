// An ISO 9660 volume (ECMA-119, interchange level 3) in two steps, as what is in it may have to say where it lies: first
// the layout, from names and sizes alone; then the volume, from what the files hold. Nothing is copied. Read back by
// iso9660-reader.ts.
import { byName } from '../base/order.ts';
import { roundUp } from '../base/size.ts';
import { contentOf } from '../tree/content.ts';
import {
  descriptor,
  directoryRecord,
  fileFlags,
  type IsoRecord,
  isoBlock,
  longestSection,
  pathRecord,
  primaryDescriptor,
  recordSize,
  systemBlocks,
} from './iso9660-records.ts';
import { type Extent, type SparseImage, shift, sparseImage } from './sparse.ts';

export interface IsoFile {
  /** Lower-case, with `/`, as Linux and GRUB will see it; at most eight levels of at most 30 characters. */
  readonly path: string;
  /** In bytes. */
  readonly size: number;
}

/** In bytes from the volume's beginning. */
export interface IsoPlace {
  readonly offset: number;
  readonly size: number;
}

export interface IsoLayout {
  /** In bytes, a multiple of 4096. */
  readonly size: number;
  readonly files: ReadonlyMap<string, IsoPlace>;
  /** A block of its own, for El Torito's catalogue. */
  readonly catalog: IsoPlace;
  /** The path tables' order (ECMA-119, 6.9.1): level by level, in each by parent and name. */
  readonly directories: readonly PlacedDirectory[];
  readonly pathTable: { readonly size: number; readonly little: number; readonly big: number };
}

interface PlacedDirectory extends IsoPlace {
  /** '' is the root. */
  readonly path: string;
}

export interface IsoContents {
  /** At most 32 of [A-Za-z0-9_-]. */
  readonly label: string;
  /** Seconds since the epoch: of the volume and all its files. */
  readonly epoch: number;
  /** At most 32 KiB, for the sectors before the volume. */
  readonly system?: Uint8Array;
  /** El Torito's descriptor and its catalogue; absent: nothing starts from it. */
  readonly boot?: { readonly record: Uint8Array; readonly catalog: Uint8Array };
  readonly files: ReadonlyMap<string, SparseImage>;
  /** For the bytes that the layout has left free at the end. */
  readonly tail?: Uint8Array;
}

/** Every file on a multiple of this, so that a verity device can be laid over its extent. */
const alignment = 4096;
const descriptors = { primary: systemBlocks, boot: systemBlocks + 1, end: systemBlocks + 2 };

/** The files lie in the order in which they are given. `tail`: bytes that are left free behind the last one. */
export function layoutIso(files: readonly IsoFile[], { tail = 0 } = {}): IsoLayout {
  for (const { path } of files) checkPath(path);
  const paths = directoriesOf(files);
  const tableSize = paths.reduce((sum, path) => sum + pathRecord(nameOf(path), 0, 0, 'little').length, 0);
  let offset = (descriptors.end + 1) * isoBlock;
  const place = (size: number): number => {
    const at = offset;
    offset += roundUp(size, isoBlock);
    return at;
  };
  const pathTable = {
    size: tableSize,
    little: place(tableSize) / isoBlock,
    big: place(tableSize) / isoBlock,
  };
  const catalog = { offset: place(isoBlock), size: isoBlock };
  const directories = paths.map((path) => {
    const size = packRecords(recordsIn(path, paths, files).map(recordLengths)).size;
    return { path, size, offset: place(size) };
  });
  const places = new Map<string, IsoPlace>();
  for (const { path, size } of files) {
    offset = roundUp(offset, alignment);
    places.set(path, { offset: place(size), size });
  }
  if (places.size !== files.length) throw new RangeError('an ISO file named twice');
  return { size: roundUp(offset + tail, alignment), files: places, catalog, directories, pathTable };
}

export function writeIso(layout: IsoLayout, contents: IsoContents): SparseImage {
  const { size, directories, pathTable, catalog } = layout;
  const { label, epoch, system, boot, files, tail } = contents;
  if (!/^[A-Za-z0-9_-]{1,32}$/.test(label)) throw new RangeError(`no label of a volume: ${label}`);
  const extents: Extent[] = [];
  const put = (bytes: Uint8Array, offset: number) => extents.push({ offset, content: contentOf(bytes) });
  const root = recordOf('\0', directories[0]!);
  const volume = { label, blocks: size / isoBlock, pathTable, epoch, root: directoryRecord(root, epoch) };
  if (system) put(system, 0);
  put(primaryDescriptor(volume), descriptors.primary * isoBlock);
  put(boot?.record ?? descriptor(255), descriptors.boot * isoBlock);
  put(descriptor(255), descriptors.end * isoBlock);
  put(pathTableBytes(directories, 'little'), pathTable.little * isoBlock);
  put(pathTableBytes(directories, 'big'), pathTable.big * isoBlock);
  if (boot) put(boot.catalog, catalog.offset);
  for (const directory of directories) put(directoryBytes(directory, layout, epoch), directory.offset);
  for (const [path, { offset, size: room }] of layout.files) {
    const image = files.get(path);
    if (image?.size !== room)
      throw new RangeError(`${path} has ${image?.size} bytes, not the ${room} of the layout`);
    extents.push(...shift(image, offset));
  }
  if (tail) put(tail, size - tail.length);
  return sparseImage(size, extents);
}

/** 7.5: d-characters, one dot, and the version that every name must have. */
function identifier(name: string): string {
  return `${name.toUpperCase()}${name.includes('.') ? '' : '.'};1`;
}

function checkPath(path: string): void {
  const parts = path.split('/');
  const isPlain = parts.every((part, index) =>
    index < parts.length - 1 ? /^[a-z0-9_]{1,30}$/.test(part) : /^[a-z0-9_]*\.?[a-z0-9_]*$/.test(part),
  );
  const last = parts.at(-1)!;
  if (!isPlain || parts.length > 8 || last.replace('.', '') === '' || last.length > 31)
    throw new RangeError(`no ISO path: ${path}`);
}

const parentOf = (path: string): string => (path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '');
const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1).toUpperCase() || '\0';

function directoriesOf(files: readonly IsoFile[]): string[] {
  const found = new Set(['']);
  for (const { path } of files) {
    for (let at = parentOf(path); at !== ''; at = parentOf(at)) found.add(at);
  }
  const depth = (path: string) => (path === '' ? 0 : path.split('/').length);
  const sorted: string[] = [...found].sort((a, b) => depth(a) - depth(b) || byName(a, b));
  return sorted;
}

/** A child of a directory: another directory, or the sections of a file. */
interface Child {
  readonly path: string;
  readonly name: string;
  readonly sections: number;
}

/** 9.3: sorted by name. The directory itself and its parent come first. */
function recordsIn(path: string, directories: readonly string[], files: readonly IsoFile[]): Child[] {
  const children = [
    ...directories
      .filter((each) => each !== '' && parentOf(each) === path)
      .map((each) => ({ path: each, name: nameOf(each), sections: 1 })),
    ...files
      .filter((each) => parentOf(each.path) === path)
      .map((each) => ({
        path: each.path,
        name: identifier(each.path.slice(each.path.lastIndexOf('/') + 1)),
        sections: Math.max(1, Math.ceil(each.size / longestSection)),
      })),
  ].sort((a, b) => byName(a.name, b.name));
  return [
    { path, name: '\0', sections: 1 },
    { path: parentOf(path), name: '\x01', sections: 1 },
    ...children,
  ];
}

const recordLengths = ({ name, sections }: Child): number[] => Array(sections).fill(recordSize(name));

/** 6.8.1.1: no record goes over the end of a sector. Where each one lies, and how large the directory is. */
export function packRecords(lengths: readonly (readonly number[])[]): { starts: number[]; size: number } {
  let end = 0;
  const starts = lengths.flat().map((length) => {
    const left = isoBlock - (end % isoBlock);
    const start = length > left ? end + left : end;
    end = start + length;
    return start;
  });
  return { starts, size: roundUp(end, isoBlock) };
}

function directoryBytes({ path, size }: PlacedDirectory, layout: IsoLayout, epoch: number): Uint8Array {
  const files = [...layout.files].map(([name, place]) => ({ path: name, size: place.size }));
  const paths = layout.directories.map((each) => each.path);
  const children = recordsIn(path, paths, files);
  const records = children.flatMap((child) => recordsOf(child, layout));
  const { starts } = packRecords(children.map(recordLengths));
  const bytes = Buffer.alloc(size);
  records.forEach((record, index) => {
    directoryRecord(record, epoch).copy(bytes, starts[index]);
  });
  return bytes;
}

function recordsOf({ path, name }: Child, { files, directories }: IsoLayout): IsoRecord[] {
  const directory = directories.find((each) => each.path === path);
  if (directory) return [recordOf(name, directory)];
  const { offset, size } = files.get(path)!;
  const records: IsoRecord[] = [];
  for (let start = 0; start === 0 || start < size; start += longestSection) {
    const rest = size - start;
    records.push({
      name,
      block: (offset + start) / isoBlock,
      size: Math.min(rest, longestSection),
      flags: rest > longestSection ? fileFlags.moreSections : 0,
    });
  }
  return records;
}

function recordOf(name: string, { offset, size }: IsoPlace): IsoRecord {
  return { name, block: offset / isoBlock, size, flags: fileFlags.directory };
}

function pathTableBytes(directories: readonly PlacedDirectory[], order: 'little' | 'big'): Uint8Array {
  const numbers = new Map(directories.map(({ path }, index) => [path, index + 1]));
  return Buffer.concat(
    directories.map(({ path, offset }) =>
      pathRecord(nameOf(path), offset / isoBlock, numbers.get(parentOf(path))!, order),
    ),
  );
}
