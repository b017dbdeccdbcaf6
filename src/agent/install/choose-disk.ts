// Which disk it is going to be: one that was named, the only one that fits, or the one that a person picks from a list. What
// speaks against a disk is said before it loses a byte.

import { formatSize } from '../../base/size.ts';
import type { InstallIndex } from '../../contract/install.ts';
import { sectorSize } from '../../gpt/geometry.ts';
import { AgentError, type Host } from '../host/host.ts';
import { describeHeld } from './disk-contents.ts';
import { listDisks, type MachineDisk } from './disks.ts';
import type { Medium } from './medium.ts';

export interface Choice {
  readonly medium: Medium;
  /** What a disk holds may be lost. */
  readonly wipe: boolean;
}

/** `name`: as in /dev, or a path that leads there. */
export function chooseNamed(host: Host, name: string, { medium, wipe }: Choice): MachineDisk {
  const { output } = host.run(['readlink', '-f', name.startsWith('/') ? name : `/dev/${name}`]);
  const path = output.trim();
  const disk = listDisks(host, medium.name).find((each) => each.path === path);
  if (!disk) throw noSuchDisk(host, name, medium);
  requireFit(disk, medium.index);
  if (!wipe) requireEmpty(host, disk);
  return disk;
}

/** The only disk that nothing speaks against. */
export function chooseOnly(host: Host, { medium, wipe }: Choice): MachineDisk {
  const disks = listDisks(host, medium.name);
  if (!disks.some(({ isMedium }) => !isMedium))
    throw refused('this machine has no disk to install on', 'install-disk-unknown');
  const reasons = disks.map((disk) => objection(host, disk, { medium, wipe }));
  const fitting = disks.filter((_, at) => reasons[at] === undefined);
  if (fitting.length === 1) return fitting[0]!;
  const each = disks.map(({ name }, at) => `${name}: ${reasons[at]?.message ?? 'fits'}`);
  throw new AgentError(`not exactly one disk fits, but ${fitting.length}: ${each.join('; ')}`, {
    code: 'install-disk-choice',
    fault: 'usage',
    hint: 'Name the disk, or leave one that fits in the machine.',
  });
}

function objection(host: Host, disk: MachineDisk, { medium, wipe }: Choice): AgentError | undefined {
  try {
    requireFit(disk, medium.index);
    if (!wipe) requireEmpty(host, disk);
    return undefined;
  } catch (error) {
    if (error instanceof AgentError) return error;
    throw error;
  }
}

/** By the answers of whoever sits before the console. */
export function chooseByAsking(host: Host, { medium, wipe }: Choice): MachineDisk {
  const disks = listDisks(host, medium.name);
  for (const line of listForPeople(host, disks, medium)) host.print(line);
  host.print('install on which disk? (an empty line: on none)');
  const name = readLine(host);
  if (name === '') throw noneChosen();
  const disk = chooseNamed(host, name, { medium, wipe: true });
  const contents = wipe ? undefined : describeHeld(host, disk);
  if (contents === undefined) return disk;
  host.print(`${disk.path} holds ${contents}. All of it will be lost. Write "wipe" to go on:`);
  if (readLine(host) !== 'wipe') throw noneChosen();
  return disk;
}

export function listForPeople(host: Host, disks: readonly MachineDisk[], { index }: Medium): string[] {
  const rows = disks.map((disk) => {
    const { name, size, model } = disk;
    return `  ${name.padEnd(10)} ${formatSize(size).padStart(10)}  ${model.padEnd(24)} ${remarkOn(host, disk, index)}`;
  });
  return [
    `${index.os} ${index.version} needs a disk of ${formatSize(index.size)} or more; there ${rows.length === 0 ? 'is none' : 'are'}`,
    ...rows,
  ];
}

function remarkOn(host: Host, disk: MachineDisk, index: InstallIndex): string {
  if (disk.isMedium) return 'this system runs from it';
  if (disk.size < index.size) return 'too small';
  if (disk.readOnly) return 'read-only';
  if (disk.use !== undefined) return disk.use;
  try {
    return describeHeld(host, disk) ?? 'empty';
  } catch (error) {
    // One that is failing does not keep the others from being listed.
    if (error instanceof AgentError) return error.message;
    throw error;
  }
}

/** Of what does not depend on what it holds. */
function requireFit(disk: MachineDisk, { size: needed }: InstallIndex): void {
  const { path, size, sector, use } = disk;
  if (disk.isMedium)
    throw refused(`${path} is what this system runs from`, 'install-disk-medium', 'Name another disk.');
  if (size < needed)
    throw refused(
      `${path} is too small: it has ${formatSize(size)} (${size} bytes), and ${formatSize(needed)} (${needed} bytes) are needed`,
      'install-disk-small',
      'Name a larger disk, or build with a smaller disk.slot and disk.data.',
    );
  if (disk.readOnly)
    throw refused(
      `${path} is read-only`,
      'install-disk-read-only',
      'Look for a switch on it, or name another disk.',
    );
  if (use !== undefined)
    throw refused(`${path} is in use: ${use}`, 'install-disk-used', 'Unmount it, or name another disk.');
  if (sector !== sectorSize)
    throw refused(
      `${path} has sectors of ${sector} bytes, and those of the system’s disk have ${sectorSize}`,
      'disk-sectors',
      'Take a disk with sectors of 512 bytes, real ones or emulated.',
    );
}

function requireEmpty(host: Host, disk: MachineDisk): void {
  const contents = describeHeld(host, disk);
  if (contents !== undefined)
    throw refused(
      `${disk.path} (${formatSize(disk.size)}, ${disk.model}) holds ${contents}`,
      'install-disk-holds-data',
      'Add --wipe if all of it may be lost, or name another disk.',
    );
}

function noSuchDisk(host: Host, name: string, medium: Medium): AgentError {
  const names = listDisks(host, medium.name).map((disk) => disk.name);
  return refused(
    `${name} is no disk of this machine`,
    'install-disk-unknown',
    names.length === 0
      ? 'There is none: look whether its driver is there.'
      : `There are ${names.join(', ')}.`,
  );
}

function noneChosen(): AgentError {
  return refused('no disk was chosen, and nothing was changed', 'install-disk-choice');
}

function refused(
  message: string,
  code: ConstructorParameters<typeof AgentError>[1]['code'],
  hint?: string,
): AgentError {
  return new AgentError(message, { code, fault: 'usage', ...(hint === undefined ? {} : { hint }) });
}

/** Empty as well where nobody is there to answer. */
function readLine(host: Host): string {
  return host.run(['sh', '-c', 'read -r answer && printf %s "$answer"']).output.trim();
}
