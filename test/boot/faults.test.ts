// Whatever is wrong with one hull, the machine comes up on the other: each row is a fault, done to a disk or switched on
// for one slot, and what the machine has to come to by itself, without anybody touching it.
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { Firmware } from '../../src/base/firmware.ts';
import type { SlotName } from '../../src/slots/constants.ts';
import { parseEnv, serialiseEnv } from '../../src/slots/env.ts';
import type { SlotState } from '../../src/slots/state.ts';
import { debuggerStub, hangKernel } from '../faults/hang-kernel.ts';
import { eachRun, everything, faultTable } from '../faults/table.ts';
import { makeTwinDisks, type TwinDisks } from '../faults/twin-disks.ts';
import {
  addArgument,
  copyDisk,
  flipByte,
  readStates,
  type TwinMachine,
  withTwin,
  writePart,
  writeStates,
} from '../support/twin-machine.ts';

const minute = 60_000;
const KiB = 1024;
/** One start is enough to see a trial fail; that there are three is the loader's tests' to show. */
const lastTry: SlotState = { gen: 100, first: 'B', A: 'good', B: 'try1' };
/** A slot that is passed over has tries left: that is how it is told from one that has failed. */
const firstTry: SlotState = { ...lastTry, B: 'try3' };
const bothGood: SlotState = { gen: 100, first: 'A', A: 'good', B: 'good' };

let disks: TwinDisks;
const table = faultTable('fault');
beforeAll(async () => {
  disks = await makeTwinDisks();
}, 15 * minute);
afterAll(() => rm(disks.directory, { recursive: true, force: true }));

let count = 0;
const fresh = (from: string) => copyDisk(from, join(disks.directory, `run-${++count}.raw`));
const fault = (name: string) => (disk: string) => addArgument(disk, 'boot-b', `test.fault=${name}`);

interface Trial {
  readonly name: string;
  /** In the sample, under this firmware. */
  readonly sample?: Firmware;
  readonly disk?: 'noInit' | 'impatient';
  readonly watchdog?: boolean;
  readonly harm: (disk: string) => Promise<void>;
  /** Done to the trial as soon as its services have come up. */
  readonly act?: (machine: TwinMachine, stub: string) => Promise<void>;
  /** What the trial shows on the console before it goes down. */
  readonly seen: RegExp;
  readonly reason: RegExp;
  /** The machine is then given a release that is sound. */
  readonly thenUpdate?: true;
}

const started = /came as far as user space in 1 of its starts/;
const never = /never came as far as user space/;
const unreadable = /could not read its boot archive/;
const tooLate = /not confirmed 60 seconds after boot; the last step was: onboot 000-stuck/;

const trials: Trial[] = [
  {
    name: 'panics in its kernel',
    sample: 'uefi',
    harm: fault('panic'),
    seen: /Kernel panic - not syncing/,
    reason: started,
    thenUpdate: true,
  },
  {
    name: 'has an initrd that panics',
    harm: (disk) => addArgument(disk, 'boot-b', 'rdinit=/usr/bin/false'),
    seen: /Attempted to kill init/,
    reason: never,
  },
  {
    name: 'has no init',
    disk: 'noInit',
    harm: async () => {},
    seen: /the root image has no \/sbin\/init/,
    reason: never,
  },
  {
    name: 'hangs in its kernel, with interrupts off, and there is a watchdog device',
    sample: 'bios',
    watchdog: true,
    // Meanwhile its gate has something to wait for.
    harm: fault('endless'),
    act: (_, stub) => hangKernel(stub),
    seen: /stage 2/,
    reason: started,
  },
  {
    name: 'keeps everything from the processor, and there is a watchdog device',
    watchdog: true,
    harm: fault('hang-kernel'),
    seen: /stage 2/,
    reason: started,
  },
  {
    name: 'keeps everything from the processor, and there is only softdog',
    harm: fault('hang-kernel'),
    seen: /stage 2/,
    reason: started,
  },
  {
    name: 'hangs in user space, and there is a watchdog device',
    watchdog: true,
    harm: fault('hang-user'),
    seen: /stage 2/,
    reason: started,
  },
  {
    name: 'hangs in user space, and there is only softdog',
    harm: fault('hang-user'),
    seen: /stage 2/,
    reason: started,
  },
  {
    name: 'has an onboot container that never ends',
    sample: 'bios',
    disk: 'impatient',
    harm: fault('hang-onboot'),
    seen: tooLate,
    reason: tooLate,
  },
  {
    name: 'has a data partition that stops, and its gate with it',
    disk: 'impatient',
    harm: fault('stop-data'),
    seen: /not confirmed 60 seconds after boot; the last step was: stage 2: services/,
    reason: started,
  },
  {
    name: 'fails its health check',
    sample: 'bios',
    disk: 'impatient',
    harm: fault('unhealthy'),
    seen: /is not confirmed 60 seconds after boot; rebooting/,
    reason: /fault ended with status 1: the test asks for it/,
  },
  {
    name: 'has a health check that never ends',
    disk: 'impatient',
    harm: fault('endless'),
    seen: /is not confirmed 60 seconds after boot; rebooting/,
    reason: /fault did not end in time/,
  },
  {
    name: 'has one flipped byte in its root',
    sample: 'uefi',
    harm: (disk) => flipByte(disk, 'root-b', 17),
    seen: /data block 0 is corrupted/,
    reason: never,
  },
  {
    name: 'has one flipped byte in its hash tree',
    harm: (disk) => flipByte(disk, 'hash-b', 4096 + 5),
    seen: /metadata block 1 is corrupted/,
    reason: never,
  },
  {
    name: 'has a boot archive of zeros',
    harm: (disk) => writePart(disk, 'boot-b', 0, Buffer.alloc(64 * KiB)),
    seen: /slot A/,
    reason: unreadable,
    thenUpdate: true,
  },
  {
    name: 'has a boot archive that ends in its kernel',
    harm: (disk) => writePart(disk, 'boot-b', 1 << 20, Buffer.alloc(40 << 20)),
    seen: /slot A/,
    reason: unreadable,
  },
];

describe('a trial falls back to the old version when it', () => {
  eachRun(trials, async (row) => {
    const {
      name,
      firmware,
      watchdog = false,
      disk: kind = 'staged',
      harm,
      act,
      seen,
      reason,
      thenUpdate,
    } = row;
    await table.count(`trial ${name}`, async () => {
      const disk = await fresh(disks[kind]);
      const state = reason === unreadable ? firstTry : lastTry;
      await writeStates(disk, state, state);
      await harm(disk);
      const stub = `${disk}.gdb`;
      const extra = act ? debuggerStub(stub) : [];
      const { directory: scratch, media } = disks;
      await withTwin({ disk, scratch, media, firmware, watchdog, extra }, async (machine) => {
        await machine.serial.waitFor(seen, 6 * minute);
        if (act) {
          await machine.ready('B');
          await act(machine, stub);
        }
        await machine.ready('A', 8 * minute);
        // Nobody has rebooted what hangs, but what watches over it.
        if (seen.source === 'stage 2')
          expect(machine.serial.text).not.toMatch(/catamaran: .*rebooting|Kernel panic/);
        const status = await machine.status();
        expect(status).toMatchObject({
          slot: 'A',
          version: '1.0.0',
          rootHash: disks.releases['1.0.0'].manifest.roothash,
          slots: { A: { status: 'good' }, B: { status: 'bad' } },
          next: 'A',
          last: { result: 'rolled back', slot: 'B', reason: expect.stringMatching(reason) },
        });
        expect(status.failed).toHaveLength(1);
        if (thenUpdate) await expectUpdated(machine);
      });
    });
  });
});

/** What is written over the release that has failed is tried, and kept. */
async function expectUpdated(machine: TwinMachine): Promise<void> {
  await machine.run('mount -t squashfs /dev/vdb /mnt');
  await machine.run('catamaran-agent stage --force --from /mnt/2.0.0', 5 * minute);
  await machine.run('reboot');
  await machine.ready('B');
  await machine.serial.waitFor(/slot B with 2.0.0 is good/, 4 * minute);
  expect(await machine.status()).toMatchObject({
    slots: { A: { status: 'good' }, B: { status: 'good' } },
    last: { result: 'confirmed', slot: 'B', version: '2.0.0' },
  });
}

interface Harm {
  readonly name: string;
  readonly sample?: Firmware;
  readonly harm: (disk: string) => Promise<void>;
  readonly reason: RegExp;
}

const good: Harm[] = [
  {
    name: 'has one flipped byte in its root',
    sample: 'bios',
    harm: (disk: string) => flipByte(disk, 'root-a', 17),
    reason: /has not come up again/,
  },
  {
    name: 'has a boot archive of zeros',
    harm: (disk: string) => writePart(disk, 'boot-a', 0, Buffer.alloc(64 * KiB)),
    reason: unreadable,
  },
];

describe('a slot that was good gives way to the other good one when it', () => {
  eachRun(good, async ({ name, firmware, harm, reason }) => {
    await table.count(`good slot ${name}`, async () => {
      const disk = await fresh(disks.confirmed);
      await writeStates(disk, bothGood, bothGood);
      await harm(disk);
      await withTwin({ disk, scratch: disks.directory, firmware }, async (machine) => {
        await machine.ready('B', 8 * minute);
        expect(await machine.status()).toMatchObject({
          slot: 'B',
          slots: { A: { status: 'bad' }, B: { status: 'good' } },
          last: { result: 'rolled back', slot: 'A', reason: expect.stringMatching(reason) },
          // A disk that has gone bad says nothing against the release.
          failed: [],
        });
      });
    });
  });
});

const zeros = Buffer.alloc(KiB);
const torn = Buffer.concat([
  serialiseEnv({ ...lastTry, gen: 101 }).subarray(0, 40),
  serialiseEnv(lastTry).subarray(40),
]);
const stay: SlotState = { gen: 100, first: 'B', A: 'good', B: 'good' };
interface StateFault {
  readonly name: string;
  readonly sample?: Firmware;
  readonly copies: readonly (SlotState | Uint8Array)[];
  readonly slot: SlotName;
  /** By the initrd: then the slot is on probation until it has stayed up. */
  readonly madeUp?: true;
}

const states: StateFault[] = [
  { name: 'copy 1 is zeros', copies: [zeros, stay], slot: 'B' },
  { name: 'copy 2 is zeros', copies: [stay, zeros], slot: 'B' },
  { name: 'copy 1 is torn', copies: [torn, stay], slot: 'B' },
  { name: 'copy 2 is torn', copies: [stay, torn], slot: 'B' },
  { name: 'both copies are zeros', copies: [zeros, zeros], slot: 'A', sample: 'uefi', madeUp: true },
];

describe('the slot state is made whole again when', () => {
  eachRun(states, async ({ name, firmware, copies, slot, madeUp }) => {
    await table.count(`slot state: ${name}`, async () => {
      const disk = await fresh(disks.confirmed);
      await writeStates(disk, ...copies);
      await withTwin({ disk, scratch: disks.directory, firmware }, async (machine) => {
        await machine.ready(slot);
        if (madeUp) await machine.serial.waitFor(new RegExp(`slot ${slot} with .* is good`), 4 * minute);
        expect(await machine.status()).toMatchObject({ slot, state: 'whole', next: slot });
      });
      expect((await readStates(disk)).map(parseEnv).every((state) => state?.[slot] === 'good')).toBe(true);
    });
  });
});

const readOnly: { readonly name: string; readonly sample?: Firmware }[] = [
  { name: 'with a disk that cannot be written the good slot starts and a trial does not', sample: 'bios' },
];
eachRun(readOnly, async ({ firmware }) => {
  await table.count('disk cannot be written', async () => {
    const disk = await fresh(disks.staged);
    const extra = ['-set', 'drive.disk0.readonly=on'];
    await withTwin({ disk, scratch: disks.directory, firmware, extra }, async (machine) => {
      await machine.ready('A');
      expect(await machine.status()).toMatchObject({
        slot: 'A',
        version: '1.0.0',
        slots: { B: { status: 'try3' } },
      });
    });
  });
});

const rescues: { readonly name: string; readonly sample?: Firmware }[] = [
  { name: 'when the state calls both slots bad, the one that starts is started as a rescue', sample: 'bios' },
];
eachRun(rescues, async ({ firmware }) => {
  await table.count('both slots bad in the state', async () => {
    const disk = await fresh(disks.confirmed);
    const bad: SlotState = { gen: 100, first: 'B', A: 'bad', B: 'bad' };
    await writeStates(disk, bad, bad);
    await flipByte(disk, 'root-a', 17);
    await withTwin({ disk, scratch: disks.directory, firmware }, async (machine) => {
      await machine.ready('B');
      expect(machine.serial.text).toContain('catamaran: slot B catamaran.rescue');
      await machine.serial.waitFor(/login:/, 2 * minute);
      // What the last entry of the boot loader has chosen says nothing about the slots.
      expect(await machine.status()).toMatchObject({
        slot: 'B',
        slots: { A: { status: 'bad' }, B: { status: 'bad' } },
      });
    });
  });
});

interface Loss {
  readonly name: string;
  readonly sample?: Firmware;
  readonly harm: (disk: string, slot: 'a' | 'b') => Promise<void>;
  readonly round: RegExp;
}

const losses: Loss[] = [
  {
    name: 'when both roots are damaged the machine goes on trying, and never waits for a person',
    harm: (disk, slot) => flipByte(disk, `root-${slot}`, 17),
    // The one that is still called good is started again and again, each time from the firmware on.
    round: /catamaran: slot A [\s\S]*?data block 0 is corrupted/,
  },
  {
    name: 'when both boot archives are gone the machine goes on trying, and never waits for a person',
    sample: 'uefi',
    harm: (disk, slot) => writePart(disk, `boot-${slot}`, 0, Buffer.alloc(64 * KiB)),
    round: /no slot can be started; trying again in 30 seconds/,
  },
];

eachRun(losses, async ({ name, firmware, harm, round }) => {
  await table.count(name.split(' the machine')[0]!, async () => {
    const disk = await fresh(disks.confirmed);
    for (const slot of ['a', 'b'] as const) await harm(disk, slot);
    await withTwin({ disk, scratch: disks.directory, firmware }, async (machine) => {
      for (let count = 0; count < (everything ? 3 : 2); count++) {
        // What GRUB says comes twice by this port under UEFI: it counts once for each start of the firmware.
        if (firmware === 'uefi') await machine.serial.waitFor(/BdsDxe: starting/, 8 * minute);
        await machine.serial.waitFor(round, 8 * minute);
      }
      expect(machine.serial.text).not.toContain('grub>');
    });
  });
});
