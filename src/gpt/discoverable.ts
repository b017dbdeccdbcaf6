// The Discoverable Partitions Specification, "Partition Types": a root and its verity data have GUIDs from the root hash, by
// which systemd-dissect and systemd-nspawn find both. So it is with the slot that a disk comes with. An update writes no table:
// after it they name a hash that the slot does not have, and who looks for that finds it and refuses it.
import { type PartitionRole, partitionAttributes, readOnlyBit } from '../slots/constants.ts';

/** What is said of a partition beside its type and its place. `rootHash`: of slot A, in hex; `guid` is for all others. */
export function describePartition(
  role: PartitionRole,
  rootHash: string | undefined,
  guid: () => string,
): { readonly guid: string; readonly attributes: bigint } {
  const half = { 'root-a': rootHash?.slice(0, 32), 'hash-a': rootHash?.slice(32) }[role as string];
  if (half === undefined) return { guid: guid(), attributes: partitionAttributes(role) };
  return {
    guid: half.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5'),
    attributes: readOnlyBit,
  };
}
