// What a machine makes of its disk as a whole: copies of it beside it, a partition table that was torn while it was written,
// and a slot state that is lost altogether.
import { createHash } from 'node:crypto';
import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import { open, rm, truncate } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import type { Firmware } from '../../src/base/firmware.ts';
import { inspectImage } from '../../src/disk/inspect.ts';
import { formatGuid } from '../../src/gpt/guid.ts';
import { planTable, type TablePlan } from '../../src/gpt/mend.ts';
import type { PartitionRole } from '../../src/slots/constants.ts';
import { parseEnv } from '../../src/slots/env.ts';
import { freshState, type SlotState } from '../../src/slots/state.ts';
import { eachRun, faultTable } from '../faults/table.ts';
import { makeTwin, type Twin, twinLayout } from '../support/twin.ts';
import {
  copyDisk,
  flipByte,
  readPart,
  readStates,
  type TwinMachine,
  withTwin,
  writePart,
  writeStates,
} from '../support/twin-machine.ts';

const minute = 60_000;
const sector = 512;

let twin: Twin;
const table = faultTable('disk');
beforeAll(async () => {
  twin = await makeTwin();
}, 10 * minute);
afterAll(() => rm(twin.directory, { recursive: true, force: true }));

let count = 0;
const fresh = (from = twin.disk) => copyDisk(from, join(twin.directory, `disk-${++count}.raw`));

/** On the bus that Linux names first: `sda` comes before `vda`. The firmware boots from the other one. */
const besides = (disk: string) => [
  ...['-drive', `if=none,id=copy,format=raw,file=${disk}`],
  ...['-device', 'ide-hd,bus=ide.0,drive=copy'],
];

async function writeBytes(disk: string, offset: number, bytes: Uint8Array): Promise<void> {
  const file = await open(disk, 'r+');
  await file.write(bytes, 0, bytes.length, offset).finally(() => file.close());
}

async function expectAllFrom(machine: TwinMachine, disk: string): Promise<void> {
  expect(await machine.run('cat /run/catamaran/disk')).toBe(disk);
  expect(await machine.run('grep " /var " /proc/self/mounts')).toMatch(new RegExp(`^/dev/${disk}10 `));
  const numbers = (await machine.run(`cat /sys/class/block/${disk}[56]/dev`)).split('\n');
  const root = await machine.run('dmsetup table verity');
  for (const number of numbers) expect(root).toContain(` ${number} `);
}

interface Copies {
  readonly name: string;
  readonly sample?: Firmware;
  /** What stands in both copies of the state, on the disk that is booted and on the copy. */
  readonly states: readonly [SlotState, SlotState];
  /** What else tells them apart. */
  readonly change?: (copy: string) => Promise<void>;
}

const later: SlotState = { ...freshState, gen: 5 };
const copies: Copies[] = [
  {
    name: 'an older state of this very disk beside it is left alone',
    sample: 'bios',
    states: [later, freshState],
  },
  { name: 'a newer state of this very disk beside it is left alone', states: [freshState, later] },
  {
    name: 'a disk of another release with the same state beside it is left alone',
    states: [freshState, freshState],
    change: (copy) => flipByte(copy, 'hash-a', 4096 + 5),
  },
];

describe('booted from the second disk', () => {
  eachRun(copies, async ({ name, firmware, states, change }) => {
    await table.count(name, async () => {
      const [disk, copy] = [await fresh(), await fresh()];
      await writeStates(disk, states[0], states[0]);
      await writeStates(copy, states[1], states[1]);
      await change?.(copy);
      const before = await digest(copy);
      await withTwin({ disk, scratch: twin.directory, firmware, extra: besides(copy) }, async (machine) => {
        await machine.ready('A');
        expect(await machine.run('ls /sys/block')).toMatch(/sda[\s\S]*vda/);
        await expectAllFrom(machine, 'vda');
        await machine.run('sync');
      });
      expect(await digest(copy)).toBe(before);
      // From now on the two have not even the GUID in common.
      const [own, built] = [await inspectImage(disk), await inspectImage(twin.disk)];
      const guid = ({ partitions }: typeof own) => partitions.find(({ label }) => label === 'ab-state')?.guid;
      expect(guid(own)).toMatch(/^.{14}4/);
      expect(guid(own)).not.toBe(guid(built));
      expect((await readStates(disk)).map(parseEnv)).toEqual([states[0], states[0]]);
    });
  });
});

const alike: { readonly name: string; readonly sample?: Firmware }[] = [
  {
    name: 'of two fresh disks from one image the first one is taken, loudly, and the right one at the next boot',
  },
];
eachRun(alike, async ({ name, firmware }) => {
  await table.count(name, async () => {
    const [disk, copy] = [await fresh(), await fresh()];
    const extra = besides(copy);
    await withTwin({ disk, scratch: twin.directory, firmware, extra }, async (machine) => {
      await machine.ready('A');
      expect(machine.serial.text).toMatch(/nothing tells them apart: .*sda .*vda; taking sda/);
      await expectAllFrom(machine, 'sda');
      await machine.run('reboot');
      await machine.ready('A');
      await expectAllFrom(machine, 'vda');
    });
  });
});

async function digest(disk: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(disk)) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

interface Tear {
  readonly name: string;
  readonly sample?: Firmware;
  /** Of the first copy's sectors, those that were written before the power went; the backup has been written whole. */
  readonly kept: readonly number[];
  /** What is lost after that. */
  readonly lost?: 'header' | 'backup';
  /** GRUB under a BIOS needs the first copy's header. */
  readonly only?: Firmware;
}

const tears: Tear[] = [
  { name: 'of which only the new header has been written', sample: 'bios', kept: [1] },
  { name: 'of which only the new GUID has been written', kept: [2] },
  { name: 'of which only the new end has been written', kept: [4] },
  { name: 'of which all but the header has been written', kept: [0, 2, 4] },
  { name: 'of which only the backup has been written', kept: [] },
  { name: 'whose backup is lost', kept: [0, 1, 2, 4], lost: 'backup' },
  { name: 'whose first header is lost', kept: [0, 1, 2, 4], lost: 'header', only: 'uefi' },
];

/** What the machine's agent would write to the disk at its first boot. */
function planGrowth(disk: string, sectors: number): TablePlan {
  const file = openSync(disk, 'r');
  const read = (at: number, count: number) => {
    const bytes = new Uint8Array(count * sector);
    readSync(file, bytes, 0, bytes.length, at * sector);
    return bytes;
  };
  try {
    return planTable({ sectors, read }, { grow: 10, rename: { number: 3, guid: formatGuid(ownGuid) } });
  } finally {
    closeSync(file);
  }
}
const ownGuid = Buffer.from('ffeeddccbbaa4f4f8899aabbccddeeff', 'hex');

describe('a machine comes up, and mends it, with a partition table', () => {
  eachRun(tears, async ({ name, firmware, kept, lost, only = firmware }) => {
    if (only !== firmware) return;
    await table.count(`partition table ${name}`, async () => {
      const disk = await fresh();
      const size = twinLayout.size + (64 << 20);
      await truncate(disk, size);
      const [backup, primary] = planGrowth(disk, size / sector).writes;
      await writeBytes(disk, backup!.sector * sector, backup!.bytes);
      for (const at of kept)
        await writeBytes(disk, at * sector, primary!.bytes.subarray(at * sector, (at + 1) * sector));
      if (lost) await writeBytes(disk, lost === 'header' ? sector : size - sector, new Uint8Array(sector));
      expect(planGrowth(disk, size / sector).writes).not.toEqual([]);
      await withTwin({ disk, scratch: twin.directory, firmware }, async (machine) => {
        await machine.ready('A');
        expect(Number(await machine.run('cat /sys/class/block/vda10/size')) * sector).toBe(
          twinLayout.partitions.at(-1)!.size + (64 << 20),
        );
        await machine.run('sync');
      });
      expect(planGrowth(disk, size / sector).writes).toEqual([]);
    });
  });
});

const lost: { readonly name: string; readonly sample?: Firmware }[] = [
  { name: 'with both copies of the state lost and one flipped byte in root A the machine comes up on B' },
];
eachRun(lost, async ({ name, firmware }) => {
  await table.count(name, async () => {
    const disk = await fresh();
    for (const part of ['boot', 'root', 'hash'] as const) await copyPart(disk, `${part}-a`, `${part}-b`);
    await flipByte(disk, 'root-a', 17);
    await writeStates(disk, Buffer.alloc(1024), Buffer.alloc(1024));
    await withTwin({ disk, scratch: twin.directory, firmware }, async (machine) => {
      await machine.ready('B', 8 * minute);
      expect(await machine.status()).toMatchObject({ slot: 'B', state: 'whole', next: 'B' });
    });
    expect((await readStates(disk)).map((copy) => parseEnv(copy)?.B)).toEqual(['good', 'good']);
  });
});

async function copyPart(disk: string, from: PartitionRole, to: PartitionRole): Promise<void> {
  const { size } = twinLayout.partitions.find(({ role }) => role === from)!;
  for (let offset = 0; offset < size; offset += 1 << 20) {
    const bytes = await readPart(disk, from, offset, 1 << 20);
    if (bytes.some((byte) => byte !== 0)) await writePart(disk, to, offset, bytes);
  }
}
