// `catamaran-agent boot`: all that a machine needs before its first container and that is no matter of its init, which calls
// it once in each boot, as soon as /var is there. What fails is said and passed over, for a machine that comes up can be
// mended; but a container must not start on a volume that is not the one it was promised.
import { messageOf } from '../../base/errors.ts';
import { putNotice } from '../condition/notices.ts';
import { growData, grownPath } from '../disk/grow.ts';
import { finishReset } from '../disk/reset.ts';
import { finishKeepingReset } from '../disk/reset-keeping.ts';
import { tellOfEtc } from '../etc/tell.ts';
import { AgentError, type Host } from '../host/host.ts';
import { layReverted } from '../kept/place.ts';
import { hasNetworkComponent } from '../network/state.ts';
import { setUpNetwork } from '../network/up.ts';
import { liveMedium } from '../slots/live.ts';
import { openSlots, type SlotMachine } from '../slots/machine.ts';
import { mountVolumes } from '../volumes/mount.ts';
import { raiseClock } from './clock.ts';
import { makeDirectories } from './directories.ts';
import { loadDrivers } from './drivers.ts';
import { mountFilesystems } from './filesystems.ts';
import { setIdentity } from './identity.ts';
import { installWhereAsked } from './install.ts';
import { keepKeys } from './keep-keys.ts';
import { restoreIdentity } from './kept-identity.ts';
import { letIn } from './let-in.ts';
import { boundMemory } from './memory.ts';
import { stirRandomness } from './randomness.ts';
import { explainSafeBoot } from './safe-boot.ts';

type BootStep = readonly [failure: string, work: (host: Host) => void];

/** In this order: the drivers before the clock, which that of an RTC sets; the disk's size before what is kept on it. */
const steps: readonly BootStep[] = [
  ['the file systems are not all mounted', mountFilesystems],
  ['what is memory has no bound', boundMemory],
  ['the drivers are not all loaded', loadDrivers],
  ['the clock stays as it is', raiseClock],
  ['the data partition is not made anew', (host) => onDisk(host, finishReset)],
  ['the data partition is not cleared', finishKeepingReset],
  ['/var lacks a directory', makeDirectories],
  ['what lets people in is not all there', explainSafeBoot],
  ['the machine may not be who it was', (host) => onDisk(host, restoreWhereLost)],
  ['the data partition stays as it is', growWhereThereIsDisk],
  ['the slots are not accounted for', accountForSlots],
  ['nobody hears what an update has changed in /etc', tellOfEtc],
  ['services run as this release has them', layReverted],
  ['the machine has no name of its own', setIdentity],
  ['nobody is let in by "catamaran run"', letIn],
  ['sshd may refuse keys that others can write', keepKeys],
  ['the seed of the last boot is lost', stirRandomness],
  ['the loopback interface is down', (host) => void host.run(['ip', 'link', 'set', 'lo', 'up'])],
  ['nothing was installed', installWhereAsked],
  ['the machine is not provisioned', provisionWhereItCan],
  ['the network is not set up', setUpWhereThereIsNetwork],
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

/** For what needs the disk that the system was started from. */
function onDisk(host: Host, work: (machine: SlotMachine) => void): void {
  if (host.readText('/run/catamaran/disk') !== undefined && liveMedium(host) === undefined)
    work(openSlots(host));
}

/** A data partition that has never grown is a new one. */
function restoreWhereLost(machine: SlotMachine): void {
  const { host } = machine;
  const inMemory = host.readText('/run/catamaran/data')?.trim() === 'memory';
  if (inMemory)
    putNotice(
      host,
      'data',
      'the data partition cannot be used: /var is in memory, and what is written will be lost; catamaran-agent reset --yes makes it anew',
    );
  if (inMemory || host.readText(grownPath) === undefined) restoreIdentity(machine);
}

/** Component:dhcp, or nothing, has it otherwise. */
function setUpWhereThereIsNetwork(host: Host): void {
  if (hasNetworkComponent(host)) setUpNetwork(host);
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

/** By a program of its own, where component:provision is. What is set aside in a safe boot is not written once more. */
function provisionWhereItCan(host: Host): void {
  if (!host.listDirectory('/usr/lib/catamaran')?.includes('provision.js')) return;
  if (host.readText('/run/catamaran/safe') !== undefined) return;
  const { output } = host.run(['timeout', '300', 'catamaran-agent', 'provision', 'local']);
  for (const line of output.split('\n')) if (line !== '') host.print(line);
}
