// GUID Partition Table (UEFI 2.10, chapter 5): what has to be written to a disk so that both copies of its table are whole,
// the last partition reaches the disk's end, and the disk is told from its copies. Pure: sectors in, sectors out.
// The copy that is written is never the only one that is valid: whatever a power cut leaves, Linux finds a table (with the
// argument `gpt` it takes the backup at the disk's end), and the next boot mends the other copy.

import { CatamaranError } from '../base/errors.ts';
import type { Sectors } from '../base/flavour.ts';
import { differ, join } from './bytes.ts';
import { crc32 } from './crc32.ts';
import { decodeEntry, encodeEntry, type GptPartition } from './entry.ts';
import { arrayOf, backupSectors, entryCount, entrySize, sectorSize } from './geometry.ts';
import { decodeHeader, encodeHeader, type GptHeader, headerSize } from './header.ts';
import { stretchMbr } from './mbr.ts';

const alignment = 2048; // 1 MiB

export interface TableDisk {
  readonly sectors: Sectors;
  /** Undefined where they cannot be read. */
  read(sector: Sectors, count: number): Uint8Array | undefined;
}

export interface TableWishes {
  /** The partition, the last one, that is to reach the disk's end. */
  readonly grow?: number | undefined;
  /** A GUID of version 4 for a partition that has still the one of its image, which has version 8 (guid.ts). */
  readonly rename?: { readonly number: number; readonly guid: string };
}

export interface TablePlan {
  /** In this order, each on the medium before the next one is begun. */
  readonly writes: readonly { readonly sector: Sectors; readonly bytes: Uint8Array }[];
  /** Which copy was not what the other one says. */
  readonly damaged?: 'primary' | 'backup' | undefined;
  /** In sectors: the size of the partition that has grown; undefined where there was not 1 MiB to gain. */
  readonly grown?: number | undefined;
}

interface Table {
  readonly header: GptHeader;
  readonly entries: Uint8Array;
}

export function planTable(disk: TableDisk, wishes: TableWishes): TablePlan {
  const mbr = disk.read(0, 1);
  const primary = readTable(disk, 1);
  const found = primary ?? readTable(disk, disk.sectors - 1);
  if (!mbr || !found)
    throw unusable('the partition table is damaged in both copies, or not one that Catamaran writes');
  const backupAt =
    primary && primary.header.otherLba < disk.sectors ? primary.header.otherLba : disk.sectors - 1;
  const backup = readTable(disk, backupAt);
  const entries = found.entries.slice();
  if (wishes.rename) rename(entries, wishes.rename);
  const grown = wishes.grow === undefined ? undefined : growEntry(entries, disk.sectors, wishes.grow);
  const end = grown === undefined ? backupAt : disk.sectors - 1;

  const writes: { sector: Sectors; bytes: Uint8Array }[] = [];
  const write = (sector: Sectors, bytes: Uint8Array) => {
    const last = writes.filter((earlier) => earlier.sector === sector).at(-1);
    const there = last?.bytes ?? disk.read(sector, bytes.length / sectorSize);
    if (!there || differ(there, bytes)) writes.push({ sector, bytes });
  };
  const writeFirst = (table: Table, other: number) =>
    write(0, join(stretchMbr(mbr, other + 1), seal(table, { at: 1, other }), table.entries));
  // As the backup is, before that is touched.
  if (!primary) writeFirst(found, backupAt);
  const lastUsable = grown === undefined ? found.header.lastUsable : disk.sectors - backupSectors - 1;
  const table = { header: { ...found.header, lastUsable }, entries };
  write(arrayOf(end), join(entries, seal(table, { at: end, other: 1 })));
  writeFirst(table, end);
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
  const partition = getEntry(entries, number);
  if (partition && versionOf(partition.guid) === '8') setEntry(entries, number, { ...partition, guid });
}

/** RFC 9562: the first digit of the third group. */
const versionOf = (guid: string): string | undefined => guid[14];

/** Its new size, in sectors; undefined where there is not at least 1 MiB to gain. */
function growEntry(entries: Uint8Array, diskSectors: Sectors, number: number): number | undefined {
  const partition = getEntry(entries, number);
  if (!partition) throw unusable(`partition ${number} cannot grow: there is none`);
  const { firstLba, lastLba } = partition;
  for (let other = 1; other <= entryCount; other += 1) {
    if (other !== number && (getEntry(entries, other)?.firstLba ?? 0) > lastLba)
      throw unusable(`partition ${number} cannot grow: partition ${other} lies behind it`);
  }
  const end = Math.floor((diskSectors - backupSectors) / alignment) * alignment - 1;
  if (end < lastLba + alignment) return undefined;
  setEntry(entries, number, { ...partition, lastLba: end });
  return end - firstLba + 1;
}

function getEntry(entries: Uint8Array, number: number): GptPartition | undefined {
  return decodeEntry(entries.subarray((number - 1) * entrySize, number * entrySize));
}

function setEntry(entries: Uint8Array, number: number, partition: GptPartition): void {
  entries.set(encodeEntry(partition), (number - 1) * entrySize);
}

/** The copy whose header is at this sector, if it is as write.ts makes it. */
function readTable(disk: TableDisk, at: number): Table | undefined {
  const arrayAt = arrayOf(at);
  const first = Math.min(at, arrayAt);
  const bytes = first < 1 ? undefined : disk.read(first, backupSectors);
  if (!bytes) return undefined;
  const slice = (sector: Sectors, size: number) =>
    bytes.slice((sector - first) * sectorSize, (sector - first) * sectorSize + size);
  const header = decodeHeader(slice(at, sectorSize));
  const entries = slice(arrayAt, entryCount * entrySize);
  const sound =
    header?.headerSize === headerSize &&
    header.lba === at &&
    header.arrayLba === arrayAt &&
    header.entryCount === entryCount &&
    header.entrySize === entrySize &&
    header.arraySum === crc32(entries);
  return sound ? { header, entries } : undefined;
}

/** The header of that copy. */
function seal({ header, entries }: Table, { at, other }: { at: number; other: number }): Uint8Array {
  const place = { lba: at, otherLba: other, arrayLba: arrayOf(at) };
  return encodeHeader({ ...header, ...place, arraySum: crc32(entries) });
}
