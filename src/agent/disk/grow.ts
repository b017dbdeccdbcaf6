// At each boot, when the disk says that it has grown, and by command: both copies of the partition table are made whole, and the
// data partition, the disk's last, grows to the disk's end, and its file system with it, while mounted. At the first boot `ab-state`, by which the boot loader and the
// initrd know the disk, gets a GUID of its own, for the image's is that of every disk made from it. Safe at any instant:
// gpt.ts gives the order; the kernel resizes the partition in place, ext4 its file system through its journal.

import type { Sectors } from '../../base/flavour.ts';
import { sectorSize } from '../../gpt/geometry.ts';
import { planTable, type TableDisk, type TablePlan } from '../../gpt/mend.ts';
import { partitionNumber } from '../../slots/constants.ts';
import { AgentError, type Host, runOrThrow } from '../host/host.ts';
import { randomGuid } from './random-guid.ts';

/** On the data partition: to the end of a disk of so many sectors it has grown. */
export const grownPath = '/var/lib/catamaran/grown';
const scratch = '/run/catamaran/table';

/** For a person, who is to hear of it in any case. */
export function growAndSay(host: Host): void {
  if (!growData(host).changed) host.print('the data partition reaches to the end of its disk already');
}

/** Whether there was anything to do. */
export function growData(host: Host): { readonly changed: boolean } {
  const { disk, partition, number } = findData(host);
  const sectors = Number(host.readText(`/sys/class/block/${disk}/size`));
  if (Number(host.readText(`/sys/class/block/${disk}/queue/logical_block_size`)) !== sectorSize) {
    throw new AgentError(
      `the disk ${disk} has no sectors of ${sectorSize} bytes; its data partition keeps its size`,
      { code: 'disk-sectors', hint: 'Take a disk with sectors of 512 bytes, real ones or emulated.' },
    );
  }
  const hasGrown = host.readText(grownPath)?.trim() === String(sectors);
  const plan = planTable(diskOf(host, `/dev/${disk}`, sectors), {
    grow: number,
    rename: { number: partitionNumber('ab-state'), guid: randomGuid(host) },
  });
  writeTable(host, `/dev/${disk}`, plan);
  if (plan.damaged)
    host.print(`the ${plan.damaged} copy of the partition table was damaged and has been mended`);
  if (hasGrown && plan.grown === undefined) return { changed: plan.damaged !== undefined };
  // Also without a change of the table: an earlier boot may have lost its power right after it.
  runOrThrow(host, ['partx', '--update', '--nr', String(number), `/dev/${disk}`]);
  runOrThrow(host, ['resize2fs', `/dev/${partition}`]);
  host.writeFile(grownPath, `${sectors}\n`);
  if (plan.grown !== undefined)
    host.print(`the data partition has grown to ${Math.floor(plan.grown / 2048)} MiB`);
  return { changed: true };
}

/** The partition that is mounted on /var. */
function findData(host: Host): { disk: string; partition: string; number: number } {
  const mount = (host.readText('/proc/self/mounts') ?? '')
    .split('\n')
    .find((line) => line.split(' ')[1] === '/var');
  const partition = /^\/dev\/([a-z0-9]+) /.exec(mount ?? '')?.[1];
  if (partition === undefined)
    throw new AgentError(`/var is not on a partition: ${mount ?? 'not mounted'}`, {
      code: 'data-partition',
      hint: 'Look at what the initrd says of the data partition.',
    });
  const path = runOrThrow(host, ['readlink', '-f', `/sys/class/block/${partition}`]).trim();
  const disk = path.split('/').at(-2)!;
  const number = Number(host.readText(`${path}/partition`));
  if (!(number > 0))
    throw new AgentError(`/var is on ${partition}, which is not a partition`, {
      code: 'data-partition',
      hint: 'Look at what the initrd says of the data partition.',
    });
  return { disk, partition, number };
}

function diskOf(host: Host, path: string, sectors: Sectors): TableDisk {
  return {
    sectors,
    read(sector, count) {
      try {
        return host.readBytes(path, sector * sectorSize, count * sectorSize);
      } catch {
        // A sector that has gone bad; writing it mends that, too.
        return undefined;
      }
    },
  };
}

function writeTable(host: Host, disk: string, { writes }: TablePlan): void {
  for (const { sector, bytes } of writes) {
    host.writeFile(scratch, bytes);
    const place = [`bs=${bytes.length}`, `seek=${sector * sectorSize}`, 'oflag=direct,seek_bytes'];
    runOrThrow(host, ['dd', `if=${scratch}`, `of=${disk}`, ...place, 'conv=notrunc,fsync']);
  }
  host.removeFile(scratch);
}
