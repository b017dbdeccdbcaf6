// GUID Partition Table (UEFI 2.10, chapter 5): a partition's end moved to the end of a disk that has become larger.
// Pure: the table's sectors in, the sectors to write out. The new primary header, the changed entry and the protective
// MBR all lie in the disk's first 4096 bytes, so that one write of one 4 KiB block switches from the old table to the new.
import { AgentError } from '../host.ts';

export const sectorSize = 512;
/** Protective MBR, header, and 128 entries of 128 bytes. */
export const tableSectors = 34;
const entryCount = 128;
const entrySize = 128;
const alignment = 2048; // 1 MiB

export interface Growth {
  /** Bytes 0 to 4095 of the disk; to be written last, at once. */
  readonly head: Uint8Array;
  /** The backup: entries and header, the disk's last 33 sectors. */
  readonly backup: Uint8Array;
  /** In sectors. */
  readonly backupStart: number;
  /** In sectors, of the partition that grew. */
  readonly partition: { readonly start: number; readonly size: number };
}

/** `table`: the disk's first 34 sectors. Undefined where there is not at least 1 MiB to gain. */
export function growPartition(table: Uint8Array, diskSectors: number, number: number): Growth | undefined {
  const bytes = Uint8Array.from(table);
  const view = new DataView(bytes.buffer);
  checkTable(bytes, view);
  const entry = 2 * sectorSize + (number - 1) * entrySize;
  if (entry + entrySize > 4096)
    throw new AgentError(`partition ${number} is not in the table's first 4096 bytes`);

  const lastUsable = diskSectors - tableSectors;
  const start = sector(view, entry + 32);
  const oldEnd = sector(view, entry + 40);
  const newEnd = Math.floor((lastUsable + 1) / alignment) * alignment - 1;
  for (let other = 1; other <= entryCount; other += 1) {
    const at = 2 * sectorSize + (other - 1) * entrySize;
    if (other !== number && sector(view, at + 32) > oldEnd) {
      throw new AgentError(`partition ${number} cannot grow: partition ${other} lies behind it`);
    }
  }
  if (newEnd < oldEnd + alignment) return undefined;

  setSector(view, entry + 40, newEnd);
  view.setUint32(446 + 12, Math.min(diskSectors - 1, 0xffffffff), true);
  const entries = bytes.slice(2 * sectorSize, tableSectors * sectorSize);
  const header = bytes.slice(sectorSize, 2 * sectorSize);
  const headerView = new DataView(header.buffer);
  setSector(headerView, 48, lastUsable);
  headerView.setUint32(88, crc32(entries), true);
  const primary = sealHeader(header, { at: 1, other: diskSectors - 1, entries: 2 });
  const secondary = sealHeader(header, { at: diskSectors - 1, other: 1, entries: diskSectors - 33 });

  bytes.set(primary, sectorSize);
  const backup = new Uint8Array(33 * sectorSize);
  backup.set(entries);
  backup.set(secondary, 32 * sectorSize);
  return {
    head: bytes.slice(0, 4096),
    backup,
    backupStart: diskSectors - 33,
    partition: { start, size: newEnd - start + 1 },
  };
}

function checkTable(bytes: Uint8Array, view: DataView): void {
  const header = bytes.slice(sectorSize, sectorSize + 92);
  const stated = new DataView(header.buffer).getUint32(16, true);
  new DataView(header.buffer).setUint32(16, 0, true);
  const sound =
    String.fromCharCode(...bytes.subarray(sectorSize, sectorSize + 8)) === 'EFI PART' &&
    view.getUint32(sectorSize + 12, true) === 92 &&
    crc32(header) === stated &&
    sector(view, sectorSize + 72) === 2 &&
    view.getUint32(sectorSize + 80, true) === entryCount &&
    view.getUint32(sectorSize + 84, true) === entrySize &&
    crc32(bytes.subarray(2 * sectorSize, tableSectors * sectorSize)) ===
      view.getUint32(sectorSize + 88, true);
  if (!sound) throw new AgentError('the partition table is damaged, or not one that Catamaran writes');
}

function sealHeader(header: Uint8Array, place: { at: number; other: number; entries: number }): Uint8Array {
  const sealed = header.slice();
  const view = new DataView(sealed.buffer);
  setSector(view, 24, place.at);
  setSector(view, 32, place.other);
  setSector(view, 72, place.entries);
  view.setUint32(16, 0, true);
  view.setUint32(16, crc32(sealed.subarray(0, 92)), true);
  return sealed;
}

/** Sector numbers are 64 bits wide; those below 2^53 (4 ZiB) are exact here. */
function sector(view: DataView, at: number): number {
  return view.getUint32(at, true) + view.getUint32(at + 4, true) * 2 ** 32;
}

function setSector(view: DataView, at: number, value: number): void {
  view.setUint32(at, value % 2 ** 32, true);
  view.setUint32(at + 4, Math.floor(value / 2 ** 32), true);
}

/** CRC-32 of ISO 3309, as UEFI asks for. */
export function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
