// What a slot holds after it was written, read from the medium: each partition is what the manifest says of it, and the
// boot archive asks for this very root.
import type { PartitionRole, SlotName } from '../../slots/constants.ts';
import { AgentError } from '../host.ts';
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
    );
}

export function requireRootHash(partitions: Partitions, slot: SlotName, rootHash: string): void {
  const asked = readSlotRelease(partitions, slot)?.rootHash;
  if (asked !== rootHash)
    throw new AgentError(`the boot archive asks for the root hash ${asked}, the manifest for ${rootHash}`);
}
