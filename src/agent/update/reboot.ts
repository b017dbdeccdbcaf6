// When a machine reboots into the release that is armed: at once, in its window, or when a person says so; and under the
// lock, where there is one. Whatever is not known for certain means: not now.
import { messageOf } from '../../base/errors.ts';
import { formatTime } from '../../tuf/fields.ts';
import { readSlotState } from '../slots/env-store.ts';
import { type Pending, readRecords } from '../slots/records.ts';
import { isUntried, untriedReason } from '../slots/untried.ts';
import { putDurably, readRecord, removeDurably } from './durable.ts';
import { acquire, releaseSemaphore, type Semaphore } from './etcd.ts';
import type { UpdateMachine } from './machine.ts';
import { updateDirectory } from './records.ts';
import { isOpen, nextOpening } from './window.ts';

/** That this machine may be among the lock's holders. */
const lockPath = `${updateDirectory}/lock.json`;

/** The release that the next boot will try; undefined where none is armed. */
export function readArmed({ host, partitions, running }: UpdateMachine): Pending | undefined {
  const { pending } = readRecords(host);
  if (pending === undefined || pending.slot === running.slot) return undefined;
  return readSlotState(partitions).state[pending.slot].startsWith('try') ? pending : undefined;
}

/** Answers with whether the machine is going down. `now`: a person's word, in place of the window's. */
export function rebootIfDue(machine: UpdateMachine, armed: Pending, { now }: { now: boolean }): boolean {
  const { host, settings } = machine;
  const { reboot, window } = settings;
  if (!now && reboot === 'manual') {
    host.print(`${armed.version} waits for a reboot, which a person decides`);
    return false;
  }
  // The boot loader has passed over it once, and may again: not at each poll.
  if (!now && isPassedOver(machine, armed)) {
    host.print(`${armed.version} waits for the next reboot, which a person decides: ${untriedReason}`);
    return false;
  }
  if (!now && reboot === 'window' && window !== undefined && !isOpen(window, machine.now)) {
    host.print(`${armed.version} waits for the window at ${formatTime(nextOpening(window, machine.now))}`);
    return false;
  }
  if (!takeLock(machine)) return false;
  host.print(`rebooting into ${armed.version}`);
  host.run(['reboot']);
  return true;
}

function isPassedOver({ partitions, running }: UpdateMachine, armed: Pending): boolean {
  return isUntried(readSlotState(partitions).state, running, armed);
}

function takeLock(machine: UpdateMachine): boolean {
  const { host, settings } = machine;
  if (settings.etcd.length === 0) return true;
  // Before etcd is asked: a place that was taken is always given back.
  putDurably(host, lockPath, `${JSON.stringify({ group: settings.etcdGroup })}\n`);
  try {
    if (acquire(semaphoreOf(machine, settings.etcdGroup))) return true;
    host.print('no reboot now: other machines hold the reboot lock');
  } catch (error) {
    host.print(`no reboot now: ${messageOf(error)}`);
  }
  return false;
}

/** After the reboot, as soon as the machine is known to be good. Tried again at the next poll. */
export function giveLockBack(machine: UpdateMachine): void {
  const { host, partitions, running, settings } = machine;
  const held = readRecord<{ group?: string }>(host, lockPath);
  if (held === undefined || settings.etcd.length === 0) return;
  if (readSlotState(partitions).state[running.slot] !== 'good') return;
  const armed = readArmed(machine);
  if (armed !== undefined && !isPassedOver(machine, armed)) return;
  try {
    releaseSemaphore(semaphoreOf(machine, held.group ?? settings.etcdGroup));
    removeDurably(host, lockPath);
  } catch (error) {
    host.print(`the reboot lock is still held: ${messageOf(error)}`);
  }
}

/** Whether this machine may have a place that it has yet to give back. */
export function isLockHeld({ host, settings }: UpdateMachine): boolean {
  return settings.etcd.length > 0 && host.readText(lockPath) !== undefined;
}

function semaphoreOf({ host, curl, settings, machineId }: UpdateMachine, group: string): Semaphore {
  return { host, curl, endpoints: settings.etcd, group, places: settings.etcdMachines, machineId };
}
