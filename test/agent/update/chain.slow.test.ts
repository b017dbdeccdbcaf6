// A machine that is updated again and again, with the boot loader's model between: rows 27, 28 and 31 of the fault table
// (docs/design/update-faults.md), and stepping stones.
import { expect, test } from 'vitest';
import { publishPlan, start } from '../../tuf/support/forge.ts';
import { expectInstalled } from './support/expect.ts';
import { one, openForgedWorld, planOf, pointerTo, refOf, three, two } from './support/forged-world.ts';
import type { TestMachine } from './support/test-machine.ts';

const stable = (machine: TestMachine) => JSON.parse(machine.agent('status', '--json').said).version;
const floorOf = ({ host }: TestMachine) => host.readText('/var/lib/catamaran/update/floor.json');

test('row 31: there and back ten times, each confirmed, and never a hand on it', async () => {
  // Each round is a later state of the repository: 2.0.0, and back to 1.0.0.
  const forward = planOf([{ release: one }, { release: two }]);
  const back = planOf([{ release: two }, { release: one }], pointerTo({ release: one }, { rollback: true }));
  const at = (round: number) => {
    const plan = structuredClone({ ...(round % 2 === 0 ? forward : back), twist: {} });
    for (const role of Object.keys(plan.version)) plan.version[role] = round + 1;
    return publishPlan(plan);
  };
  const world = await openForgedWorld(at(0));
  const { machine } = world;
  for (let round = 0; round < 10; round++) {
    await world.serve(at(round));
    expect(machine.agent('update')).toMatchObject({ status: 0 });
    expect(await machine.reboot()).toBe(round % 2 === 0 ? 'B' : 'A');
    expect(machine.agent('confirm').status).toBe(0);
    expect(stable(machine)).toBe(round % 2 === 0 ? '2.0.0' : '1.0.0');
    expect(machine.agent('update').said).toContain('nothing to do');
  }
});

test('row 31: a machine that is far behind goes over the stepping stone, and the floors rise with it', async () => {
  const stone = { release: two, epoch: 2, minFrom: '1.0.0' };
  const newest = { release: three, epoch: 3, minFrom: '2.0.0' };
  const pointer = pointerTo(newest, { stones: [refOf(stone)], floorEpoch: 3 });
  const files = publishPlan(planOf([{ release: one, epoch: 1 }, stone, newest], pointer));
  const { machine } = await openForgedWorld(files);
  expect(machine.agent('update').said).toContain('2.0.0 is to be installed, on the way');
  await machine.reboot();
  machine.agent('confirm');
  expect(machine.agent('update').said).toContain('points at 3.0.0: 3.0.0 is to be installed');
  // Never above what runs: 1.0.0 in the other slot has just been written over.
  expect(floorOf(machine)).toBe('{"epoch":2}\n');
  await machine.reboot();
  machine.agent('confirm');
  expect(stable(machine)).toBe('3.0.0');
  machine.agent('update');
  expect(floorOf(machine)).toBe('{"epoch":3}\n');
  expect(machine.state()).toMatchObject({ first: 'A', A: 'good', B: 'bad' });
});

test('a machine that is too old for every stepping stone says so', async () => {
  const newest = { release: three, minFrom: '2.0.0' };
  const pointer = pointerTo(newest, { stones: [refOf({ release: two, minFrom: '1.5.0' })] });
  const { machine } = await openForgedWorld(publishPlan(planOf([{ release: one }, newest], pointer)));
  expect(machine.agent('update')).toMatchObject({
    status: 0,
    said: expect.stringContaining('too old for it'),
  });
  expect(machine.state().gen).toBe(1);
});

test('row 27: the power goes right after the confirmation: the floor rises in the next boot', async () => {
  const newer = { release: two, epoch: 2 };
  const pointer = pointerTo(newer, { floorEpoch: 2 });
  const { machine } = await openForgedWorld(
    publishPlan(planOf([{ release: one, epoch: 1 }, newer], pointer)),
  );
  machine.agent('update');
  await machine.reboot();
  // The slot is good on the disk; the record of the trial still stands, and nobody has raised the floor.
  const { gen, first, A } = machine.state();
  await machine.setState({ gen: gen + 1, first, A, B: 'good' });
  machine.agent('update');
  expect(floorOf(machine)).toBe('{"epoch":1}\n');
  expect(await machine.reboot()).toBe('B');
  machine.agent('update');
  expect(floorOf(machine)).toBe('{"epoch":2}\n');
  expect(machine.state()).toMatchObject({ first: 'B', A: 'bad', B: 'good' });
});

test('row 28: no second update while the first is on trial, however the channel goes on', async () => {
  const world = await openForgedWorld(publishPlan(planOf([{ release: one }, { release: two }])));
  const { machine } = world;
  machine.agent('update');
  expect(await machine.reboot()).toBe('B');
  const later = planOf([{ release: one }, { release: two }, { release: three }]);
  for (const role of Object.keys(later.version)) later.version[role]! += 1;
  await world.serve(publishPlan(later));
  machine.setClock(start);
  for (const words of [['update'], ['update', '--now'], ['update', '--force', '--apply']]) {
    expect(machine.agent(...words)).toMatchObject({
      status: 2,
      said: expect.stringContaining('confirm it first'),
    });
    expect(await machine.holds('A')).toBe(one);
  }
  machine.agent('confirm');
  expect(machine.agent('update').status).toBe(0);
  await expectInstalled(machine, 'A', three);
});
