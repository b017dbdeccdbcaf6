// What makes a stick of an ISO: a partition table in the sectors before the volume, whose first partition is the EFI system
// partition and whose second is the rest, and for a BIOS boot code in the first sector.
import type { Arch } from '../base/arch.ts';
import { backupSectors, sectorSize } from '../gpt/geometry.ts';
import { deriveGuid } from '../gpt/guid.ts';
import { writeGpt } from '../gpt/write.ts';
import { partitionType, readOnlyBit } from '../slots/constants.ts';
import { isoBlock, systemBlocks } from './iso9660-records.ts';

/** Bytes that the table's copy takes at the medium's end. */
export const hybridTail = backupSectors * sectorSize;

export interface HybridFacts {
  readonly osId: string;
  readonly arch: Arch;
  /** In bytes. */
  readonly size: number;
  readonly esp: { readonly offset: number; readonly size: number };
  /** From grub-cd.ts; absent where there is no BIOS. */
  readonly bootCode?: Uint8Array | undefined;
}

/** Microsoft's basic data: what every system takes an ISO for, and none starts by itself. */
const basicData = 'ebd0a0a2-b9e5-4433-87c0-68b6b72699c7';

export function writeHybrid({ osId, arch, size, esp, bootCode }: HybridFacts): {
  system: Uint8Array;
  tail: Uint8Array;
} {
  const sectors = size / sectorSize;
  const espEnd = (esp.offset + esp.size) / sectorSize;
  const partition = (label: 'esp' | 'live', type: string, firstLba: number, endLba: number) => ({
    ...{ type, label, firstLba, lastLba: endLba - 1, attributes: label === 'live' ? readOnlyBit : 0n },
    guid: deriveGuid(osId, `iso-${label}`),
  });
  const { primary, backup } = writeGpt({
    diskGuid: deriveGuid(osId, 'iso-disk'),
    sectors,
    partitions: [
      partition('esp', partitionType('esp', arch), esp.offset / sectorSize, espEnd),
      partition('live', basicData, espEnd, sectors - backupSectors),
    ],
  });
  const system = new Uint8Array(systemBlocks * isoBlock);
  system.set(primary);
  if (bootCode) {
    system.set(bootCode);
    markActive(system);
  }
  return { system, tail: backup };
}

/** There are BIOSes that start no disk without an active partition: an empty one, of type 0, as xorriso makes it. */
function markActive(mbr: Uint8Array): void {
  const entry = 446 + 16;
  mbr.set([0x80, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0], entry);
}
