// A new file system on a data disk. One that is there already stays, unless its data may be lost.
import type { Filesystem } from '../../../../contract/user-data/machine-config.ts';
import { AgentError, type Host } from '../../../host/host.ts';
import { type Device, findDevice, partitionName, requireFree } from './device.ts';

type Command = [string, ...string[]];

/** What makes it, and how it is told the label. */
const makers: Readonly<Record<Filesystem['type'], (device: string, label: string | undefined) => Command>> = {
  ext4: (device, label) => ['mkfs.ext4', '-q', '-F', ...labelled('-L', label), device],
  xfs: (device, label) => ['mkfs.xfs', '-q', '-f', ...labelled('-L', label), device],
  btrfs: (device, label) => ['mkfs.btrfs', '-q', '-f', ...labelled('-L', label), device],
  vfat: (device, label) => ['mkdosfs', ...labelled('-n', label), device],
  swap: (device, label) => ['mkswap', ...labelled('-L', label), device],
};
const suppliers: Readonly<Record<Filesystem['type'], string>> = {
  ext4: 'component:mkfs',
  xfs: 'a component with the package xfsprogs',
  btrfs: 'a component with the package btrfs-progs',
  vfat: 'component:init',
  swap: 'component:init',
};
const notFound = 127;

const labelled = (option: string, label: string | undefined) => (label === undefined ? [] : [option, label]);

/** False where there is one already. */
export function makeFilesystem(
  host: Host,
  { device, partition, type, label, overwrite }: Filesystem,
): boolean {
  const target = chosen(host, findDevice(host, device), partition);
  const there = kindOf(host, target.path);
  if (there !== undefined && !overwrite) return false;
  requireFree(host, target);
  const command = makers[type](target.path, label);
  const { status, output } = host.run(command);
  if (status === 0) return true;
  if (status === notFound)
    throw new AgentError(`the image has no ${command[0]}`, {
      code: 'program-missing',
      hint: `Add ${suppliers[type]} to init.`,
    });
  throw new AgentError(
    `${command.join(' ')} ended with status ${status}: ${output.trim().split('\n').at(-1)}`,
    {
      code: 'program-failed',
    },
  );
}

/** Of `blkid`, which names nothing where it knows nothing. */
function kindOf(host: Host, path: string): string | undefined {
  return / TYPE="([^"]+)"/.exec(host.run(['blkid', path]).output)?.[1];
}

function chosen(host: Host, device: Device, partition: Filesystem['partition']): Device {
  if (partition === undefined || !device.isDisk) return device;
  return findDevice(host, `/dev/${partitionName(device.name, partition === 'auto' ? 1 : partition)}`);
}
