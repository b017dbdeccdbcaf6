// One round of the service of component:updater: an update as the settings say, and whatever happens the next round is
// appointed, in seconds, in a file that the service reads.

import type { Host } from '../host/host.ts';
import { spool } from './durable.ts';
import { openMachine, type UpdateMachine } from './machine.ts';
import type { UpdateOptions } from './options.ts';
import { isLockHeld, readArmed } from './reboot.ts';
import { type Moment, untilMoment, untilRetry, withinWindow } from './schedule.ts';
import { updateMachine } from './update.ts';
import { isOpen, nextOpening } from './window.ts';

const nextPath = `${spool}/next`;
/** Rounds in a row. */
const failuresPath = `${spool}/failures`;
/** Seconds until a machine that waits for nothing but others, or for its own health, looks again. */
const soon = 60;

export function poll(host: Host, options: UpdateOptions): void {
  let moment: Moment = { now: 0, interval: 3600, machineId: '' };
  host.makeDirectory(spool);
  try {
    const machine = openMachine(host);
    moment = { now: machine.now, interval: machine.settings.interval, machineId: machine.machineId };
    updateMachine(machine, options);
    host.removeFile(failuresPath);
    host.writeFile(nextPath, `${untilNext(machine, moment)}\n`);
  } catch (error) {
    const failures = Number(host.readText(failuresPath) ?? 0) + 1;
    host.writeFile(failuresPath, `${failures}\n`);
    host.writeFile(nextPath, `${untilRetry(moment, failures)}\n`);
    throw error;
  }
}

/** The machine's moment; or before it the window, where something waits for that. */
function untilNext(machine: UpdateMachine, moment: Moment): number {
  const { window, reboot } = machine.settings;
  const next = untilMoment(moment);
  // On trial, or just confirmed: others wait for the place in the lock.
  if (readArmed(machine) === undefined) return isLockHeld(machine) ? Math.min(next, soon) : next;
  if (reboot !== 'window' || window === undefined) return next;
  // Open, and still here: the lock is held by others.
  if (isOpen(window, moment.now)) return Math.min(next, soon);
  const opening = nextOpening(window, moment.now) - moment.now;
  return Math.min(next, opening + withinWindow(moment.machineId, window.length));
}
