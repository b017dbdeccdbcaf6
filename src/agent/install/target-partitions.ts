// The partitions that a disk is going to have, for what fills a slot: places on the disk, as it has no table yet.
import type { BytePlace, InstallIndex } from '../../contract/install.ts';
import { type PartitionRole, slotRole } from '../../slots/constants.ts';
import type { Host } from '../host/host.ts';
import type { Partitions } from '../slots/partitions.ts';
import { verifyByKernel } from '../slots/verify-tree.ts';
import { withRange } from './map-range.ts';
import type { TargetDisk } from './target-disk.ts';

export function placeIn({ partitions }: Pick<InstallIndex, 'partitions'>, role: PartitionRole): BytePlace {
  return partitions.find((each) => each.role === role)!;
}

export function partitionsOn(host: Host, disk: TargetDisk, index: InstallIndex): Partitions {
  const at = (role: PartitionRole, offset: number) => placeIn(index, role).offset + offset;
  return {
    sizeOf: (role) => placeIn(index, role).size,
    read: (role, offset, size) => disk.read(at(role, offset), size),
    write: (role, offset, bytes) => disk.write(at(role, offset), bytes),
    copy: (file, role, { offset, size }) =>
      disk.copy({ path: file, offset }, { offset: at(role, offset), size }),
    flush: () => disk.flush(),
    digest: (role, size) => disk.digest({ offset: at(role, 0), size }),
    verify(slot, tree) {
      const range = (part: 'root' | 'hash') => ({
        ...{ name: `catamaran-install-${part}`, disk: disk.path },
        place: placeIn(index, slotRole(part, slot)),
      });
      withRange(host, range('root'), (data) =>
        withRange(host, range('hash'), (hashes) => verifyByKernel(host, { data, hashes }, tree)),
      );
    },
  };
}
