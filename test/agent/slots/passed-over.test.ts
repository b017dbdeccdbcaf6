// A release that the boot loader has not started for a reason that is none of the release's: it could not write its count,
// or the slot state was lost. Nothing is held against it.
import { expect, test } from 'vitest';
import { accountForBoot } from '../../../src/agent/slots/account.ts';
import { markSlotBad, rollBackSlot } from '../../../src/agent/slots/decide.ts';
import { readSlotState } from '../../../src/agent/slots/env-store.ts';
import { readRecords } from '../../../src/agent/slots/records.ts';
import { stage } from '../../../src/agent/slots/stage.ts';
import { describeStatus, readSlotStatus } from '../../../src/agent/slots/status.ts';
import { envOffsets, envSize } from '../../../src/slots/constants.ts';
import { serialiseEnv } from '../../../src/slots/env.ts';
import type { SlotState } from '../../../src/slots/state.ts';
import { bootSlot } from './boot-slot.ts';
import { filesOf, fresh, makeDisk, old, runningFrom, type TestDisk, third } from './fixtures.ts';
import { type FragileMachine, fragileMachine } from './fragile-machine.ts';
import { isTrial, runInitrd } from './initrd-model.ts';

const words = 'the boot loader could not write the count of its starts, and did not start it';
const untried = `slot B is still on trial: ${words}`;

function machineOf(disk: TestDisk, slot: 'A' | 'B') {
  const said: string[] = [];
  const machine = fragileMachine(disk, runningFrom(slot, slot === 'A' ? old : fresh), filesOf(fresh));
  return { ...machine, host: { ...machine.host, print: (line: string) => void said.push(line) }, said };
}

function startUp(machine: FragileMachine): void {
  runInitrd(machine);
  accountForBoot(machine);
}

function makeTrial(tries: 1 | 2 | 3 = 3): TestDisk {
  const disk = makeDisk();
  stage(machineOf(disk, 'A'), { from: '/mnt', tries, force: false });
  return disk;
}

const zero = (disk: TestDisk, ...copies: (0 | 1)[]) => {
  for (const copy of copies)
    disk.media.get('ab-state')!.fill(0, envOffsets[copy], envOffsets[copy] + envSize);
};
const stateOf = (machine: FragileMachine) => readSlotState(machine.partitions).state;
const any = () => true;

test.each([1, 2, 3] as const)(
  'of %i tries none was counted: it stays armed, and is tried when it can be',
  (tries) => {
    const disk = makeTrial(tries);
    for (let boot = 1; boot <= 2; boot++) {
      expect(bootSlot(disk, any, false)).toBe('A');
      const machine = machineOf(disk, 'A');
      startUp(machine);
      expect(machine.said).toEqual([untried]);
      expect(stateOf(machine)).toMatchObject({ first: 'B', A: 'good', B: `try${tries}` });
      const status = readSlotStatus(machine);
      expect(status).toMatchObject({ untried: words, next: 'B', failed: [], pending: { version: '2.0.0' } });
      expect(describeStatus(status)).toContain(`not tried  ${words}`);
    }
    expect(bootSlot(disk)).toBe('B');
    const trial = machineOf(disk, 'B');
    startUp(trial);
    expect(isTrial(trial)).toBe(true);
    expect(readSlotStatus(trial).untried).toBeUndefined();
    expect(readRecords(trial.host).pending).toMatchObject({ tries, starts: 1 });
  },
);

test('just staged, it is not one that was passed over', () => {
  const machine = machineOf(makeTrial(), 'A');
  expect(readSlotStatus(machineOf(makeTrial(), 'A')).untried).toBe(words);
  stage(machine, { from: '/mnt', tries: 3, force: true });
  expect(readSlotStatus(machine).untried).toBeUndefined();
});

test('a start that was counted and came up is not taken for one that was not', () => {
  const disk = makeTrial();
  expect(bootSlot(disk)).toBe('B');
  startUp(machineOf(disk, 'B'));
  expect(bootSlot(disk, any, false)).toBe('A');
  const machine = machineOf(disk, 'A');
  startUp(machine);
  expect(machine.said).toEqual([untried]);
  expect(stateOf(machine).B).toBe('try2');
});

test.each([1, 3] as const)(
  'of %i tries one was counted in the first copy, and the second could not be written',
  (tries) => {
    const disk = makeTrial(tries);
    const { state } = readSlotState(machineOf(disk, 'A').partitions);
    const lowered = serialiseEnv({ ...state, B: `try${tries - 1}` as SlotState['B'] });
    disk.media.get('ab-state')!.set(lowered, envOffsets[0]);
    zero(disk, 1);
    const machine = machineOf(disk, 'A');
    startUp(machine);
    expect(machine.said).toEqual([untried]);
    expect(readSlotStatus(machine)).toMatchObject({ state: 'whole', slots: { B: { tries } }, failed: [] });
    expect(bootSlot(disk)).toBe('B');
  },
);

test('a slot on probation whose count could not be written stays as well', () => {
  const disk = makeDisk({ A: 'good', B: 'try3', first: 'B' });
  expect(bootSlot(disk, any, false)).toBe('A');
  const machine = machineOf(disk, 'A');
  startUp(machine);
  expect(machine.said).toEqual([untried]);
  expect(stateOf(machine)).toMatchObject({ first: 'B', B: 'try3' });
});

test('both copies lost while a release waits: it waits no more, and is not banned', () => {
  const disk = makeTrial();
  zero(disk, 0, 1);
  expect(bootSlot(disk)).toBe('A');
  for (const initrd of [runInitrd, () => {}]) {
    const copy: TestDisk = structuredClone(disk);
    const machine = machineOf(copy, 'A');
    initrd(machine);
    accountForBoot(machine);
    expect(machine.said).toEqual([
      'the slot state was lost while 2.0.0 in slot B waited: it is no longer on trial; stage it again',
    ]);
    const { pending, failed } = readRecords(machine.host);
    expect([pending, failed]).toEqual([undefined, []]);
    expect(stateOf(machine).first).toBe('A');
  }
});

test('taken back with the power going before it was recorded: not banned', () => {
  const disk = makeTrial();
  const machine = machineOf(disk, 'A');
  const cut = new Error('the power goes');
  const { run } = machine.host;
  const host = {
    ...machine.host,
    run: (command: readonly [string, ...string[]]) => {
      if (command.at(-1)?.endsWith('last.json')) throw cut;
      return run(command);
    },
  };
  expect(() => rollBackSlot({ ...machine, host })).toThrow(cut);
  expect(bootSlot(disk)).toBe('A');
  const again = machineOf(disk, 'A');
  startUp(again);
  const { pending, last, failed } = readRecords(again.host);
  expect(last).toMatchObject({ version: '2.0.0', reason: 'taken back before it was tried' });
  expect([pending, failed]).toEqual([undefined, []]);
});

test('account, said again after a person has rolled back what runs, undoes nothing', () => {
  const disk = makeDisk({ B: 'good' });
  const machine = fragileMachine(disk, runningFrom('B', third), filesOf(fresh));
  rollBackSlot(machine);
  accountForBoot(machine);
  expect(stateOf(machine)).toMatchObject({ first: 'A', A: 'good', B: 'bad' });
});

test('which releases have been good here: at most four, the newest last; staged again or marked bad, one is no more', () => {
  const disk = makeDisk({ B: 'good', first: 'A' });
  const confirmed = (machine: FragileMachine) => readRecords(machine.host).confirmed;
  const [older, before, now] = ['aa', 'bb', 'cc'].map((byte) => byte.repeat(32));
  disk.files.set(
    '/var/lib/catamaran/slots/confirmed.json',
    JSON.stringify(['00', older, before, fresh.manifest.roothash, now]),
  );
  const machine = machineOf(disk, 'A');
  startUp(machine);
  expect(confirmed(machine)).toEqual([before, fresh.manifest.roothash, now, old.manifest.roothash]);
  markSlotBad({ ...machine, running: runningFrom('B', fresh) }, 'A', {
    reason: 'for the test',
    never: false,
  });
  expect(confirmed(machine)).toEqual([before, fresh.manifest.roothash, now]);

  const staging = makeDisk({ B: 'good', first: 'A' });
  staging.files.set('/var/lib/catamaran/slots/confirmed.json', `torn [${fresh.manifest.roothash}`);
  const other = machineOf(staging, 'A');
  stage(other, { from: '/mnt', tries: 3, force: false });
  // The initrd looks for the hash in the file, whatever it is.
  expect(other.host.readText('/var/lib/catamaran/slots/confirmed.json')).toBe('[]\n');
});
