// First boot: the data partition, the disk's last, grows to the disk's end, and its file system with it, while mounted.
// Safe at any instant: the backup table first, then one 4 KiB block; the kernel resizes the partition in place, ext4
// its file system through its journal. A mark on the data partition keeps the table from ever being written again.
import { AgentError, type Host, runOrThrow } from '../host.ts';
import { type Growth, growPartition, sectorSize, tableSectors } from './gpt.ts';

const mark = '/var/lib/catamaran/grown';
const scratch = '/run/catamaran/table';

export function growData(host: Host): void {
  if (host.readText(mark) !== undefined) return;
  const { disk, partition, number } = findData(host);
  const sectors = Number(host.readText(`/sys/class/block/${disk}/size`));
  if (Number(host.readText(`/sys/class/block/${disk}/queue/logical_block_size`)) !== sectorSize) {
    throw new AgentError(
      `the disk ${disk} has no sectors of ${sectorSize} bytes; its data partition keeps its size`,
    );
  }
  const growth = growPartition(host.readBytes(`/dev/${disk}`, 0, tableSectors * sectorSize), sectors, number);
  if (growth) writeTable(host, `/dev/${disk}`, growth);
  // Also without a change of the table: an earlier boot may have lost its power right after it.
  runOrThrow(host, ['partx', '--update', '--nr', String(number), `/dev/${disk}`]);
  runOrThrow(host, ['resize2fs', `/dev/${partition}`]);
  host.writeFile(mark, `${sectors}\n`);
  if (growth) host.print(`the data partition has grown to ${Math.floor(growth.partition.size / 2048)} MiB`);
}

/** The partition that is mounted on /var. */
function findData(host: Host): { disk: string; partition: string; number: number } {
  const mount = (host.readText('/proc/self/mounts') ?? '')
    .split('\n')
    .find((line) => line.split(' ')[1] === '/var');
  const partition = /^\/dev\/([a-z0-9]+) /.exec(mount ?? '')?.[1];
  if (partition === undefined) throw new AgentError(`/var is not on a partition: ${mount ?? 'not mounted'}`);
  const path = runOrThrow(host, ['readlink', '-f', `/sys/class/block/${partition}`]).trim();
  const disk = path.split('/').at(-2)!;
  const number = Number(host.readText(`${path}/partition`));
  if (!(number > 0)) throw new AgentError(`/var is on ${partition}, which is not a partition`);
  return { disk, partition, number };
}

function writeTable(host: Host, disk: string, growth: Growth): void {
  const write = (bytes: Uint8Array, blockSize: number, place: number) => {
    host.writeFile(scratch, bytes);
    runOrThrow(host, [
      'dd',
      `if=${scratch}`,
      `of=${disk}`,
      `bs=${blockSize}`,
      `seek=${place}`,
      'oflag=direct',
      'conv=notrunc,fsync',
    ]);
  };
  write(growth.backup, sectorSize, growth.backupStart);
  write(growth.head, growth.head.byteLength, 0);
  host.removeFile(scratch);
}
