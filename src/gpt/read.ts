// The GUID Partition Table of a disk that anyone may have written, or a power cut has torn: UEFI specification 2.10,
// section 5.3. Both copies are looked at; one is believed, and what is wrong with the disk is said. For inspect.ts.
import { crc32 } from 'node:zlib';
import { CatamaranError } from '../base/errors.ts';
import { formatGuid } from './guid.ts';
import type { ReadAt } from './read-at.ts';
import { entrySize, type GptPartition, labelUnits, sectorSize } from './write.ts';

const maxEntries = 1024;
const maxEntrySize = 4096;

export interface FoundPartition extends GptPartition {
  /** From 1: its place in the table, counting unused ones. */
  readonly number: number;
  /** False: it ends before it begins, or beyond the disk's end. Its numbers may then be anything. */
  readonly onDisk: boolean;
}

export interface FoundGpt {
  readonly diskGuid: string;
  readonly sectors: number;
  readonly partitions: readonly FoundPartition[];
  readonly readFrom: 'primary' | 'backup';
  /** What is wrong with the tables, in words; none on a disk as it should be. */
  readonly faults: readonly string[];
}

/** By the primary table, or by the backup when the primary is damaged. `size` is the disk's, in bytes. */
export async function readGpt(read: ReadAt, size: number): Promise<FoundGpt> {
  const sectors = Math.floor(size / sectorSize);
  const last = sectors - 1;
  const primary = last > 1 ? await readTable(read, 1, sectors) : undefined;
  // A disk that was enlarged has its backup where the primary says, until its first boot moves it to the new end.
  const place = primary?.otherLba ?? last;
  const backup = place > 1 && place <= last ? await readTable(read, place, sectors) : undefined;
  const table = primary ?? backup;
  if (!table) {
    throw new CatamaranError('integrity', {
      code: 'gpt-missing',
      message: `no valid GUID partition table at the beginning or the end of the disk (${size} bytes)`,
      hint: 'Give a disk image, raw or qcow2, that catamaran has built.',
    });
  }
  const faults = [
    isProtective(await read(0, sectorSize)) ? undefined : 'the first sector is not a protective MBR',
    primary ? undefined : 'the primary (sector 1) is damaged; this is the backup',
    primary ? faultOfBackup(primary, backup, last) : undefined,
    faultOfPlaces(table.partitions, last),
  ].filter((fault) => fault !== undefined);
  const { diskGuid, partitions } = table;
  return { diskGuid, sectors, partitions, readFrom: primary ? 'primary' : 'backup', faults };
}

interface Table {
  readonly diskGuid: string;
  readonly partitions: readonly FoundPartition[];
  /** Where it says that the other table is. */
  readonly otherLba: number;
  /** What must be alike in both. */
  readonly content: Buffer;
}

/** 5.3.2, the checks of a header; undefined when one fails. */
async function readTable(read: ReadAt, lba: number, sectors: number): Promise<Table | undefined> {
  const header = Buffer.from(await read(lba * sectorSize, sectorSize));
  if (header.length < sectorSize || header.toString('latin1', 0, 8) !== 'EFI PART') return undefined;
  const content = Buffer.concat([header.subarray(0, 16), header.subarray(40, 72), header.subarray(80, 92)]);
  const headerSize = header.readUInt32LE(12);
  const sum = header.readUInt32LE(16);
  header.writeUInt32LE(0, 16);
  if (headerSize < 92 || headerSize > sectorSize) return undefined;
  if (crc32(header.subarray(0, headerSize)) !== sum) return undefined;
  const array = Number(header.readBigUInt64LE(72));
  const count = header.readUInt32LE(80);
  const size = header.readUInt32LE(84);
  if (count > maxEntries || size < entrySize || size > maxEntrySize || size % 8 !== 0) return undefined;
  if (Number(header.readBigUInt64LE(24)) !== lba || array < 2 || array >= sectors) return undefined;
  const entries = await read(array * sectorSize, count * size);
  if (entries.length < count * size || crc32(entries) !== header.readUInt32LE(88)) return undefined;
  const partitions: FoundPartition[] = [];
  for (let index = 0; index < count; index++) {
    const entry = Buffer.from(entries.subarray(index * size, (index + 1) * size));
    const used = entry.subarray(0, 16).some((byte) => byte !== 0);
    if (used) partitions.push(readEntry(entry, index + 1, sectors));
  }
  const diskGuid = formatGuid(header.subarray(56, 72));
  return { diskGuid, partitions, otherLba: Number(header.readBigUInt64LE(32)), content };
}

function readEntry(entry: Buffer, number: number, sectors: number): FoundPartition {
  const firstLba = Number(entry.readBigUInt64LE(32));
  const lastLba = Number(entry.readBigUInt64LE(40));
  return {
    number,
    type: formatGuid(entry.subarray(0, 16)),
    guid: formatGuid(entry.subarray(16, 32)),
    label: entry.toString('utf16le', 56, 56 + 2 * labelUnits).replace(/\0.*$/s, ''),
    attributes: entry.readBigUInt64LE(48),
    firstLba,
    lastLba,
    onDisk: firstLba <= lastLba && lastLba < sectors,
  };
}

/** 5.2.3; Linux and UEFI heed no table without it. */
function isProtective(mbr: Uint8Array): boolean {
  if (mbr[510] !== 0x55 || mbr[511] !== 0xaa) return false;
  return [446, 462, 478, 494].some((entry) => mbr[entry + 4] === 0xee);
}

function faultOfBackup(primary: Table, backup: Table | undefined, last: number): string | undefined {
  const { otherLba } = primary;
  if (otherLba > last) return `the backup belongs into sector ${otherLba}, and the disk ends with ${last}`;
  if (!backup) return `the backup (sector ${otherLba}) is damaged`;
  if (!backup.content.equals(primary.content))
    return 'the backup is not like the primary; this is the primary';
  return undefined;
}

function faultOfPlaces(partitions: readonly FoundPartition[], last: number): string | undefined {
  const [first, ...others] = partitions.filter(({ onDisk }) => !onDisk);
  if (!first) return undefined;
  const more = others.length > 0 ? `, and ${others.length} more` : '';
  return `partition ${first.number} (${first.label}) does not lie on the disk, which ends with sector ${last}${more}`;
}
