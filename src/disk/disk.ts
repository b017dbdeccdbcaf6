// Partitions to one disk: the table, GRUB's boot code, and the parts at their places. Reads nothing and writes
// nothing: what comes out names its bytes, and an output copies them.

import { backupSectors, sectorSize } from '../gpt/geometry.ts';
import { writeGpt } from '../gpt/write.ts';
import type { PartitionRole } from '../slots/constants.ts';
import { contentOf } from '../tree/content.ts';
import { checkFits, type DiskLayout, partitionOf, partitionTable } from './disk-layout.ts';
import { type Extent, type SparseImage, shift, sparseImage } from './sparse.ts';

export type DiskImage = SparseImage;

/** An image for each partition that is not empty; shorter than its partition is fine. */
export type DiskParts = Readonly<Partial<Record<PartitionRole, SparseImage>>>;

/** `bootCode`: at most 440 bytes for the first sector; absent on machines without a BIOS. */
export function assembleDisk(layout: DiskLayout, parts: DiskParts, bootCode?: Uint8Array): DiskImage {
  const { primary, backup } = writeGpt(partitionTable(layout));
  if (bootCode) primary.set(bootCode.subarray(0, 440));
  const extents: Extent[] = [
    { offset: 0, content: contentOf(primary) },
    { offset: layout.size - backupSectors * sectorSize, content: contentOf(backup) },
  ];
  for (const [role, part] of Object.entries(parts) as [PartitionRole, SparseImage | undefined][]) {
    if (!part) continue;
    const place = partitionOf(layout, role);
    checkFits(place, part.size);
    extents.push(...shift(part, place.offset));
  }
  return sparseImage(layout.size, extents);
}
