// The block device of a partition by its label, on the disk that the machine was booted from: for bytes that go straight
// from one partition or file to another, past the interface of slots/partitions.ts.
import type { PartitionRole } from '../../slots/constants.ts';
import { AgentError, type Host } from '../host.ts';

/** The initrd's word: the name in /sys/block. */
const diskPath = '/run/catamaran/disk';

export function deviceOf(host: Host, role: PartitionRole): string {
  const disk = host.readText(diskPath)?.trim() ?? '';
  const names = disk === '' ? [] : (host.listDirectory(`/sys/block/${disk}`) ?? []);
  const found = names.find((name) =>
    host.readText(`/sys/block/${disk}/${name}/uevent`)?.split('\n').includes(`PARTNAME=${role}`),
  );
  if (found === undefined) throw new AgentError(`the disk ${disk || '(unknown)'} has no partition ${role}`);
  return `/dev/${found}`;
}
