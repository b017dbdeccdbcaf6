// How `status` reads to a person: a trial that runs, and a machine that has come back from one.
import { expect, test } from 'vitest';
import { accountForBoot } from '../../../src/agent/slots/account.ts';
import { confirmRunning, markSlotBad, rollBackSlot } from '../../../src/agent/slots/decide.ts';
import { repairState } from '../../../src/agent/slots/env-store.ts';
import { stage } from '../../../src/agent/slots/stage.ts';
import { describeStatus, readSlotStatus } from '../../../src/agent/slots/status.ts';
import { envOffsets } from '../../../src/slots/constants.ts';
import { bootSlot } from './boot-slot.ts';
import { filesOf, fresh, makeDisk, old, runningFrom, third } from './fixtures.ts';
import { fragileMachine } from './fragile-machine.ts';

const options = { from: '/mnt', tries: 1, force: false } as const;

test('a trial whose boot archive cannot be read', () => {
  const disk = makeDisk();
  stage(fragileMachine(disk, runningFrom('A', old), filesOf(fresh)), { ...options, tries: 3 });
  expect(bootSlot(disk, (block) => Buffer.compare(block, fresh.images.boot.subarray(0, 4096)) !== 0)).toBe(
    'A',
  );
  const machine = fragileMachine(disk, runningFrom('A', old), filesOf(fresh));
  accountForBoot(machine);
  expect(describeStatus(readSlotStatus(machine)).join('\n')).toBe(
    `running    slot A, 1.0.0
root hash  ${old.manifest.roothash}
slot A     good, 1.0.0
slot B     bad, 2.0.0
next boot  slot A
state      whole
last       2.0.0 in slot B was rolled back: the boot loader could not read its boot archive`,
  );
  expect(readSlotStatus(machine).failed).toEqual([{ version: '2.0.0', rootHash: fresh.manifest.roothash }]);
});

test('a trial that runs', () => {
  const disk = makeDisk();
  stage(fragileMachine(disk, runningFrom('A', old), filesOf(fresh)), options);
  const machine = fragileMachine(disk, runningFrom('B', fresh), filesOf(fresh));
  accountForBoot(machine);
  expect(describeStatus(readSlotStatus(machine)).slice(2)).toEqual([
    'slot A     good, 1.0.0',
    'slot B     on trial, 1 try left, 2.0.0',
    'next boot  slot B',
    'state      whole',
    'pending    2.0.0 in slot B',
  ]);
});

test('a staged release is taken back before it was tried, and may be staged again', () => {
  const disk = makeDisk();
  const machine = fragileMachine(disk, runningFrom('A', old), filesOf(fresh));
  stage(machine, options);
  rollBackSlot(machine);
  const status = readSlotStatus(machine);
  expect(status).toMatchObject({ slots: { B: { status: 'bad' } }, next: 'A', failed: [] });
  expect(status.last?.reason).toBe('taken back before it was tried');
  stage(machine, options);
  expect(readSlotStatus(machine)).toMatchObject({ next: 'B' });
});

test('the last good slot is never marked bad', () => {
  const machine = fragileMachine(makeDisk({ B: 'none', first: 'A' }), runningFrom('A', old), filesOf(fresh));
  const verdict = { reason: 'for the test', never: true };
  expect(() => markSlotBad(machine, 'A', verdict)).toThrow('slot A must stay: slot B is none');
});

test('confirm is for the running slot, and may be said again', () => {
  const disk = makeDisk({ B: 'try1' });
  const machine = fragileMachine(disk, runningFrom('B', third), filesOf(fresh));
  for (let time = 1; time <= 2; time++) {
    confirmRunning(machine);
    expect(readSlotStatus(machine)).toMatchObject({
      slots: { A: { status: 'good' }, B: { status: 'good' } },
      next: 'B',
    });
  }
});

test('a copy of the state that is lost is written anew; with both lost only the running slot counts', () => {
  for (const [lost, other] of [
    [[0], 'good'],
    [[1], 'good'],
    [[0, 1], 'bad'],
  ] as const) {
    const disk = makeDisk({ B: 'good', first: 'A' });
    for (const copy of lost) disk.media.get('ab-state')!.fill(0, envOffsets[copy], envOffsets[copy] + 1024);
    const machine = fragileMachine(disk, runningFrom('A', old), filesOf(fresh));
    expect(readSlotStatus(machine).state).toBe(lost.length === 2 ? 'lost' : 'damaged');
    repairState(machine.partitions, 'A');
    expect(readSlotStatus(machine)).toMatchObject({
      state: 'whole',
      slots: { A: { status: 'good' }, B: { status: other } },
    });
  }
});

test.each(['good', 'try3'] as const)(
  'a good slot that could not be read is marked, also from one that is %s',
  (B) => {
    const machine = fragileMachine(makeDisk({ B, first: 'A' }), runningFrom('B', third), filesOf(fresh));
    accountForBoot(machine);
    expect(readSlotStatus(machine)).toMatchObject({
      slots: { A: { status: 'bad' }, B: { status: 'good' } },
      next: 'B',
      last: {
        result: 'rolled back',
        version: '1.0.0',
        reason: 'the boot loader could not read its boot archive',
      },
      failed: [],
    });
  },
);
