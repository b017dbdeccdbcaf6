// What a slot holds after it was written, read from the medium: each partition is what the manifest says of it, and the
// boot archive asks for this very root.
import { type PartitionRole, type SlotName, slotRole } from '../../slots/constants.ts';
import { verityBlockSize } from '../../verity/superblock.ts';
import { AgentError } from '../host/host.ts';
import { readSlotRelease } from './boot-archive.ts';
import type { Partitions } from './partitions.ts';

export function requireDigest(
  partitions: Partitions,
  role: PartitionRole,
  { size, sha256 }: { readonly size: number; readonly sha256: string },
): void {
  const found = partitions.digest(role, size);
  if (found !== sha256)
    throw new AgentError(
      `${role} does not read as it was written (sha256 ${found}, not ${sha256}); the disk may be failing`,
      { code: 'disk-read-back', hint: 'Try again; if it happens again, replace the disk.' },
    );
}

export function requireRootHash(partitions: Partitions, slot: SlotName, rootHash: string): void {
  const asked = readSlotRelease(partitions, slot)?.rootHash;
  if (asked !== rootHash)
    throw new AgentError(`the boot archive asks for the root hash ${asked}, the manifest for ${rootHash}`, {
      code: 'release-malformed',
      fault: 'integrity',
      hint: 'Build or publish the release again.',
    });
}

/** Without the first block of its boot archive a slot is none for the boot loader, whatever becomes of the slot state. */
export function eraseBoot(partitions: Partitions, slot: SlotName): void {
  partitions.write(slotRole('boot', slot), 0, new Uint8Array(verityBlockSize));
}

/** Whatever is wrong with what was written, the slot loses its boot archive again. */
export function proveOrErase(partitions: Partitions, slot: SlotName, prove: () => void): void {
  try {
    prove();
  } catch (error) {
    eraseBoot(partitions, slot);
    throw error;
  }
}
