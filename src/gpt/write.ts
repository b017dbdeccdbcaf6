// The GUID Partition Table of a new disk (UEFI specification 2.10, section 5.3): protective MBR, both headers and both
// arrays. read.ts reads them back, mend.ts keeps them whole on the device.

import type { Sectors } from '../base/flavour.ts';
import { join } from './bytes.ts';
import { crc32 } from './crc32.ts';
import { encodeEntry, type GptPartition } from './entry.ts';
import { arrayOf, backupSectors, entryCount, entrySize, primarySectors } from './geometry.ts';
import { currentRevision, encodeHeader, type GptHeader, headerSize } from './header.ts';
import { protectiveMbr } from './mbr.ts';

export interface Gpt {
  readonly diskGuid: string;
  readonly sectors: Sectors;
  /** Entry N is partition N + 1. */
  readonly partitions: readonly GptPartition[];
}

/** The bytes for the disk's beginning (34 sectors) and its end (33 sectors). */
export function writeGpt(gpt: Gpt): { primary: Uint8Array; backup: Uint8Array } {
  const entries = writeEntries(gpt);
  const last = gpt.sectors - 1;
  const header: Omit<GptHeader, 'lba' | 'otherLba' | 'arrayLba'> = {
    revision: currentRevision,
    headerSize,
    firstUsable: primarySectors,
    lastUsable: last - backupSectors,
    diskGuid: gpt.diskGuid,
    entryCount,
    entrySize,
    arraySum: crc32(entries),
  };
  const first = encodeHeader({ ...header, lba: 1, otherLba: last, arrayLba: arrayOf(1) });
  const second = encodeHeader({ ...header, lba: last, otherLba: 1, arrayLba: arrayOf(last) });
  return { primary: join(protectiveMbr(gpt.sectors), first, entries), backup: join(entries, second) };
}

function writeEntries({ partitions, sectors }: Gpt): Uint8Array {
  if (partitions.length > entryCount) throw new RangeError(`${partitions.length} partitions`);
  const entries = new Uint8Array(entryCount * entrySize);
  partitions.forEach((partition, index) => {
    const { label, firstLba, lastLba } = partition;
    if (firstLba < primarySectors || lastLba < firstLba || lastLba >= sectors - backupSectors) {
      throw new RangeError(`partition ${label} from ${firstLba} to ${lastLba} of ${sectors} sectors`);
    }
    entries.set(encodeEntry(partition), index * entrySize);
  });
  return entries;
}
