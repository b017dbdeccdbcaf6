// The header of a GUID Partition Table, one sector to its fields and back: UEFI specification 2.10, section 5.3.2. What the
// fields must be beyond their sum is for the reader to say: read.ts takes any table, mend.ts only ours.
import type { Sectors } from '../base/flavour.ts';
import { getSector, join, setSector, viewOf } from './bytes.ts';
import { crc32 } from './crc32.ts';
import { sectorSize } from './geometry.ts';
import { formatGuid, guidBytes } from './guid.ts';

export interface GptHeader {
  readonly revision: number;
  /** Of what the header's own sum is about, in bytes. */
  readonly headerSize: number;
  /** Where it is, and where the other copy's is. */
  readonly lba: Sectors;
  readonly otherLba: Sectors;
  readonly firstUsable: number;
  readonly lastUsable: number;
  readonly diskGuid: string;
  /** Of the array: where it begins, what is in it, and its sum. */
  readonly arrayLba: Sectors;
  readonly entryCount: number;
  readonly entrySize: number;
  readonly arraySum: number;
}

export const currentRevision = 0x00010000;
export const headerSize = 92;
const signature = 'EFI PART';

/** Undefined: no header, or one whose sum is wrong. */
export function decodeHeader(bytes: Uint8Array): GptHeader | undefined {
  if (bytes.length < sectorSize || String.fromCharCode(...bytes.subarray(0, 8)) !== signature)
    return undefined;
  const view = viewOf(bytes);
  const size = view.getUint32(12, true);
  if (size < headerSize || size > sectorSize || sumOf(bytes, size) !== view.getUint32(16, true))
    return undefined;
  return {
    revision: view.getUint32(8, true),
    headerSize: size,
    lba: getSector(view, 24),
    otherLba: getSector(view, 32),
    firstUsable: getSector(view, 40),
    lastUsable: getSector(view, 48),
    diskGuid: formatGuid(bytes.subarray(56, 72)),
    arrayLba: getSector(view, 72),
    entryCount: view.getUint32(80, true),
    entrySize: view.getUint32(84, true),
    arraySum: view.getUint32(88, true),
  };
}

export function encodeHeader(header: GptHeader): Uint8Array {
  const bytes = new Uint8Array(sectorSize);
  const view = viewOf(bytes);
  bytes.set(Array.from(signature, (letter) => letter.charCodeAt(0)));
  view.setUint32(8, header.revision, true);
  view.setUint32(12, header.headerSize, true);
  setSector(view, 24, header.lba);
  setSector(view, 32, header.otherLba);
  setSector(view, 40, header.firstUsable);
  setSector(view, 48, header.lastUsable);
  bytes.set(guidBytes(header.diskGuid), 56);
  setSector(view, 72, header.arrayLba);
  view.setUint32(80, header.entryCount, true);
  view.setUint32(84, header.entrySize, true);
  view.setUint32(88, header.arraySum, true);
  view.setUint32(16, sumOf(bytes, header.headerSize), true);
  return bytes;
}

/** Whether both are of one table: all but where they lie is alike. */
export function isCopy(one: GptHeader, other: GptHeader): boolean {
  const { lba, otherLba, arrayLba } = one;
  return JSON.stringify({ ...other, lba, otherLba, arrayLba }) === JSON.stringify(one);
}

/** As if the field of the sum were zero. */
function sumOf(bytes: Uint8Array, size: number): number {
  return crc32(join(bytes.subarray(0, 16), new Uint8Array(4), bytes.subarray(20, size)));
}
