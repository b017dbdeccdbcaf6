// GUID Partition Table (UEFI 2.10, chapter 5): what has to be written to a disk so that both copies of its table are whole,
// the last partition reaches the disk's end, and the disk is told from its copies. Pure: sectors in, sectors out.
// The copy that is written is never the only one that is valid: whatever a power cut leaves, Linux finds a table (with the
// argument `gpt` it takes the backup at the disk's end), and the next boot mends the other copy.
import { CatamaranError } from '../base/errors.ts';

export const sectorSize = 512;
/** One copy: the header, and 128 entries of 128 bytes. The protective MBR comes before the first one. */
export const copySectors = 33;
const entryCount = 128;
const entrySize = 128;
const entriesSize = entryCount * entrySize;
const alignment = 2048; // 1 MiB

export interface Disk {
  readonly sectors: number;
  /** Undefined where they cannot be read. */
  read(sector: number, count: number): Uint8Array | undefined;
}

export interface TableWishes {
  /** The partition, the last one, that is to reach the disk's end. */
  readonly grow?: number | undefined;
  /** A GUID of version 4 for a partition that has still the one of its image, which has version 8 (image/guid.ts). */
  readonly rename?: { readonly number: number; readonly guid: Uint8Array };
}

export interface TablePlan {
  /** In this order, each on the medium before the next one is begun. */
  readonly writes: readonly { readonly sector: number; readonly bytes: Uint8Array }[];
  /** Which copy was not what the other one says. */
  readonly damaged?: 'primary' | 'backup' | undefined;
  /** In sectors: the size of the partition that has grown; undefined where there was not 1 MiB to gain. */
  readonly grown?: number | undefined;
}

interface Table {
  readonly header: Uint8Array;
  readonly entries: Uint8Array;
  /** Where the other copy's header is. */
  readonly other: number;
}

export function planTable(disk: Disk, wishes: TableWishes): TablePlan {
  const mbr = disk.read(0, 1);
  const primary = readTable(disk, 1);
  const found = primary ?? readTable(disk, disk.sectors - 1);
  if (!mbr || !found)
    throw unusable('the partition table is damaged in both copies, or not one that Catamaran writes');
  const backupAt = primary && primary.other < disk.sectors ? primary.other : disk.sectors - 1;
  const backup = readTable(disk, backupAt);
  const entries = found.entries.slice();
  if (wishes.rename) rename(entries, wishes.rename);
  const grown = wishes.grow === undefined ? undefined : growEntry(entries, disk.sectors, wishes.grow);
  const end = grown === undefined ? backupAt : disk.sectors - 1;

  const writes: { sector: number; bytes: Uint8Array }[] = [];
  const write = (sector: number, bytes: Uint8Array) => {
    const last = writes.filter((earlier) => earlier.sector === sector).at(-1);
    const there = last?.bytes ?? disk.read(sector, bytes.length / sectorSize);
    if (!there || differ(there, bytes)) writes.push({ sector, bytes });
  };
  const writeFirst = (table: readonly [Uint8Array, Uint8Array], other: number) =>
    write(0, join(stretch(mbr, other + 1), ...seal(...table, { at: 1, other })));
  // As the backup is, before that is touched.
  if (!primary) writeFirst([found.header, found.entries], backupAt);
  const header = found.header.slice();
  if (grown !== undefined) setSector(viewOf(header), 48, disk.sectors - copySectors - 1);
  const [sealed] = seal(header, entries, { at: end, other: 1 });
  write(end - copySectors + 1, join(entries, sealed));
  writeFirst([header, entries], end);
  const damaged = !primary
    ? 'primary'
    : !backup || differ(backup.entries, primary.entries)
      ? 'backup'
      : undefined;
  return { writes, damaged, grown };
}

function unusable(message: string): CatamaranError {
  return new CatamaranError('integrity', { code: 'gpt-unusable', message });
}

function rename(entries: Uint8Array, { number, guid }: NonNullable<TableWishes['rename']>): void {
  const at = (number - 1) * entrySize + 16;
  // The version is in the upper half of the third field, which is stored with its bytes in reverse.
  if (entries[at + 7]! >> 4 === 8) entries.set(guid, at);
}

/** Its new size, in sectors; undefined where there is not at least 1 MiB to gain. */
function growEntry(entries: Uint8Array, diskSectors: number, number: number): number | undefined {
  const view = viewOf(entries);
  const entry = (number - 1) * entrySize;
  const oldEnd = getSector(view, entry + 40);
  for (let other = 1; other <= entryCount; other += 1) {
    if (other !== number && getSector(view, (other - 1) * entrySize + 32) > oldEnd)
      throw unusable(`partition ${number} cannot grow: partition ${other} lies behind it`);
  }
  const newEnd = Math.floor((diskSectors - copySectors) / alignment) * alignment - 1;
  if (newEnd < oldEnd + alignment) return undefined;
  setSector(view, entry + 40, newEnd);
  return newEnd - getSector(view, entry + 32) + 1;
}

/** The copy whose header is at this sector: the first one has its entries behind it, the backup before. */
function readTable(disk: Disk, at: number): Table | undefined {
  const first = at === 1 ? 1 : at - copySectors + 1;
  const bytes = first < 1 ? undefined : disk.read(first, copySectors);
  if (!bytes) return undefined;
  const header = at === 1 ? bytes.slice(0, sectorSize) : bytes.slice(entriesSize);
  const entries = at === 1 ? bytes.slice(sectorSize) : bytes.slice(0, entriesSize);
  const view = viewOf(header);
  const stated = view.getUint32(16, true);
  view.setUint32(16, 0, true);
  const sound =
    String.fromCharCode(...header.subarray(0, 8)) === 'EFI PART' &&
    view.getUint32(12, true) === 92 &&
    crc32(header.subarray(0, 92)) === stated &&
    getSector(view, 24) === at &&
    getSector(view, 72) === (at === 1 ? 2 : first) &&
    view.getUint32(80, true) === entryCount &&
    view.getUint32(84, true) === entrySize &&
    crc32(entries) === view.getUint32(88, true);
  return sound ? { header, entries, other: getSector(view, 32) } : undefined;
}

/** The header of that copy, and the entries. */
function seal(
  header: Uint8Array,
  entries: Uint8Array,
  { at, other }: { at: number; other: number },
): [Uint8Array, Uint8Array] {
  const sealed = header.slice();
  const view = viewOf(sealed);
  setSector(view, 24, at);
  setSector(view, 32, other);
  setSector(view, 72, at === 1 ? 2 : at - copySectors + 1);
  view.setUint32(88, crc32(entries), true);
  view.setUint32(16, 0, true);
  view.setUint32(16, crc32(sealed.subarray(0, 92)), true);
  return [sealed, entries];
}

/** The protective MBR over all that the table is about. */
function stretch(mbr: Uint8Array, diskSectors: number): Uint8Array {
  const stretched = mbr.slice();
  viewOf(stretched).setUint32(446 + 12, Math.min(diskSectors - 1, 0xffffffff), true);
  return stretched;
}

function join(...parts: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

function differ(one: Uint8Array, other: Uint8Array): boolean {
  return one.length !== other.length || one.some((byte, index) => byte !== other[index]);
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Sector numbers are 64 bits wide; those below 2^53 (4 ZiB) are exact here. */
function getSector(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
}

function setSector(view: DataView, at: number, value: number): void {
  view.setUint32(at, value % 2 ** 32, true);
  view.setUint32(at + 4, Math.floor(value / 2 ** 32), true);
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  return crc;
});

/** CRC-32 of ISO 3309, as UEFI asks for. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (crc >>> 8) ^ crcTable[(crc ^ byte) & 0xff]!;
  return (crc ^ 0xffffffff) >>> 0;
}
