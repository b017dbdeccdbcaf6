// Where everything lies on the disk: DESIGN 4 as numbers. Pure; assembled by disk.ts, read back by inspect.ts.
import type { Arch } from '../base/arch.ts';
import { CatamaranError } from '../base/errors.ts';
import { formatSize, roundUp } from '../base/size.ts';
import { describePartition } from '../gpt/discoverable.ts';
import { backupSectors, sectorSize } from '../gpt/geometry.ts';
import { deriveGuid } from '../gpt/guid.ts';
import type { Gpt } from '../gpt/write.ts';
import { type PartitionRole, partitionRoles, partitionType } from '../slots/constants.ts';
import { hashImageSize } from '../verity/hash-tree.ts';
import { verityBlockSize } from '../verity/superblock.ts';

const MiB = 1 << 20;

/** In bytes; each is rounded up to a whole MiB. */
export interface DiskSizes {
  /** The spec's `disk.slot`: the root partition of each slot. */
  readonly slot: number;
  /** The spec's `disk.data`: the data partition as built; it grows on first boot. */
  readonly data: number;
  readonly boot: number;
  readonly esp: number;
}

/** No key of the spec: what a kernel and an initrd need, several times over. */
const usualBoot = 128 * MiB;

export interface PlacedPartition {
  readonly role: PartitionRole;
  /** In bytes. */
  readonly offset: number;
  readonly size: number;
}

export interface DiskLayout {
  readonly osId: string;
  readonly arch: Arch;
  /** Of slot A, in hex. */
  readonly rootHash: string | undefined;
  /** In bytes. */
  readonly size: number;
  readonly partitions: readonly PlacedPartition[];
}

export function layoutDisk(options: {
  osId: string;
  arch: Arch;
  rootHash?: string;
  sizes: Omit<DiskSizes, 'boot'> & Partial<DiskSizes>;
}): DiskLayout {
  const { osId, arch, rootHash } = options;
  const sizes = { boot: usualBoot, ...options.sizes };
  const partitions: PlacedPartition[] = [];
  let offset = MiB;
  for (const role of partitionRoles) {
    const size = partitionSize(role, sizes);
    partitions.push({ role, offset, size });
    offset += size;
  }
  return { osId, arch, rootHash, size: offset + roundUp(backupSectors * sectorSize, MiB), partitions };
}

function partitionSize(role: PartitionRole, sizes: DiskSizes): number {
  const root = roundUp(sizes.slot, MiB);
  switch (role) {
    case 'bios-boot':
    case 'ab-state':
      return MiB;
    case 'esp':
      return roundUp(sizes.esp, MiB);
    case 'boot-a':
    case 'boot-b':
      return roundUp(sizes.boot, MiB);
    case 'root-a':
    case 'root-b':
      return root;
    case 'hash-a':
    case 'hash-b':
      return roundUp(hashImageSize(root / verityBlockSize), MiB);
    case 'data':
      return roundUp(sizes.data, MiB);
  }
}

export function partitionOf(layout: DiskLayout, role: PartitionRole): PlacedPartition {
  return layout.partitions[partitionRoles.indexOf(role)]!;
}

export function partitionTable({ osId, arch, rootHash, size, partitions }: DiskLayout): Gpt {
  return {
    diskGuid: deriveGuid(osId, 'disk'),
    sectors: size / sectorSize,
    partitions: partitions.map((partition) => ({
      type: partitionType(partition.role, arch),
      ...describePartition(partition.role, rootHash, () => deriveGuid(osId, partition.role)),
      label: partition.role,
      firstLba: partition.offset / sectorSize,
      lastLba: (partition.offset + partition.size) / sectorSize - 1,
    })),
  };
}

/** Which key of the spec makes a partition larger. */
const keys: Partial<Record<PartitionRole, string>> = {
  'root-a': 'disk.slot',
  'root-b': 'disk.slot',
  'hash-a': 'disk.slot',
  'hash-b': 'disk.slot',
  data: 'disk.data',
};

/** Says how much is needed and which key to change. */
export function checkFits({ role, size }: PlacedPartition, needed: number): void {
  if (needed <= size) return;
  const key = keys[role];
  const wanted = `${Math.ceil(needed / MiB)}M`;
  const inSlot = role !== 'data' && key !== undefined;
  throw new CatamaranError(key ? 'spec' : 'internal', {
    code: inSlot ? 'slot-too-small' : 'partition-too-small',
    message: `${role} holds ${formatSize(size)} and its content needs ${formatSize(needed)}`,
    hint: key
      ? `Set ${key} to ${wanted} or more${inSlot ? '; leave room for updates to grow' : ''}.`
      : `The kernel and the initrd must fit into ${formatSize(size)}: leave modules out of the initrd.`,
  });
}
