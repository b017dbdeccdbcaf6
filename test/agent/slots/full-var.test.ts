// A data partition that takes no more refuses no decision over the slots: the state is written all the same, and what could
// not be recorded is said, and made up for when there is room again.
import { expect, test } from 'vitest';
import { AgentError } from '../../../src/agent/host/host.ts';
import { accountForBoot } from '../../../src/agent/slots/account.ts';
import { confirmRunning, markSlotBad, rollBackSlot } from '../../../src/agent/slots/decide.ts';
import { readSlotState } from '../../../src/agent/slots/env-store.ts';
import { readRecords } from '../../../src/agent/slots/records.ts';
import { stage } from '../../../src/agent/slots/stage.ts';
import { bootSlot } from './boot-slot.ts';
import { filesOf, fresh, makeDisk, old, runningFrom, type TestDisk } from './fixtures.ts';
import { type FragileMachine, fragileMachine } from './fragile-machine.ts';
import { runInitrd } from './initrd-model.ts';

function machineOf(disk: TestDisk, slot: 'A' | 'B'): FragileMachine {
  return fragileMachine(disk, runningFrom(slot, slot === 'A' ? old : fresh), filesOf(fresh));
}

/** As the host on a machine says it: host-quickjs.ts. */
function withFullVar(machine: FragileMachine) {
  const said: string[] = [];
  const host = {
    ...machine.host,
    print: (line: string) => void said.push(line),
    writeFile(path: string, content: string | Uint8Array) {
      if (path.startsWith('/var/'))
        throw new AgentError(`${path} cannot be written to its end`, { code: 'file-write' });
      machine.host.writeFile(path, content);
    },
  };
  return { ...machine, host, said };
}

function makeTrial(): TestDisk {
  const disk = makeDisk();
  stage(machineOf(disk, 'A'), { from: '/mnt', tries: 3, force: false });
  return disk;
}

const stateOf = ({ partitions }: FragileMachine) => readSlotState(partitions).state;
const warning = expect.stringMatching(/^warning: .* could not be recorded: \/var\/.* cannot be written/);

test('a sick trial is rolled back; the next boot records it', () => {
  const disk = makeTrial();
  expect(bootSlot(disk)).toBe('B');
  accountForBoot(machineOf(disk, 'B'));
  const machine = withFullVar(machineOf(disk, 'B'));
  rollBackSlot(machine);
  expect(stateOf(machine)).toMatchObject({ first: 'A', A: 'good', B: 'bad' });
  expect(machine.said).toEqual([warning, warning, 'slot B is bad; the next boot is from slot A']);

  expect(bootSlot(disk)).toBe('A');
  const back = machineOf(disk, 'A');
  runInitrd(back);
  accountForBoot(back);
  const { last, failed, pending } = readRecords(back.host);
  expect(last).toMatchObject({ result: 'rolled back', version: '2.0.0' });
  expect(failed).toEqual([{ version: '2.0.0', rootHash: fresh.manifest.roothash }]);
  expect(pending).toBeUndefined();
});

test('a staged release is taken back, and not banned for it', () => {
  const disk = makeTrial();
  const machine = withFullVar(machineOf(disk, 'A'));
  rollBackSlot(machine);
  expect(stateOf(machine)).toMatchObject({ first: 'A', B: 'bad' });
  const back = machineOf(disk, 'A');
  accountForBoot(back);
  expect(readRecords(back.host)).toMatchObject({ pending: undefined, failed: [] });
});

test('what runs is confirmed', () => {
  const disk = makeTrial();
  expect(bootSlot(disk)).toBe('B');
  const machine = withFullVar(machineOf(disk, 'B'));
  accountForBoot(machine);
  expect(machine.said).toEqual([warning]);
  confirmRunning(machine);
  expect(stateOf(machine)).toMatchObject({ first: 'B', B: 'good' });
  const later = machineOf(disk, 'B');
  runInitrd(later);
  accountForBoot(later);
  expect(readRecords(later.host)).toMatchObject({
    pending: undefined,
    last: { result: 'confirmed', version: '2.0.0' },
    confirmed: [fresh.manifest.roothash],
  });
});

test('a slot is marked bad', () => {
  const machine = withFullVar(machineOf(makeDisk({ B: 'good' }), 'A'));
  markSlotBad(machine, 'B', { reason: 'for the test', never: true });
  expect(stateOf(machine)).toMatchObject({ first: 'A', B: 'bad' });
});

test('an update is no decision: nothing is armed without its record', () => {
  const disk = makeDisk();
  const machine = withFullVar(machineOf(disk, 'A'));
  expect(() => stage(machine, { from: '/mnt', tries: 3, force: false })).toThrow(
    'cannot be written to its end',
  );
  expect(stateOf(machine)).toMatchObject({ first: 'A', B: 'none' });
});
