// The order of writes, cut at every effect, with every kind of half-written disk that a seed gives: the boot loader's
// choice afterwards is a complete version, and the machine can still be updated.
import { expect, test } from 'vitest';
import { accountForBoot } from '../../../src/agent/slots/account.ts';
import { confirmRunning } from '../../../src/agent/slots/decide.ts';
import { readSlotState } from '../../../src/agent/slots/env-store.ts';
import { readRecords } from '../../../src/agent/slots/records.ts';
import type { Running } from '../../../src/agent/slots/running.ts';
import { stage } from '../../../src/agent/slots/stage.ts';
import { randomFrom } from '../../faults/random.ts';
import { bootSlot } from './boot-slot.ts';
import { filesOf, fresh, holds, makeDisk, old, runningFrom, type TestDisk, third } from './fixtures.ts';
import { type FragileMachine, fragileMachine, PowerCut } from './fragile-machine.ts';
import { isTrial, runInitrd } from './initrd-model.ts';

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
  action: (machine: FragileMachine) => void,
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

/** From the kernel to the agent. */
function startUp(machine: FragileMachine): void {
  runInitrd(machine);
  accountForBoot(machine);
}

/** Whatever has happened: the machine boots, confirms if it is on trial, and takes one more update to its end. */
function expectWell(disk: TestDisk): void {
  const running = boot(disk);
  const machine = fragileMachine(disk, running, filesOf(third));
  startUp(machine);
  confirmRunning(machine);
  stage(machine, { ...options, force: true });
  const after = boot(disk);
  expect(after).toMatchObject({ version: '3.0.0' });
  const trial = fragileMachine(disk, after, filesOf(third));
  startUp(trial);
  expect(isTrial(trial)).toBe(true);
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

const isGood = (machine: FragileMachine, slot: 'A' | 'B') =>
  readSlotState(machine.partitions).state[slot] === 'good';

function makeTrial(): TestDisk {
  const disk = makeDisk();
  stage(fragileMachine(disk, runningFrom('A', old), filesOf(fresh)), options);
  return disk;
}

test('confirm and the start-up before it, cut at every effect', () => {
  const cutsThatHappened = new Set<number>();
  for (let cutAt = 1; cutAt <= cuts; cutAt++) {
    for (let seed = 1; seed <= seeds; seed++) {
      const disk = makeTrial();
      const trial = boot(disk);
      expect(trial.version).toBe('2.0.0');
      const cut = runCut(disk, trial, [cutAt, seed], (machine) => {
        startUp(machine);
        confirmRunning(machine);
      });
      if (cut) cutsThatHappened.add(cutAt);
      expectWell(disk);
    }
  }
  expect(cutsThatHappened.size).toBeGreaterThan(3);
});

test('one that was confirmed is never on trial again, wherever the power went, in this boot and in the next two', () => {
  let confirmed = 0;
  for (let first = 1; first <= 8; first++) {
    for (let second = 1; second <= 8; second++) {
      for (let third = 1; third <= 8; third++) {
        const disk = makeTrial();
        runCut(disk, boot(disk), [first, first], (machine) => {
          startUp(machine);
          confirmRunning(machine);
        });
        if (!isGood(fragileMachine(disk, runningFrom('B', fresh), filesOf(fresh)), 'B')) continue;
        confirmed += 1;
        for (const cutAt of [second, third])
          runCut(disk, boot(disk), [cutAt, cutAt], (machine) => {
            startUp(machine);
            expect(isTrial(machine)).toBe(false);
          });
        const machine = fragileMachine(disk, boot(disk), filesOf(fresh));
        expect(machine.running.version).toBe('2.0.0');
        startUp(machine);
        expect(isTrial(machine)).toBe(false);
        const { last, failed, pending } = readRecords(machine.host);
        expect(last).toMatchObject({ result: 'confirmed', version: '2.0.0' });
        expect([failed, pending]).toEqual([[], undefined]);
      }
    }
  }
  expect(confirmed).toBeGreaterThan(3 * 64);
});

test('one that was confirmed is not banned, though no boot after that came as far as to record it', () => {
  const disk = makeTrial();
  const machine = fragileMachine(disk, boot(disk), filesOf(fresh));
  startUp(machine);
  const reach = (point: string) => {
    if (point === 'confirm env2') throw new PowerCut();
  };
  expect(() => confirmRunning({ ...machine, reach })).toThrow(PowerCut);
  for (let start = 1; start <= 4; start++) runInitrd(fragileMachine(disk, boot(disk), filesOf(fresh)));
  const back = fragileMachine(disk, boot(disk), filesOf(fresh));
  expect(back.running.version).toBe('1.0.0');
  startUp(back);
  const { last, failed, pending } = readRecords(back.host);
  expect(last).toMatchObject({ result: 'rolled back', version: '2.0.0' });
  expect(last?.reason).toContain('it was good before');
  expect([failed, pending]).toEqual([[], undefined]);
});

test('a trial that never comes up, and the accounting after it, cut at every effect', () => {
  for (let cutAt = 1; cutAt <= cuts; cutAt++) {
    const disk = makeDisk();
    stage(fragileMachine(disk, runningFrom('A', old), filesOf(fresh)), options);
    for (let start = 1; start <= 3; start++) expect(boot(disk).version).toBe('2.0.0');
    const back = boot(disk);
    expect(back.version).toBe('1.0.0');
    runCut(disk, back, [cutAt, cutAt], startUp);
    const again = boot(disk);
    const machine = fragileMachine(disk, again, filesOf(fresh));
    startUp(machine);
    const { last, failed, pending } = readRecords(machine.host);
    expect(last).toMatchObject({
      result: 'rolled back',
      version: '2.0.0',
      reason: 'it never came as far as user space, or could keep no record there',
    });
    expect(failed).toEqual([{ version: '2.0.0', rootHash: fresh.manifest.roothash }]);
    expect(pending).toBeUndefined();
    expect(() => stage(machine, options)).toThrow('2.0.0 was rolled back on this machine before');
    expectWell(disk);
  }
});
