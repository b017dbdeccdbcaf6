// The boot loader in real firmware: for every state of the slots GRUB's script does what slots/boot-model.ts says.
import { copyFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type BootChoice, chooseBoot } from '../../src/slots/boot-model.ts';
import { parseEnv, serialiseEnv } from '../../src/slots/env.ts';
import { arm, confirm, freshState, type SlotState } from '../../src/slots/state.ts';
import {
  bootOnce,
  breakArchive,
  type Damage,
  eraseEsp,
  type Firmware,
  makeLoaderDisk,
  readEnv,
  writeEnv,
} from './loader-machine.ts';

interface World {
  readonly name: string;
  readonly copies: readonly [Uint8Array, Uint8Array];
  readonly broken?: Partial<Record<'A' | 'B', Damage>>;
  readonly readOnly?: boolean;
}

const zeros = new Uint8Array(1024);
const good: SlotState = { gen: 7, first: 'B', A: 'good', B: 'good' };
const twice = (state: SlotState): [Uint8Array, Uint8Array] => [serialiseEnv(state), serialiseEnv(state)];
const trial = arm(freshState, 'B');
const tryAt = (tries: 0 | 1 | 2 | 3): SlotState => ({ ...trial, B: `try${tries}` });
const block = (text: string) =>
  new TextEncoder().encode(`# GRUB Environment Block\n${text}`.padEnd(1024, '#'));

const worlds: World[] = [
  { name: 'a fresh image', copies: twice(freshState) },
  { name: 'both good, B first', copies: twice(good) },
  { name: 'a trial with three tries', copies: twice(tryAt(3)) },
  { name: 'a trial with two tries', copies: twice(tryAt(2)) },
  { name: 'a trial with one try', copies: twice(tryAt(1)) },
  { name: 'a trial that is used up', copies: twice(tryAt(0)) },
  { name: 'a trial of A', copies: twice(arm(confirm(freshState, 'B'), 'A')) },
  { name: 'a trial, the disk read-only', copies: twice(trial), readOnly: true },
  { name: 'a trial, its archive erased', copies: twice(trial), broken: { B: 'erased' } },
  { name: 'a trial, its kernel damaged', copies: twice(trial), broken: { B: 'no kernel' } },
  { name: 'both good, the first one erased', copies: twice(good), broken: { B: 'erased' } },
  { name: 'a trial, one bit of its kernel flipped', copies: twice(trial), broken: { B: 'one bit' } },
  { name: 'both good, one bit of the first kernel flipped', copies: twice(good), broken: { B: 'one bit' } },
  { name: 'no valid copy', copies: [zeros, zeros] },
  { name: 'no valid copy and A erased', copies: [zeros, zeros], broken: { A: 'erased' } },
  { name: 'only the first copy valid', copies: [serialiseEnv(good), zeros] },
  { name: 'only the second copy valid', copies: [zeros, serialiseEnv(good)] },
  { name: 'a trial in the second copy only', copies: [zeros, serialiseEnv(trial)] },
  { name: 'the second copy is newer', copies: [serialiseEnv(freshState), serialiseEnv({ ...good, gen: 8 })] },
  {
    name: 'the first copy is newer',
    copies: [serialiseEnv({ ...good, gen: 10 }), serialiseEnv({ ...freshState, gen: 9 })],
  },
  {
    name: 'a count lowered in the first copy only',
    copies: [serialiseEnv(tryAt(1)), serialiseEnv(tryAt(2))],
  },
  { name: 'nothing may start: rescue', copies: twice({ gen: 3, first: 'B', A: 'bad', B: 'none' }) },
  {
    name: 'rescue, the first one erased',
    copies: twice({ gen: 3, first: 'B', A: 'bad', B: 'none' }),
    broken: { B: 'erased' },
  },
  {
    name: 'the end torn off',
    copies: [block('gen=8\norder=B_A\nA=good\nB=good\n'), serialiseEnv(freshState)],
  },
  {
    name: 'another end',
    copies: [block('gen=8\norder=B_A\nA=good\nB=good\nend=7\n'), serialiseEnv(freshState)],
  },
  {
    name: 'an unknown status',
    copies: [block('gen=8\norder=B_A\nA=good\nB=fine\nend=8\n'), serialiseEnv(freshState)],
  },
  {
    name: 'names in another order, and others',
    copies: [block('end=8\nx=1\nB=good\nA=bad\norder=B_A\ngen=8\n'), zeros],
  },
];

let scratch: string;
let pristine: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'grub-'));
  pristine = join(scratch, 'pristine.raw');
  await makeLoaderDisk(scratch, pristine);
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

async function makeDisk({ copies, broken = {} }: World): Promise<string> {
  const path = join(scratch, 'disk.raw');
  await copyFile(pristine, path);
  await writeEnv(path, copies);
  for (const slot of ['A', 'B'] as const) {
    if (broken[slot]) await breakArchive(path, slot, broken[slot]);
  }
  return path;
}

function modelOf({ copies, broken, readOnly }: World): BootChoice {
  const readable = { A: !broken?.A, B: !broken?.B };
  // GRUB writes a copy only over an environment block: a copy of zeros makes the write fail.
  const writable = !readOnly && copies.every((copy) => copy[0] === '#'.charCodeAt(0));
  return chooseBoot({ env1: copies[0], env2: copies[1], readable, writable });
}

async function checkWorld(world: World, firmware: Firmware): Promise<void> {
  const path = await makeDisk(world);
  const serial = await bootOnce(path, scratch, { firmware, readOnly: world.readOnly ?? false });
  const model = modelOf(world);
  const line = /BOOT_IMAGE=.*/.exec(serial)?.[0] ?? serial;
  expect(line).toContain(`catamaran.slot=${model.slot} `);
  expect(line).toMatch(new RegExp(`catamaran\\.gen=${model.gen}\\b`));
  expect(line.includes('catamaran.rescue')).toBe(model.rescue);
  const after = await readEnv(path);
  if (model.written) expect(after.map(parseEnv)).toEqual([model.written, model.written]);
  else expect(after).toEqual(world.copies.map((copy) => Uint8Array.from(copy)));
}

describe('SeaBIOS', () => {
  test.each(worlds)('$name', (world) => checkWorld(world, 'bios'));

  test('three tries, then the old slot again', async () => {
    const path = await makeDisk({ name: '', copies: twice(trial) });
    const started: (string | undefined)[] = [];
    for (let time = 0; time < 5; time++) {
      started.push(/catamaran\.slot=([AB])/.exec(await bootOnce(path, scratch))?.[1]);
    }
    expect(started).toEqual(['B', 'B', 'B', 'A', 'A']);
  });
});

describe('UEFI', () => {
  const names = [
    'a fresh image',
    'a trial with three tries',
    'a trial, the disk read-only',
    'no valid copy',
    'a trial, its archive erased',
    'a trial, one bit of its kernel flipped',
  ];
  test.each(worlds.filter(({ name }) => names.includes(name)))('$name', (world) => checkWorld(world, 'uefi'));
});

test('with the second copy lost, a trial is not started, and what stands in the first one stays valid', async () => {
  const path = await makeDisk({ name: '', copies: [serialiseEnv(trial), zeros] });
  const serial = await bootOnce(path, scratch);
  expect(serial).toContain('catamaran.slot=A');
  expect((await readEnv(path)).map(parseEnv)).toEqual([tryAt(2), undefined]);
});

describe.each(['bios', 'uefi'] as const)('%s', (firmware) => {
  test('the kernel gets its arguments, the slot, the state partition and its generation, and no word is changed', async () => {
    const path = await makeDisk({ name: '', copies: twice(freshState) });
    const line = /BOOT_IMAGE=\S+ (.*?)\s*$/m.exec(await bootOnce(path, scratch, { firmware }))?.[1];
    expect(line).toBe(
      'console=ttyS0 f=a* panic=10 oops=panic gpt catamaran.slot=A catamaran.state=d513ae8c-2f77-8b11-b95f-efa21e5e1519 catamaran.gen=1',
    );
  });

  test('a machine without a serial port boots as well', async () => {
    const path = await makeDisk({ name: '', copies: twice(trial) });
    await bootOnce(path, scratch, { firmware, uart: false });
    expect((await readEnv(path)).map(parseEnv)).toEqual([tryAt(2), tryAt(2)]);
  });

  test('another disk of the same kind is neither read nor written', async () => {
    const foreign = join(scratch, 'foreign.raw');
    await copyFile(pristine, foreign);
    await writeEnv(foreign, twice(trial));
    const path = await makeDisk({ name: '', copies: twice(freshState) });
    const serial = await bootOnce(path, scratch, { firmware, foreign });
    expect(serial).toContain('catamaran.slot=A');
    expect((await readEnv(foreign)).map(parseEnv)).toEqual([trial, trial]);
  });

  test('with neither archive readable it says so and waits 30 seconds, without a prompt', async () => {
    const path = await makeDisk({
      name: '',
      copies: twice(freshState),
      broken: { A: 'erased', B: 'no kernel' },
    });
    const serial = await bootOnce(path, scratch, { firmware, until: 'trying again in 30 seconds' });
    expect(serial).toContain('catamaran: no slot can be started');
    expect(serial).not.toContain('grub>');
  });
});

test('a BIOS that cannot read the EFI system partition says so and waits 30 seconds, without a prompt', async () => {
  const path = await makeDisk({ name: '', copies: twice(freshState) });
  await eraseEsp(path);
  const serial = await bootOnce(path, scratch, { until: 'trying again in 30 seconds' });
  expect(serial).toContain('the EFI system partition cannot be read');
});
