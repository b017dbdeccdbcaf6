// The gate between a trial and the next update: a trial that is healthy twice in a row is confirmed, one that is not by
// its deadline is rebooted, and the boot loader goes on counting. A slot that was good before and has only been put on
// probation by the initrd needs no more than to stay up: a service elsewhere that is down must not cost it.
import { type Host, runOrThrow } from '../host.ts';
import { readState } from '../slots/env-store.ts';
import type { SlotMachine } from '../slots/machine.ts';
import { type Pending, readRecords, recordPending } from '../slots/records.ts';
import { checkHealth } from './checks.ts';
import { readHealthSettings } from './settings.ts';

/** Seconds for an orderly shutdown. */
const rebootLimit = 180;
const beganPath = '/run/catamaran/gate-began';

/** Returns when there is nothing more to wait for. */
export function passGate({ host, partitions, running }: SlotMachine): void {
  const { state } = readState(partitions);
  if (state[running.slot] === 'good' || running.rescue) return;
  const { pending } = readRecords(host);
  const settings = readHealthSettings(host);
  if (pending?.slot !== running.slot) {
    wait(host, settings.window);
    confirmSlot(host);
    return;
  }
  const end = beginning(host) + settings.deadline;
  let before: string | undefined;
  let reason = pending.reason;
  for (;;) {
    const { wrong, processes } = checkHealth(host, settings.checks);
    if (wrong.length === 0 && before === processes) {
      confirmSlot(host);
      return;
    }
    const unsteady = wrong.length === 0 && before !== undefined;
    const found = unsteady ? 'a service has started anew within the window' : wrong.join('; ');
    before = found === '' ? processes : undefined;
    if (found !== '' && found !== reason) {
      host.print(`not healthy yet: ${found}`);
      reason = found;
      note(host, { ...pending, reason });
    }
    const left = end - uptime(host);
    if (left <= 0) {
      host.print(
        `slot ${running.slot} with ${running.version} is not healthy after ${settings.deadline} seconds; rebooting`,
      );
      host.run(['reboot']);
      wait(host, rebootLimit);
      host.run(['reboot', '-f']);
      return;
    }
    wait(host, Math.min(left, before === undefined ? settings.interval : settings.window));
  }
}

/** As a command of its own, which takes the lock. A failure ends the gate, and init starts it anew. */
function confirmSlot(host: Host): void {
  host.print(runOrThrow(host, ['catamaran-agent', 'confirm']).trim());
}

/** A reason that cannot be kept, on a full disk, must not keep a sick trial alive. */
function note(host: Host, pending: Pending): void {
  try {
    recordPending(host, pending);
  } catch (error) {
    host.print(String(error));
  }
}

/** Of the gate in this boot, in seconds after boot: one that is started anew gets no new deadline. */
function beginning(host: Host): number {
  const known = host.readText(beganPath);
  if (known !== undefined) return Number(known);
  const now = uptime(host);
  host.writeFile(beganPath, String(now));
  return now;
}

function wait(host: Host, seconds: number): void {
  host.run(['sleep', String(Math.max(0.1, seconds))]);
}

function uptime(host: Host): number {
  return Number((host.readText('/proc/uptime') ?? '0').split(' ')[0]);
}
