// The last bytes that a disk gets: both copies of its partition table, then the first sector, by which firmware takes it for one
// that can be started. Its GUIDs are its own or those of its root hash, not the image's, for a machine tells its disk by them from any copy.
import type { InstallIndex } from '../../contract/install.ts';
import { describePartition } from '../../gpt/discoverable.ts';
import { backupSectors, sectorSize } from '../../gpt/geometry.ts';
import { writeGpt } from '../../gpt/write.ts';
import { partitionType } from '../../slots/constants.ts';
import { randomGuid } from '../disk/random-guid.ts';
import type { Host } from '../host/host.ts';
import type { TargetDisk } from './target-disk.ts';

const bootCodeSize = 440;

/** `size`: of the disk, in bytes. `bootCode`: for a BIOS; absent where none is to start it. */
export function writeBootRecord(
  host: Host,
  disk: TargetDisk,
  { index, size, bootCode }: { index: InstallIndex; size: number; bootCode: Uint8Array | undefined },
): void {
  const sectors = Math.floor(size / sectorSize);
  const { primary, backup } = writeGpt({
    diskGuid: randomGuid(host),
    sectors,
    partitions: index.partitions.map(({ role, offset, size: length }) => ({
      type: partitionType(role, index.arch),
      ...describePartition(role, index.roothash, () => randomGuid(host)),
      label: role,
      firstLba: offset / sectorSize,
      lastLba: (offset + length) / sectorSize - 1,
    })),
  });
  if (bootCode) primary.set(bootCode.subarray(0, bootCodeSize));
  disk.write((sectors - backupSectors) * sectorSize, backup);
  disk.write(sectorSize, primary.slice(sectorSize));
  disk.write(0, primary.slice(0, sectorSize));
}
