// A disk for platforms that take only certain sizes: free space behind the last partition, and the table's backup at the new
// end. The data partition grows into it on the first boot.
import { backupSectors, primarySectors, sectorSize } from '../gpt/geometry.ts';
import { readGpt } from '../gpt/read.ts';
import { writeGpt } from '../gpt/write.ts';
import { contentBytes, contentOf } from '../tree/content.ts';
import type { DiskImage } from './disk.ts';
import { type Extent, sparseImage } from './sparse.ts';

/** `disk` as disk.ts makes it, both copies of the table being extents of their own. `size`: in bytes, not less than its own. */
export async function enlargeDisk(disk: DiskImage, size: number): Promise<DiskImage> {
  if (size === disk.size) return disk;
  const backupAt = disk.size - backupSectors * sectorSize;
  const old = {
    primary: await tableBytes(disk, 0, primarySectors),
    backup: await tableBytes(disk, backupAt, backupSectors),
  };
  const read = async (offset: number, length: number) =>
    offset >= backupAt
      ? old.backup.subarray(offset - backupAt, offset - backupAt + length)
      : old.primary.subarray(offset, offset + length);
  const { diskGuid, partitions } = await readGpt(read, disk.size);
  const { primary, backup } = writeGpt({ diskGuid, partitions, sectors: size / sectorSize });
  primary.set(old.primary.subarray(0, 440));
  return sparseImage(size, [
    ...disk.extents.filter(({ offset }) => offset !== 0 && offset !== backupAt),
    { offset: 0, content: contentOf(primary) },
    { offset: size - backupSectors * sectorSize, content: contentOf(backup) },
  ]);
}

async function tableBytes({ extents }: DiskImage, at: number, sectors: number): Promise<Uint8Array> {
  const extent: Extent | undefined = extents.find(({ offset }) => offset === at);
  const bytes = extent && (await contentBytes(extent.content));
  if (bytes?.length !== sectors * sectorSize) throw new RangeError(`no table of its own at byte ${at}`);
  return bytes;
}
