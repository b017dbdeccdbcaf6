// The first sector of a disk with a GPT: UEFI specification 2.10, section 5.2.3. One record of type EE over the whole disk,
// so that what knows no GPT leaves the disk alone. OpenStack's Glance refuses an image whose record is any other than this.
import type { Sectors } from '../base/flavour.ts';
import { viewOf } from './bytes.ts';
import { sectorSize } from './geometry.ts';

const firstRecord = 446;
const recordSize = 16;
const records = 4;
const protective = 0xee;
const sizeAt = firstRecord + 12;
/** Not bootable, from cylinder 0, head 0, sector 2 to what no CHS address can say, of type EE. */
const record = [0x00, 0x00, 0x02, 0x00, protective, 0xff, 0xff, 0xff];

/** `sectors`: of the disk. Without boot code. */
export function protectiveMbr(sectors: Sectors): Uint8Array {
  const mbr = new Uint8Array(sectorSize);
  mbr.set(record, firstRecord);
  viewOf(mbr).setUint32(firstRecord + 8, 1, true);
  mbr.set([0x55, 0xaa], 510);
  return stretchMbr(mbr, sectors);
}

/** A copy whose record reaches over that many sectors, or over all that 32 bits can say. The boot code stays. */
export function stretchMbr(mbr: Uint8Array, sectors: Sectors): Uint8Array {
  const stretched = mbr.slice();
  viewOf(stretched).setUint32(sizeAt, Math.min(sectors - 1, 0xffffffff), true);
  return stretched;
}

/** Linux and UEFI heed no table without it. */
export function isProtective(mbr: Uint8Array): boolean {
  if (mbr[510] !== 0x55 || mbr[511] !== 0xaa) return false;
  const types = Array.from({ length: records }, (_, index) => mbr[firstRecord + index * recordSize + 4]);
  return types.includes(protective);
}
