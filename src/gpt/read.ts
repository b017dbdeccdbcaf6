// The GUID Partition Table of a disk that anyone may have written, or a power cut has torn: UEFI specification 2.10,
// section 5.3. Both copies are looked at; one is believed, and what is wrong with the disk is said. For inspect.ts.

import { CatamaranError } from '../base/errors.ts';
import type { Sectors } from '../base/flavour.ts';
import { crc32 } from './crc32.ts';
import { decodeEntry, type GptPartition } from './entry.ts';
import { entrySize, sectorSize } from './geometry.ts';
import { decodeHeader, type GptHeader, isCopy } from './header.ts';
import { isProtective } from './mbr.ts';
import type { ReadAt } from './read-at.ts';

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
  readonly sectors: Sectors;
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
  const place = primary?.header.otherLba ?? last;
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
  const { header, partitions } = table;
  const { diskGuid } = header;
  return { diskGuid, sectors, partitions, readFrom: primary ? 'primary' : 'backup', faults };
}

interface Table {
  readonly header: GptHeader;
  readonly partitions: readonly FoundPartition[];
}

/** 5.3.2, the checks of a header; undefined when one fails. */
async function readTable(read: ReadAt, lba: Sectors, sectors: Sectors): Promise<Table | undefined> {
  const header = decodeHeader(await read(lba * sectorSize, sectorSize));
  if (!header) return undefined;
  const { arrayLba, entryCount: count, entrySize: size } = header;
  if (count > maxEntries || size < entrySize || size > maxEntrySize || size % 8 !== 0) return undefined;
  if (header.lba !== lba || arrayLba < 2 || arrayLba >= sectors) return undefined;
  const entries = await read(arrayLba * sectorSize, count * size);
  if (entries.length < count * size || crc32(entries) !== header.arraySum) return undefined;
  const partitions: FoundPartition[] = [];
  for (let index = 0; index < count; index++) {
    const found = decodeEntry(entries.subarray(index * size, (index + 1) * size));
    if (!found) continue;
    const onDisk = found.firstLba <= found.lastLba && found.lastLba < sectors;
    partitions.push({ number: index + 1, ...found, onDisk });
  }
  return { header, partitions };
}

function faultOfBackup(primary: Table, backup: Table | undefined, last: number): string | undefined {
  const { otherLba } = primary.header;
  if (otherLba > last) return `the backup belongs into sector ${otherLba}, and the disk ends with ${last}`;
  if (!backup) return `the backup (sector ${otherLba}) is damaged`;
  if (!isCopy(backup.header, primary.header))
    return 'the backup is not like the primary; this is the primary';
  return undefined;
}

function faultOfPlaces(partitions: readonly FoundPartition[], last: number): string | undefined {
  const [first, ...others] = partitions.filter(({ onDisk }) => !onDisk);
  if (!first) return undefined;
  const more = others.length > 0 ? `, and ${others.length} more` : '';
  return `partition ${first.number} (${first.label}) does not lie on the disk, which ends with sector ${last}${more}`;
}
