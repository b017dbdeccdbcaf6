// The gate between a trial and the next update: a trial that is healthy twice in a row is confirmed, one that is not by
// its deadline is rebooted, and the boot loader goes on counting. A trial that never comes as far as the gate is rebooted
// by the guard (components/init: usr/lib/catamaran/guard). A slot that was good before and has only been put on
// probation by the initrd needs no more than to stay up: a service elsewhere that is down must not cost it. Whoever else
// decides over the slot meanwhile, for or against it, has the last word.
import { messageOf } from '../../base/errors.ts';
import {
  type HealthSettings,
  healthPath,
  ownHealthPath,
  readHealth,
  readOwnHealth,
} from '../../contract/health.ts';
import { type Host, runOrThrow } from '../host/host.ts';
import { readSlotState } from '../slots/env-store.ts';
import type { SlotMachine } from '../slots/machine.ts';
import { readRecords, recordPending } from '../slots/records.ts';
import { triesLeft } from '../slots/untried.ts';
import { checkHealth } from './checks.ts';

/** Seconds for an orderly shutdown. */
const rebootLimit = 180;
/** For the guard: from now on it leaves the deadline to the gate, and only looks after it. */
const beganPath = '/run/catamaran/gate-began';
/** The initrd's word: the running slot is a trial, and no slot on probation. */
const trialPath = '/run/catamaran/trial';

/** Returns when there is nothing more to wait for. */
export function passGate({ host, partitions, running }: SlotMachine): void {
  const isOpen = () => triesLeft(readSlotState(partitions).state[running.slot]) !== undefined;
  if (running.rescue || !isOpen()) return;
  host.writeFile(beganPath, '');
  const settings = readSettings(host);
  const deadline = settings.deadline / 1000;
  if (host.readText(trialPath) === undefined) {
    wait(host, settings.window / 1000);
    passSlot(host);
    return;
  }
  let before: string | undefined;
  let reason = readRecords(host).pending?.reason;
  for (;;) {
    const { wrong, processes } = checkHealth(host, settings.checks);
    if (!isOpen()) return;
    if (wrong.length === 0 && before === processes) {
      passSlot(host);
      return;
    }
    const unsteady = wrong.length === 0 && before !== undefined;
    const found = unsteady ? 'a service has started anew within the window' : wrong.join('; ');
    before = found === '' ? processes : undefined;
    if (found !== '' && found !== reason) {
      host.print(`not healthy yet: ${found}`);
      reason = found;
      note(host, reason);
    }
    const left = deadline - uptime(host);
    if (left <= 0) {
      if (reason === undefined) note(host, 'it was healthy only when no time was left to see it stay so');
      host.print(
        `slot ${running.slot} with ${running.version} is not confirmed ${deadline} seconds after boot; rebooting`,
      );
      host.run(['reboot']);
      wait(host, rebootLimit);
      host.run(['reboot', '-f']);
      return;
    }
    const pause = before === undefined ? settings.interval : settings.window;
    wait(host, Math.min(left, pause / 1000));
  }
}

/** What cannot be read is the reason why a trial is not confirmed. */
function readSettings(host: Host): HealthSettings {
  const path = `/${healthPath}`;
  try {
    return withOwn(host, readHealth(host.readText(path), path));
  } catch (error) {
    const reason = messageOf(error);
    if (readRecords(host).pending?.reason !== reason) note(host, reason);
    throw error;
  }
}

/** What a person has written wrongly is said, and does not turn a good version down. */
function withOwn(host: Host, settings: HealthSettings): HealthSettings {
  const own = host.readText(`/${ownHealthPath}`);
  if (own === undefined) return settings;
  try {
    return readOwnHealth(settings, own, `/${ownHealthPath}`);
  } catch (error) {
    host.print(messageOf(error));
    return settings;
  }
}

/** As a command of its own, which takes the lock and looks once more. A failure ends the gate, and init starts it anew. */
function passSlot(host: Host): void {
  host.print(runOrThrow(host, ['catamaran-agent', 'pass']).trim());
}

/** The guard's word on a trial that never came to its gate, or got stuck there. What the gate has found says more. */
export function noteOverdue(host: Host, reason: string): void {
  if (readRecords(host).pending?.reason === undefined) note(host, reason);
}

/** For the status, should it be rolled back. One that cannot be kept, on a full disk, must not keep a sick trial alive. */
function note(host: Host, reason: string): void {
  const { pending } = readRecords(host);
  if (!pending) return;
  try {
    recordPending(host, { ...pending, reason });
  } catch (error) {
    host.print(messageOf(error));
  }
}

function wait(host: Host, seconds: number): void {
  host.run(['sleep', String(Math.max(0.1, seconds))]);
}

function uptime(host: Host): number {
  return Number((host.readText('/proc/uptime') ?? '0').split(' ')[0]);
}
