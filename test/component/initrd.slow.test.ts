// The functions of the initrd's /init, in the very BusyBox that runs them there: what it makes of the slot state, how it tells
// a disk from its copies, and that the watchdog is fed while e2fsck runs. The whole of it runs in test/boot.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { envOffsets, envSize, type SlotName } from '../../src/slots/constants.ts';
import { chooseState, parseEnv, serialiseEnv } from '../../src/slots/env.ts';
import type { SlotState } from '../../src/slots/state.ts';
import { anyState } from '../slots/any-state.ts';
import { addApplets, addProgram, busyboxCommand, type Words } from '../support/busybox.ts';

const applets = [
  ...[
    'cat',
    'chmod',
    'mkdir',
    'dd',
    'find',
    'grep',
    'head',
    'mkfifo',
    'sed',
    'sha256sum',
    'sleep',
    'sort',
    'tail',
  ],
  'tr',
];
let scratch: string;
let busybox: Words;
let functions: string;
let init: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'catamaran-initrd-'));
  busybox = await busyboxCommand();
  await addApplets(join(scratch, 'bin'), applets);
  init = await readFile('components/initrd/rootfs/init', 'utf8');
  functions = init
    .replace(/\nmain\n$/, '\n')
    .replaceAll('/run/', `${scratch}/run/`)
    .replaceAll('/dev/watchdog', '/dev/null')
    .replaceAll('/sys/bus', `${scratch}/sys/bus`)
    .replace(/^export PATH=.*$/m, `export PATH=${scratch}/bin`);
});
afterAll(() => rm(scratch, { recursive: true, force: true }));
beforeEach(async () => {
  await rm(join(scratch, 'run'), { recursive: true, force: true });
  await mkdir(join(scratch, 'run/catamaran'), { recursive: true });
});

/** Partitions are files in the scratch directory, by their labels. What is said comes out. */
async function run(code: string): Promise<string> {
  const stubs = `say() { echo "$*"; }
warn() { echo "$*"; }
partition() { device=${scratch}/$1; [ -e "$device" ]; }
`;
  const script = join(scratch, 'script');
  await writeFile(script, `${functions}${stubs}${code}`);
  const [file, ...args] = busybox;
  return (await promisify(execFile)(file, [...args, 'sh', script])).stdout;
}

const flag = (name: string) =>
  readFile(join(scratch, 'run/catamaran', name)).then(
    () => true,
    () => false,
  );

async function writeCopies(copies: readonly Uint8Array[]): Promise<void> {
  const bytes = Buffer.alloc(16_384);
  for (const [index, copy] of copies.entries()) bytes.set(copy, envOffsets[index]!);
  await writeFile(join(scratch, 'ab-state'), bytes);
}

async function readCopies(): Promise<(SlotState | undefined)[]> {
  const bytes = await readFile(join(scratch, 'ab-state'));
  return envOffsets.map((offset) => parseEnv(bytes.subarray(offset, offset + envSize)));
}

const zeros = Buffer.alloc(envSize);
const state = (gen: number, first: SlotName, A: SlotState['A'], B: SlotState['B']): SlotState => ({
  gen,
  first,
  A,
  B,
});
const start = (slot: SlotName, then = '') => {
  const [suffix, other] = slot === 'A' ? ['a', 'b'] : ['b', 'a'];
  return run(
    `slot=${slot} suffix=${suffix} other_suffix=${other} status= root=${scratch}/root root_hash=${'ab'.repeat(32)}\nput_on_probation\n${then}`,
  );
};

test('a copy of the slot state means what it means to the agent and to the boot loader', async () => {
  const damaged = fc
    .tuple(anyState, fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 255 }))
    .map(([found, at, byte]) => {
      const bytes = Buffer.from(serialiseEnv(found));
      bytes[at] = byte;
      return bytes;
    })
    // A quoted or a zero byte within a value is no value to anybody, but each reader has its own way of passing over it.
    .filter((bytes) => !bytes.includes(0) && !bytes.includes('\\'));
  const copies = fc.sample(fc.tuple(damaged, damaged), { numRuns: 60, seed: 20_260 });
  copies.push([zeros, zeros], [zeros, Buffer.from(serialiseEnv(state(2, 'B', 'bad', 'try0')))]);
  const image = Buffer.concat(
    copies.map(([one, two]) => {
      const part = Buffer.alloc(16_384);
      part.set(one, envOffsets[0]);
      part.set(two, envOffsets[1]);
      return part;
    }),
  );
  await writeFile(join(scratch, 'states'), image);
  const output = await run(`for i in $(${busybox.join(' ')} seq 0 ${copies.length - 1}); do
  dd if=${scratch}/states of=${scratch}/one bs=16384 skip=$i count=1 2>/dev/null
  read_state ${scratch}/one
  echo "$newest"
done`);
  const expected = copies.map(([one, two]) => {
    const found = chooseState(one, two);
    return found ? `${found.gen} ${found.first === 'A' ? 'A_B' : 'B_A'} ${found.A} ${found.B}` : '';
  });
  expect(output.trimEnd().split('\n')).toEqual(expected);
  expect(expected.filter((line) => line === '').length).toBeGreaterThan(1);
});

describe('probation', () => {
  test.each([
    ['A', state(8, 'A', 'try3', 'good')],
    ['B', state(8, 'A', 'good', 'try3')],
  ] as const)('slot %s, with the other one good, gets three more starts', async (slot, after) => {
    await writeCopies([
      serialiseEnv(state(7, 'A', 'good', 'good')),
      serialiseEnv(state(7, 'A', 'good', 'good')),
    ]);
    await start(slot);
    expect(await readCopies()).toEqual([after, after]);
    expect(await flag('probation')).toBe(true);
  });

  test.each([
    ['the other slot is bad', [state(7, 'A', 'good', 'bad'), state(7, 'A', 'good', 'bad')]],
    ['it is a trial', [state(7, 'A', 'try1', 'good'), state(7, 'A', 'try1', 'good')]],
    ['the copies are not alike', [state(7, 'A', 'good', 'good'), state(8, 'A', 'good', 'good')]],
    ['the second copy is lost', [state(7, 'A', 'good', 'good'), undefined]],
    ['the first copy is lost', [undefined, state(7, 'A', 'good', 'good')]],
  ] as const)('the state stays as it is where %s', async (_, copies) => {
    await writeCopies(copies.map((copy) => (copy ? serialiseEnv(copy) : zeros)));
    await start('A');
    expect(await readCopies()).toEqual(copies);
    expect(await flag('probation')).toBe(false);
  });

  test.each([
    ['A', 'boot-b', 'slot.cfg\0', state(1, 'A', 'try3', 'good')],
    ['A', 'boot-b', '\0'.repeat(9), state(1, 'A', 'try3', 'none')],
    ['B', 'boot-a', 'slot.cfg\0', state(1, 'B', 'good', 'try3')],
  ] as const)('a lost state is made up in slot %s, with %s %j', async (slot, other, content, after) => {
    await writeCopies([zeros, Buffer.from(serialiseEnv(after)).fill('x', 30, 40)]);
    await writeFile(join(scratch, other), content);
    expect(await start(slot)).toContain('both copies of the slot state are lost');
    expect(await readCopies()).toEqual([after, after]);
    const bytes = await readFile(join(scratch, 'ab-state'));
    expect(bytes.subarray(envOffsets[0], envOffsets[0] + envSize)).toEqual(Buffer.from(serialiseEnv(after)));
    expect(await flag('probation')).toBe(true);
  });
});

describe('a trial', () => {
  const confirmed = 'var/lib/catamaran/slots/confirmed.json';
  const boot = async (before: SlotState, records?: string) => {
    await rm(join(scratch, 'root'), { recursive: true, force: true });
    if (records !== undefined) {
      await mkdir(join(scratch, 'root/var/lib/catamaran/slots'), { recursive: true });
      await writeFile(join(scratch, 'root', confirmed), records);
    }
    await writeCopies([serialiseEnv(before), serialiseEnv(before)]);
    await start('B', 'mark_trial');
    return flag('trial');
  };
  const other = JSON.stringify(['cd'.repeat(32)]);
  const own = JSON.stringify(['cd'.repeat(32), 'ab'.repeat(32)]);

  test('is what has tries and is not on record as having been good', async () => {
    expect(await boot(state(7, 'B', 'good', 'try2'), other)).toBe(true);
    expect(await boot(state(7, 'B', 'good', 'try0'), other)).toBe(true);
  });

  test('is not what has been good, on probation in an earlier boot', async () => {
    expect(await boot(state(7, 'B', 'good', 'try2'), own)).toBe(false);
  });

  test('is not what is put on probation in this boot, whatever is on record', async () => {
    expect(await boot(state(7, 'B', 'good', 'good'), other)).toBe(false);
    expect(await flag('probation')).toBe(true);
    expect(await flag('gate-passed')).toBe(false);
  });

  test('is not a good slot', async () => {
    expect(await boot(state(7, 'B', 'bad', 'good'))).toBe(false);
    // Nor has it a gate to pass; what is on probation has.
    expect(await flag('gate-passed')).toBe(true);
  });

  test('is assumed where the records are lost', async () => {
    expect(await boot(state(7, 'B', 'good', 'try2'))).toBe(true);
  });
});

test('what appears after the drivers were loaded, and before anybody listens, has its driver loaded as well', async () => {
  const device = join(scratch, 'sys/bus/scsi/devices/stick');
  await mkdir(device, { recursive: true });
  const output = await run(`
fail() { echo "failed: $1"; exit; }
modprobe() { case "$*" in *scsi:t-0x00*) : >${scratch}/run/sda ;; esac; }
uevent() { exec sleep 60 >/dev/null; }
stick() { [ -e ${scratch}/run/sda ]; }
device_limit=6
load_drivers
echo scsi:t-0x00 >${device}/modalias
wait_for stick 'a stick'
echo there`);
  expect(output).toBe('waiting for a stick\nthere\n');
});

test('a partition is found by its label, one that was not there before, too, and on another disk', async () => {
  const uevent = async (disk: string, number: number, label: string) => {
    const directory = join(scratch, disk, `${disk}${number}`);
    await mkdir(directory, { recursive: true });
    const lines = ['MAJOR=8', `DEVNAME=${disk}${number}`, 'DEVTYPE=partition', `PARTNAME=${label}`];
    await writeFile(join(directory, 'uevent'), lines.map((line) => `${line}\n`).join(''));
  };
  await uevent('vda', 1, 'boot a');
  await uevent('vda', 2, 'data');
  await uevent('vdb', 1, 'data');
  const find = init.match(/^partition\(\) \{[\s\S]*?^find_partition\(\) \{[\s\S]*?^\}$/m)![0];
  const output = await run(`${find}
listed=''
look() { disk=${scratch}/$1; partition "$2" && echo "$device" || echo none; }
look vda data
look vda 'boot a'
look vda late
mkdir ${scratch}/vda/vda3
printf 'DEVNAME=vda3\\nPARTNAME=late\\n' >${scratch}/vda/vda3/uevent
look vda late
look vdb data
look vdb late`);
  expect(output.split('\n')).toEqual([
    '/dev/vda2',
    '/dev/vda1',
    'none',
    '/dev/vda3',
    '/dev/vdb1',
    'none',
    '',
  ]);
});

describe('the disk', () => {
  test('is told by the generation of its state', async () => {
    await writeCopies([zeros, serialiseEnv(state(7, 'A', 'good', 'good'))]);
    const fits = (generation: string) =>
      run(`generation=${generation} disk=x; has_generation && echo yes || echo no`);
    expect(await fits('7')).toBe('yes\n');
    expect(await fits('6')).toBe('no\n');
    expect(await fits('0')).toBe('no\n');
    // The boot loader of an image that is older than this argument.
    expect(await fits('')).toBe('yes\n');
    await writeCopies([zeros, zeros]);
    expect(await fits('0')).toBe('yes\n');
  });
});

describe('e2fsck', () => {
  const check = async (settings: string) => {
    await writeFile(join(scratch, 'run/fed'), '');
    return run(`printf() { [ "$1" = . ] && echo fed >>${scratch}/run/fed; }
device=data ${settings}
check_data && echo mounted || echo given up`);
  };
  const meals = async () => (await readFile(join(scratch, 'run/fed'), 'utf8')).split('\n').length - 1;

  test('on a clean file system takes no time and feeds nothing', async () => {
    await addProgram(join(scratch, 'bin'), 'e2fsck', 'exit 0');
    expect(await check('feeding_step=60')).toBe('mounted\n');
    expect(await meals()).toBe(0);
  });

  test('while it runs the watchdog is fed', async () => {
    await addProgram(
      join(scratch, 'bin'),
      'e2fsck',
      `until [ "$(grep -c . ${scratch}/run/fed)" -ge 3 ]; do sleep 0.1; done`,
    );
    expect(await check('feeding_step=0.1 feeding_limit=1000000')).toBe('mounted\n');
  });

  test('that finds what it does not mend by itself is asked to mend everything', async () => {
    await addProgram(
      join(scratch, 'bin'),
      'e2fsck',
      'echo "called with $*"; [ "$1" != -p ] || exit 4; exit 1',
    );
    expect(await check('feeding_step=60')).toBe(
      'e2fsck -p data: called with -p data\ne2fsck -y data ended with 1: called with -f -y data\nmounted\n',
    );
  });

  test('that does not come to an end is ended, and the machine goes on without its data', async () => {
    await addProgram(join(scratch, 'bin'), 'e2fsck', `echo $$ >${scratch}/run/pid; exec sleep 1000000`);
    expect(await check('feeding_step=1 feeding_limit=3')).toBe(
      'e2fsck has not come to an end in 3 seconds\ngiven up\n',
    );
    expect(await meals()).toBe(2);
    const pid = Number(await readFile(join(scratch, 'run/pid'), 'utf8'));
    await expect.poll(() => isAlive(pid)).toBe(false);
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
