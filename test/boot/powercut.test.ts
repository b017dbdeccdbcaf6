// At any instant the machine can lose its power, and the next boot runs a complete, verified version: the power is cut at
// every numbered point of `stage` and `confirm`, at random instants of a stage, and while the boot loader writes.
import { rm, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { crashPoints } from '../../src/agent/slots/crash-points.ts';
import { inspectImage } from '../../src/image/inspect.ts';
import { parseEnv } from '../../src/slots/env.ts';
import { randomFrom } from '../faults/random.ts';
import { everything, faultTable } from '../faults/table.ts';
import { makeTwin, type Twin } from '../support/twin.ts';
import {
  copyAtPowerCut,
  copyDisk,
  readStates,
  startTwin,
  type TwinMachine,
  withTwin,
} from '../support/twin-machine.ts';

const minute = 60_000;
/** How often the power is cut at a random instant. */
const cuts = everything ? Number(process.env.CATAMARAN_CUTS ?? 100) : 1;
const seed = 20_260;

let twin: Twin;
const table = faultTable('power cut');
const path = (name: string) => join(twin.directory, `${name}.raw`);
beforeAll(async () => {
  twin = await makeTwin();
}, 10 * minute);
afterAll(async () => {
  table.print();
  await rm(twin.directory, { recursive: true, force: true });
});

/** Boots it: the services come up, from a slot that holds, to the last bit, one of the two versions. */
async function expectWhole(disk: string): Promise<'A' | 'B'> {
  const slot = await withTwin({ disk, scratch: twin.directory }, async (machine) => {
    const found = await machine.ready('either');
    await machine.serial.waitFor(/login:/, 2 * minute);
    return found;
  });
  const { slots } = await inspectImage(disk, { verify: true });
  const { archive, checks = [] } = slots.find(({ name }) => name === slot)!;
  const version = slot === 'A' ? '1.0.0' : '2.0.0';
  expect(archive?.verity?.rootHash).toBe(twin.releases[version].manifest.roothash);
  expect(checks.filter(({ ok }) => !ok)).toEqual([]);
  return slot;
}

const numberOf = (point: string) => (crashPoints as readonly string[]).indexOf(point) + 1;
const sample = ['arm env1'];
const chosen = (points: readonly string[]) => points.filter((point) => everything || sample.includes(point));
const stagePoints = crashPoints.slice(0, crashPoints.indexOf('confirm env1'));
const confirmPoints = crashPoints.slice(stagePoints.length);

test(
  'at each point of stage the next boot is whole',
  async () => {
    const work = await copyDisk(twin.disk, path('work'));
    const machine = await startTwin({ disk: work, scratch: twin.directory, media: twin.media });
    try {
      await machine.ready('A');
      await machine.run('mount -t squashfs /dev/vdb /mnt');
      for (const point of chosen(stagePoints)) {
        await machine.run(`echo ${numberOf(point)} >/run/catamaran/crash-at`);
        await machine.run('catamaran-agent stage --from /mnt/2.0.0 >/run/stage.log 2>&1 &');
        await machine.serial.waitFor(new RegExp(`crash point \\d+, ${point}`), 4 * minute);
        const cut = await copyAtPowerCut(machine, work, path('cut'));
        await endAgent(machine);
        await table.count(`stage, after "${point}"`, async () => {
          const slot = await expectWhole(cut);
          // The commit point of an update is the first copy of the state that arms it.
          expect(slot).toBe(point.startsWith('arm') ? 'B' : 'A');
        });
      }
    } finally {
      await machine.kill();
    }
  },
  60 * minute,
);

/** It sleeps at its crash point, where the test has left it. */
async function endAgent(machine: TwinMachine): Promise<void> {
  await machine.run('rm /run/catamaran/crash-at; killall qjs sleep; true');
}

if (everything) {
  test('at each point of confirm the next boot is whole, and the trial is confirmed in the end', async () => {
    const staged = path('staged');
    await copyDisk(twin.disk, staged);
    await withTwin({ disk: staged, scratch: twin.directory, media: twin.media }, async (machine) => {
      await machine.ready('A');
      await machine.run('mount -t squashfs /dev/vdb /mnt');
      await machine.run('catamaran-agent stage --from /mnt/2.0.0');
    });
    for (const point of confirmPoints) {
      const disk = await copyDisk(staged, path('cut'));
      await table.count(`confirm, after "${point}"`, async () => {
        const machine = await startTwin({ disk, scratch: twin.directory });
        try {
          await machine.ready('B');
          await machine.run(`echo ${numberOf(point)} >/run/catamaran/crash-at`);
          await machine.run('catamaran-agent confirm >/dev/null 2>&1 &');
          await machine.serial.waitFor(new RegExp(`crash point \\d+, ${point}`), 4 * minute);
        } finally {
          await machine.kill();
        }
        expect(await expectWhole(disk)).toBe('B');
        await withTwin({ disk, scratch: twin.directory }, async (again) => {
          await again.ready('B');
          for (;;) {
            const { last, slots } = await again.status();
            if (slots.B.status === 'good' && last?.result === 'confirmed') break;
            await sleep(1000);
          }
        });
      });
    }
  });
}

test(
  `at ${cuts} random instants of a stage the next boot is whole`,
  async () => {
    const random = randomFrom(seed);
    const work = await copyDisk(twin.disk, path('work'));
    const machine = await startTwin({ disk: work, scratch: twin.directory, media: twin.media });
    try {
      await machine.ready('A');
      await machine.run('mount -t squashfs /dev/vdb /mnt');
      await machine.run('while :; do catamaran-agent stage --from /mnt/2.0.0; done >/run/stage.log 2>&1 &');
      for (let count = 0; count < cuts; count++) {
        await sleep(500 + random() * 15_000);
        await table.count('stage, at a random instant', async () => {
          await expectWhole(await copyAtPowerCut(machine, work, path('cut')));
        });
        await unlink(path('cut'));
      }
    } finally {
      await machine.kill();
    }
  },
  180 * minute,
);

if (everything) {
  test(
    `at ${cuts} random instants of the boot loader the next boot is whole`,
    async () => {
      const random = randomFrom(seed);
      const staged = path('loader');
      await copyDisk(twin.disk, staged);
      await withTwin({ disk: staged, scratch: twin.directory, media: twin.media }, async (machine) => {
        await machine.ready('A');
        await machine.run('mount -t squashfs /dev/vdb /mnt');
        await machine.run('catamaran-agent stage --from /mnt/2.0.0');
      });
      for (let count = 0; count < cuts; count++) {
        const disk = await copyDisk(staged, path('cut'));
        await table.count('the boot loader, at a random instant', async () => {
          const machine = await startTwin({ disk, scratch: twin.directory });
          await sleep(300 + random() * 2500);
          await machine.kill();
          expect((await readStates(disk)).map(parseEnv).filter(Boolean)).not.toEqual([]);
          await expectWhole(disk);
        });
      }
    },
    180 * minute,
  );
}
