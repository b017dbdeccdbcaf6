// The order of writes, cut at every effect, with every kind of half-written disk that a seed gives: the boot loader's
// choice afterwards is a complete version, and the machine can still be updated.
import { expect, test } from 'vitest';
import { accountForBoot } from '../../../src/agent/slots/account.ts';
import { confirmRunning } from '../../../src/agent/slots/decide.ts';
import { readRecords } from '../../../src/agent/slots/records.ts';
import type { Running } from '../../../src/agent/slots/running.ts';
import { stage } from '../../../src/agent/slots/stage.ts';
import { randomFrom } from '../../faults/random.ts';
import { bootSlot } from './boot-slot.ts';
import { filesOf, fresh, holds, makeDisk, old, runningFrom, type TestDisk, third } from './fixtures.ts';
import { fragileMachine, PowerCut } from './fragile-machine.ts';

const cuts = 60; // more than there are effects
const seeds = 6;

/** A machine that runs from what the boot loader has chosen. */
function boot(disk: TestDisk): Running {
  const slot = bootSlot(disk);
  const release = holds(disk, slot);
  expect(release, `slot ${slot} holds a complete version`).toBeDefined();
  return runningFrom(slot, release!);
}

const options = { from: '/mnt', tries: 3, force: false } as const;

/** Runs `action` with a cut at that effect. True when the power went before its end. */
function runCut(
  disk: TestDisk,
  running: Running,
  [cutAt, seed]: [number, number],
  action: (machine: ReturnType<typeof fragileMachine>) => void,
): boolean {
  const machine = fragileMachine(disk, running, filesOf(fresh), cutAt);
  try {
    action(machine);
    return false;
  } catch (error) {
    if (!(error instanceof PowerCut)) throw error;
    machine.cutPower(randomFrom(seed));
    return true;
  }
}

/** Whatever has happened: the machine boots, confirms if it is on trial, and takes one more update to its end. */
function expectWell(disk: TestDisk): void {
  const running = boot(disk);
  const machine = fragileMachine(disk, running, filesOf(third));
  accountForBoot(machine);
  confirmRunning(machine);
  stage(machine, { ...options, force: true });
  const after = boot(disk);
  expect(after).toMatchObject({ version: '3.0.0' });
  const trial = fragileMachine(disk, after, filesOf(third));
  accountForBoot(trial);
  confirmRunning(trial);
  expect(readRecords(trial.host).last).toMatchObject({ result: 'confirmed', version: '3.0.0' });
  expect(boot(disk)).toMatchObject({ version: '3.0.0' });
}

test('stage, cut at every effect', () => {
  const cutsThatHappened = new Set<number>();
  for (let cutAt = 1; cutAt <= cuts; cutAt++) {
    for (let seed = 1; seed <= seeds; seed++) {
      const disk = makeDisk();
      const running = runningFrom('A', old);
      if (!runCut(disk, running, [cutAt, seed], (machine) => stage(machine, options))) continue;
      cutsThatHappened.add(cutAt);
      expectWell(disk);
    }
  }
  // Two copies disarmed, one block erased, nine writes and flushes of the parts … each of them was cut.
  expect(cutsThatHappened.size).toBeGreaterThan(15);
  expect([...cutsThatHappened].at(-1)).toBe(cutsThatHappened.size);
});

test('confirm and the accounting before it, cut at every effect', () => {
  const cutsThatHappened = new Set<number>();
  for (let cutAt = 1; cutAt <= cuts; cutAt++) {
    for (let seed = 1; seed <= seeds; seed++) {
      const disk = makeDisk();
      stage(fragileMachine(disk, runningFrom('A', old), filesOf(fresh)), options);
      const trial = boot(disk);
      expect(trial.version).toBe('2.0.0');
      const cut = runCut(disk, trial, [cutAt, seed], (machine) => {
        accountForBoot(machine);
        confirmRunning(machine);
      });
      if (cut) cutsThatHappened.add(cutAt);
      expectWell(disk);
    }
  }
  expect(cutsThatHappened.size).toBeGreaterThan(3);
});

test('a trial that never comes up, and the accounting after it, cut at every effect', () => {
  for (let cutAt = 1; cutAt <= cuts; cutAt++) {
    const disk = makeDisk();
    stage(fragileMachine(disk, runningFrom('A', old), filesOf(fresh)), options);
    for (let start = 1; start <= 3; start++) expect(boot(disk).version).toBe('2.0.0');
    const back = boot(disk);
    expect(back.version).toBe('1.0.0');
    runCut(disk, back, [cutAt, cutAt], accountForBoot);
    const again = boot(disk);
    const machine = fragileMachine(disk, again, filesOf(fresh));
    accountForBoot(machine);
    const { last, failed, pending } = readRecords(machine.host);
    expect(last).toMatchObject({
      result: 'rolled back',
      version: '2.0.0',
      reason: 'it never came as far as user space',
    });
    expect(failed).toEqual([{ version: '2.0.0', rootHash: fresh.manifest.roothash }]);
    expect(pending).toBeUndefined();
    expect(() => stage(machine, options)).toThrow('2.0.0 was rolled back on this machine before');
    expectWell(disk);
  }
});
