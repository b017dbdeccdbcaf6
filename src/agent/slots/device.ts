// The block device of a partition, by its label, on the disk that the machine was booted from.
import type { PartitionRole } from '../../slots/constants.ts';
import { AgentError, type Host } from '../host/host.ts';

/** The initrd's word: the disk's name in /sys/block. */
const diskPath = '/run/catamaran/disk';

export function deviceOf(host: Host, role: PartitionRole): string {
  const disk = host.readText(diskPath)?.trim();
  if (!disk)
    throw new AgentError(`${diskPath} is missing: this machine was not booted from a Catamaran disk`, {
      code: 'no-slots',
      hint: 'Run it on a machine that was started from a disk of ours.',
    });
  for (const name of host.listDirectory(`/sys/block/${disk}`) ?? []) {
    if (!name.startsWith(disk)) continue;
    const event = host.readText(`/sys/block/${disk}/${name}/uevent`) ?? '';
    if (event.split('\n').includes(`PARTNAME=${role}`)) return `/dev/${name}`;
  }
  throw new AgentError(`the disk ${disk} has no partition ${role}`, {
    code: 'partition-missing',
    hint: 'Install the machine anew; its partition table is not ours.',
  });
}
