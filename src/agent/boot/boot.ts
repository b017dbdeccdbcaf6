// `catamaran-agent boot`: all that a machine needs before its first container and that is no matter of its init, which calls
// it once in each boot, as soon as /var is there. What fails is said and passed over, for a machine that comes up can be
// mended; but a container must not start on a volume that is not the one it was promised.
import { messageOf } from '../../base/errors.ts';
import { growData } from '../disk/grow.ts';
import { AgentError, type Host } from '../host/host.ts';
import { liveMedium } from '../slots/live.ts';
import { mountVolumes } from '../volumes/mount.ts';
import { raiseClock } from './clock.ts';
import { makeDirectories } from './directories.ts';
import { loadDrivers } from './drivers.ts';
import { mountFilesystems } from './filesystems.ts';
import { setIdentity } from './identity.ts';
import { stirRandomness } from './randomness.ts';

type BootStep = readonly [failure: string, work: (host: Host) => void];

/** In this order: the drivers before the clock, which that of an RTC sets; the disk's size before what is kept on it. */
const steps: readonly BootStep[] = [
  ['the file systems are not all mounted', mountFilesystems],
  ['the drivers are not all loaded', loadDrivers],
  ['the clock stays as it is', raiseClock],
  ['/var lacks a directory', makeDirectories],
  ['the data partition stays as it is', growWhereThereIsDisk],
  ['the slots are not accounted for', accountForSlots],
  ['the machine has no name of its own', setIdentity],
  ['the seed of the last boot is lost', stirRandomness],
  ['the loopback interface is down', (host) => void host.run(['ip', 'link', 'set', 'lo', 'up'])],
];

export function prepareMachine(host: Host): void {
  for (const [failure, work] of steps) {
    try {
      work(host);
    } catch (error) {
      host.print(`${failure}: ${messageOf(error)}`);
    }
  }
  try {
    mountVolumes(host);
  } catch (error) {
    throw new AgentError(`the volumes cannot be mounted: ${messageOf(error)}`, {
      code: 'volumes-not-mounted',
    });
  }
}

/** The disk that a live system keeps its data on is somebody's, and stays as it is. */
function growWhereThereIsDisk(host: Host): void {
  const isOnDisk = host.readText('/run/catamaran/data')?.trim() === 'disk';
  if (isOnDisk && liveMedium(host) === undefined) growData(host);
}

/** As a command of its own, which takes the lock. */
function accountForSlots(host: Host): void {
  const { output } = host.run(['catamaran-agent', 'account']);
  for (const line of output.split('\n')) if (line !== '') host.print(line);
}
