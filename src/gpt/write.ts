// The GUID Partition Table: UEFI specification 2.10, section 5. Writes the protective MBR, both headers and both
// arrays; gpt-reader.ts reads them back.
import { crc32 } from 'node:zlib';
import { guidBytes } from './guid.ts';

export const sectorSize = 512;
const entryCount = 128;
export const entrySize = 128;
const arraySectors = (entryCount * entrySize) / sectorSize;
/** Protective MBR, header and array. */
export const primarySectors = 2 + arraySectors;
/** Array and header at the disk's end. */
export const backupSectors = 1 + arraySectors;
/** A label's length, in units of UTF-16. */
export const labelUnits = 36;

export interface GptPartition {
  /** Lower-case GUIDs. */
  readonly type: string;
  readonly guid: string;
  readonly label: string;
  readonly attributes: bigint;
  /** Sectors of 512 bytes; the last one belongs to it. */
  readonly firstLba: number;
  readonly lastLba: number;
}

export interface Gpt {
  readonly diskGuid: string;
  readonly sectors: number;
  /** Entry N is partition N + 1. */
  readonly partitions: readonly GptPartition[];
}

/** The bytes for the disk's beginning (34 sectors) and its end (33 sectors). */
export function writeGpt(gpt: Gpt): { primary: Uint8Array; backup: Uint8Array } {
  const entries = writeEntries(gpt);
  const primary = new Uint8Array(primarySectors * sectorSize);
  primary.set(writeProtectiveMbr(gpt.sectors));
  primary.set(writeHeader(gpt, entries, 1, gpt.sectors - 1, 2), sectorSize);
  primary.set(entries, 2 * sectorSize);
  const backup = new Uint8Array(backupSectors * sectorSize);
  backup.set(entries);
  const arrayLba = gpt.sectors - backupSectors;
  backup.set(writeHeader(gpt, entries, gpt.sectors - 1, 1, arrayLba), arraySectors * sectorSize);
  return { primary, backup };
}

/** 5.2.3: one partition of type EE over the whole disk; its bootable bit stays clear. */
function writeProtectiveMbr(sectors: number): Uint8Array {
  const mbr = new Uint8Array(sectorSize);
  const view = new DataView(mbr.buffer);
  mbr.set([0x00, 0x00, 0x02, 0x00, 0xee, 0xff, 0xff, 0xff], 446);
  view.setUint32(454, 1, true);
  view.setUint32(458, Math.min(sectors - 1, 0xffffffff), true);
  mbr.set([0x55, 0xaa], 510);
  return mbr;
}

function writeHeader(gpt: Gpt, entries: Uint8Array, self: number, other: number, array: number): Uint8Array {
  const header = new Uint8Array(sectorSize);
  const view = new DataView(header.buffer);
  header.set(new TextEncoder().encode('EFI PART'));
  view.setUint32(8, 0x00010000, true);
  view.setUint32(12, 92, true);
  view.setBigUint64(24, BigInt(self), true);
  view.setBigUint64(32, BigInt(other), true);
  view.setBigUint64(40, BigInt(primarySectors), true);
  view.setBigUint64(48, BigInt(gpt.sectors - backupSectors - 1), true);
  header.set(guidBytes(gpt.diskGuid), 56);
  view.setBigUint64(72, BigInt(array), true);
  view.setUint32(80, entryCount, true);
  view.setUint32(84, entrySize, true);
  view.setUint32(88, crc32(entries), true);
  view.setUint32(16, crc32(header.subarray(0, 92)), true);
  return header;
}

function writeEntries({ partitions, sectors }: Gpt): Uint8Array {
  if (partitions.length > entryCount) throw new RangeError(`${partitions.length} partitions`);
  const entries = new Uint8Array(entryCount * entrySize);
  const view = new DataView(entries.buffer);
  partitions.forEach(({ type, guid, label, attributes, firstLba, lastLba }, index) => {
    if (firstLba < primarySectors || lastLba < firstLba || lastLba >= sectors - backupSectors) {
      throw new RangeError(`partition ${label} from ${firstLba} to ${lastLba} of ${sectors} sectors`);
    }
    if (label.length > labelUnits) throw new RangeError(`label ${label} is too long`);
    const at = index * entrySize;
    entries.set(guidBytes(type), at);
    entries.set(guidBytes(guid), at + 16);
    view.setBigUint64(at + 32, BigInt(firstLba), true);
    view.setBigUint64(at + 40, BigInt(lastLba), true);
    view.setBigUint64(at + 48, attributes, true);
    for (let unit = 0; unit < label.length; unit++) {
      view.setUint16(at + 56 + unit * 2, label.charCodeAt(unit), true);
    }
  });
  return entries;
}
