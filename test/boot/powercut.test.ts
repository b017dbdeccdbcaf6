// At any instant the machine can lose its power, and the next boot runs a complete, verified version: the power is cut at
// every numbered point of `stage` and `confirm`, at random instants of a stage, and while the boot loader writes.
import { rm, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { crashPoints } from '../../src/agent/slots/crash-points.ts';
import type { Firmware } from '../../src/base/firmware.ts';
import { inspectImage } from '../../src/disk/inspect.ts';
import { chooseBoot } from '../../src/slots/boot-model.ts';
import { parseEnv } from '../../src/slots/env.ts';
import { randomFrom } from '../faults/random.ts';
import { everything, faultTable } from '../faults/table.ts';
import { applyEpoch, loggedDisk, readWriteLog } from '../faults/write-log.ts';
import { makeTwin, type Twin } from '../support/twin.ts';
import {
  atPowerCut,
  copyDisk,
  readPart,
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
afterAll(() => rm(twin.directory, { recursive: true, force: true }));

const firmwares: readonly Firmware[] = everything ? ['bios', 'uefi'] : ['bios'];
/** Where there are many boots: one by one under each of them. */
let boots = 0;
const nextFirmware = (): Firmware => firmwares[boots++ % firmwares.length]!;

/** Boots it: the services come up, from a slot that holds, to the last bit, one of the two versions. */
async function expectWhole(disk: string, firmware: Firmware): Promise<'A' | 'B'> {
  const slot = await withTwin({ disk, scratch: twin.directory, firmware }, async (machine) => {
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
const sample = ['arm env1', 'confirm env2'];
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
        await atPowerCut(machine, { disk: work, to: path('cut') }, async (cut) => {
          for (const firmware of firmwares) {
            await table.count(`stage, after "${point}" (${firmware})`, async () => {
              const slot = await expectWhole(await copyDisk(cut, path('boot')), firmware);
              // The commit point of an update is the first copy of the state that arms it.
              expect(slot).toBe(point.startsWith('arm') ? 'B' : 'A');
            });
          }
        });
        await endAgent(machine);
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

test(
  'at each point of confirm the next boot is whole, and the trial is confirmed in the end',
  async () => {
    const staged = await stagedDisk();
    for (const [point, firmware] of chosen(confirmPoints).flatMap((point) =>
      firmwares.map((each) => [point, each] as const),
    )) {
      const disk = await copyDisk(staged, path('cut'));
      await table.count(`confirm, after "${point}" (${firmware})`, async () => {
        await cutConfirm(disk, firmware, point);
        expect(await expectWhole(disk, firmware)).toBe('B');
        await withTwin({ disk, scratch: twin.directory, firmware }, async (again) => {
          await again.ready('B');
          for (;;) {
            const { last, slots } = await again.status();
            if (slots.B.status === 'good' && last?.result === 'confirmed') break;
            await sleep(1000);
          }
        });
      });
    }
  },
  60 * minute,
);

let staged: string | undefined;
/** 1.0.0 in A, good, and 2.0.0 in B, to be tried. */
async function stagedDisk(): Promise<string> {
  if (staged !== undefined) return staged;
  const disk = await copyDisk(twin.disk, path('staged'));
  await withTwin({ disk, scratch: twin.directory, media: twin.media }, async (machine) => {
    await machine.ready('A');
    await machine.run('mount -t squashfs /dev/vdb /mnt');
    await machine.run('catamaran-agent stage --from /mnt/2.0.0');
  });
  staged = disk;
  return disk;
}

async function cutConfirm(disk: string, firmware: Firmware, point: string): Promise<void> {
  const machine = await startTwin({ disk, scratch: twin.directory, firmware });
  try {
    await machine.ready('B');
    await machine.run(`echo ${numberOf(point)} >/run/catamaran/crash-at`);
    await machine.run('catamaran-agent confirm >/dev/null 2>&1 &');
    await machine.serial.waitFor(new RegExp(`crash point \\d+, ${point}`), 4 * minute);
  } finally {
    await machine.kill();
  }
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
        await sleep(500 + random() * 6000);
        const firmware = nextFirmware();
        await atPowerCut(machine, { disk: work, to: path('cut') }, (cut) =>
          table.count(`stage, at a random instant (${firmware})`, () => expectWhole(cut, firmware)),
        );
        await unlink(path('cut'));
      }
    } finally {
      await machine.kill();
    }
  },
  180 * minute,
);

/** The disk by itself, without booting it: which slot the boot loader would choose, and that it is whole to the last bit. */
async function expectChoiceWhole(disk: string): Promise<void> {
  const [env1, env2] = (await readStates(disk)) as [Buffer, Buffer];
  const { slots } = await inspectImage(disk, { verify: true });
  const wrong = (name: 'A' | 'B') =>
    slots.find((slot) => slot.name === name)?.checks?.flatMap(({ what, ok }) => (ok ? [] : [what]));
  const starts = (name: 'A' | 'B') => {
    const failed = wrong(name);
    return failed?.every((what) => !['boot archive', 'kernel', 'initrd'].includes(what)) ?? false;
  };
  const readable = { A: starts('A'), B: starts('B') };
  const { slot, rescue } = chooseBoot({ env1, env2, writable: true, readable });
  expect(rescue).toBe(false);
  expect(wrong(slot!)).toEqual([]);
}

test(
  'after every flush of an update, with a random part of what came later lost, the next boot is whole',
  async () => {
    const random = randomFrom(seed);
    const [disk, log] = [await copyDisk(twin.disk, path('logged')), join(twin.directory, 'writes.log')];
    const flushed = await copyDisk(disk, path('flushed'));
    await writeFile(log, '');
    const image = loggedDisk(disk, log);
    await withTwin({ disk, image, scratch: twin.directory, media: twin.media }, async (machine) => {
      await machine.ready('A');
      await machine.run('mount -t squashfs /dev/vdb /mnt');
      await machine.run('catamaran-agent stage --from /mnt/2.0.0');
      await machine.run('reboot');
      await machine.ready('B');
      await machine.serial.waitFor(/slot B with 2.0.0 is good/, 3 * minute);
      await machine.run('sync');
    });
    const epochs = await readWriteLog(log);
    expect(epochs.length).toBeGreaterThan(20);
    const every = everything ? 1 : Math.ceil(epochs.length / 12);
    const booted = everything ? undefined : every * 6;
    for (const [index, epoch] of epochs.entries()) {
      if (index % every === 0 && epoch.length > 0) {
        const firmware = nextFirmware();
        await table.count(`unflushed writes lost (${firmware})`, async () => {
          const cut = await copyDisk(flushed, path('cut'));
          // What is lost is a little of it, half, or nearly all.
          const share = random();
          await applyEpoch(log, cut, epoch, () => random() < share);
          await expectChoiceWhole(cut);
          if (booted === undefined || index === booted) await expectWhole(cut, firmware);
        });
      }
      await applyEpoch(log, flushed, epoch, () => true);
    }
    // The log holds everything: replayed as a whole it is the machine's own disk, in each part that an update writes.
    for (const role of ['ab-state', 'boot-b', 'root-b', 'hash-b'] as const) {
      const [replayed, real] = [
        await readPart(flushed, role, 0, 1 << 20),
        await readPart(disk, role, 0, 1 << 20),
      ];
      expect(replayed.equals(real), role).toBe(true);
    }
  },
  120 * minute,
);

test(
  `at ${cuts} random instants of the boot loader the next boot is whole`,
  async () => {
    const random = randomFrom(seed);
    const staged = await stagedDisk();
    for (let count = 0; count < cuts; count++) {
      const disk = await copyDisk(staged, path('cut'));
      const firmware = nextFirmware();
      await table.count(`the boot loader, at a random instant (${firmware})`, async () => {
        const machine = await startTwin({ disk, scratch: twin.directory, firmware });
        if (firmware === 'uefi') await machine.serial.waitFor(/BdsDxe: starting/, 2 * minute);
        else await sleep(300);
        await sleep(random() * 2500);
        await machine.kill();
        expect((await readStates(disk)).map(parseEnv).filter(Boolean)).not.toEqual([]);
        await expectWhole(disk, firmware);
      });
    }
  },
  180 * minute,
);
