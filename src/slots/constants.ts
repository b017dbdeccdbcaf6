// The frozen numbers of the disk: partition types, labels, attribute bits, the place of the slot state.
// The builder writes by them, the agent on the device writes by them: changing one here breaks running machines.
import { type Arch, architectureOf } from '../base/arch.ts';

export const slotNames = ['A', 'B'] as const;
export type SlotName = (typeof slotNames)[number];

export function otherSlot(slot: SlotName): SlotName {
  return slot === 'A' ? 'B' : 'A';
}

/** In the order of the table: role N is partition N + 1. The role is the partition's label too. */
export const partitionRoles = [
  'bios-boot',
  'esp',
  'ab-state',
  'boot-a',
  'root-a',
  'hash-a',
  'boot-b',
  'root-b',
  'hash-b',
  'data',
] as const;
export type PartitionRole = (typeof partitionRoles)[number];

/** From 1, as GRUB (`gpt4`) and Linux (`vda4`) count. */
export function partitionNumber(role: PartitionRole): number {
  return partitionRoles.indexOf(role) + 1;
}

export function slotRole(part: 'boot' | 'root' | 'hash', slot: SlotName): PartitionRole {
  return `${part}-${slot === 'A' ? 'a' : 'b'}`;
}

const linuxGeneric = '0fc63daf-8483-4772-8e79-3d69d8477de4';

/** Types that no architecture changes; the first two by the UEFI specification and GRUB. */
const fixedTypes = {
  'bios-boot': '21686148-6449-6e6f-744e-656564454649',
  esp: 'c12a7328-f81f-11d2-ba4b-00a0c93ec93b',
  'ab-state': linuxGeneric,
  boot: linuxGeneric,
  data: linuxGeneric,
} as const;

export function partitionType(role: PartitionRole, arch: Arch): string {
  const kind = role.replace(/-[ab]$/, '') as keyof typeof fixedTypes | 'root' | 'hash';
  return kind === 'root' || kind === 'hash' ? architectureOf(arch).partitionTypes[kind] : fixedTypes[kind];
}

/** Discoverable Partitions Specification, "Partition Attribute Flags". */
export const readOnlyBit = 1n << 60n;
export const noAutoBit = 1n << 63n;

/** Slots are read-only to everyone but the agent; what is said to be found by its GUID is in gpt/discoverable.ts. */
export function partitionAttributes(role: PartitionRole): bigint {
  if (role === 'bios-boot' || role === 'esp') return 0n;
  return role === 'data' || role === 'ab-state' ? noAutoBit : noAutoBit | readOnlyBit;
}

/** An env file: its size, and the first byte of each copy in the ab-state partition (clusters 2 and 3 of its FAT). */
export const envSize = 1024;
export const envOffsets = [4096, 8192] as const;
export const envNames = ['env1', 'env2'] as const;
/** What counts lies within one sector, so that a write of it is atomic. */
export const envSector = 512;
