// A twin-root machine in QEMU: its disk is patched between runs, as faults do; while it runs, commands go in by the second
// serial port. It reboots by itself, so that one run sees trials, fallbacks and what comes after them.
import { execFile } from 'node:child_process';
import { open } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { Status } from '../../src/agent/slots/status.ts';
import type { Firmware } from '../../src/base/firmware.ts';
import { partitionOf } from '../../src/disk/disk-layout.ts';
import type { Machine } from '../../src/run/machine.ts';
import { envOffsets, envSize, type PartitionRole, type SlotName } from '../../src/slots/constants.ts';
import { serialiseEnv } from '../../src/slots/env.ts';
import type { SlotState } from '../../src/slots/state.ts';
import { startTestMachine, type TestMachineOptions, withSerialLog } from './machine.ts';
import { twinLayout } from './twin.ts';

const minute = 60_000;

/** Sparse, so that a copy costs what is in it. */
export async function copyDisk(from: string, to: string): Promise<string> {
  await promisify(execFile)('cp', ['--sparse=always', from, to]);
  return to;
}

/** `offset` counts from the partition's beginning. */
export async function readPart(
  disk: string,
  role: PartitionRole,
  offset: number,
  size: number,
): Promise<Buffer> {
  const file = await open(disk, 'r');
  const bytes = Buffer.alloc(size);
  await file.read(bytes, 0, size, partitionOf(twinLayout, role).offset + offset).finally(() => file.close());
  return bytes;
}

export async function writePart(
  disk: string,
  role: PartitionRole,
  offset: number,
  bytes: Uint8Array,
): Promise<void> {
  const file = await open(disk, 'r+');
  const place = partitionOf(twinLayout, role).offset + offset;
  await file.write(bytes, 0, bytes.length, place).finally(() => file.close());
}

export async function flipByte(disk: string, role: PartitionRole, offset: number): Promise<void> {
  const bytes = await readPart(disk, role, offset, 1);
  await writePart(disk, role, offset, Uint8Array.of(bytes[0]! ^ 0x20));
}

export async function writeStates(
  disk: string,
  ...copies: readonly (SlotState | Uint8Array)[]
): Promise<void> {
  for (const [index, copy] of copies.entries()) {
    const bytes = copy instanceof Uint8Array ? copy : serialiseEnv(copy);
    await writePart(disk, 'ab-state', envOffsets[index]!, bytes);
  }
}

export async function readStates(disk: string): Promise<Buffer[]> {
  return Promise.all(envOffsets.map((offset) => readPart(disk, 'ab-state', offset, envSize)));
}

/** One more word for the kernel, in the boot archive of one slot; there is room for it in slot.cfg's last block. */
export async function addArgument(disk: string, role: 'boot-a' | 'boot-b', argument: string): Promise<void> {
  const bytes = await readPart(disk, role, 0, 4096);
  const size = Number.parseInt(bytes.toString('latin1', 124, 135), 8);
  const text = bytes.toString('latin1', 512, 512 + size).replace(/'\n$/, ` ${argument}'\n`);
  if (Math.ceil(text.length / 512) !== Math.ceil(size / 512))
    throw new RangeError('slot.cfg grows by a block');
  bytes.write(text.length.toString(8).padStart(11, '0'), 124, 'latin1');
  bytes.write(' '.repeat(8), 148, 'latin1');
  const sum = bytes.subarray(0, 512).reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  bytes.write(text, 512, 'latin1');
  await writePart(disk, role, 0, bytes);
}

export interface TwinMachine extends Machine {
  /** Runs one line on the machine; fails unless it ends with 0. */
  run(line: string, limit?: number): Promise<string>;
  /** Any status. */
  try(line: string, limit?: number): Promise<{ status: number; output: string }>;
  status(): Promise<Status>;
  /** Waits until a boot from this slot has come to its services; one that has been waited for does not count again. */
  ready(slot: SlotName | 'either', limit?: number): Promise<SlotName>;
}

export interface TwinRun {
  readonly disk: string;
  readonly scratch: string;
  readonly media?: string;
  readonly firmware?: Firmware;
  readonly watchdog?: boolean;
  /** In bytes. */
  readonly memory?: number;
  /** More of QEMU's arguments. */
  readonly extra?: readonly string[];
  readonly onReboot?: 'reboot' | 'exit';
  /** For QEMU, where it is not just the disk's path. */
  readonly image?: string;
  /** What it has otherwise. */
  readonly more?: Partial<TestMachineOptions>;
}

let count = 0;

export async function startTwin(options: TwinRun): Promise<TwinMachine> {
  const {
    disk,
    scratch,
    media,
    firmware = 'bios',
    watchdog = false,
    memory = 512 << 20,
    extra = [],
    onReboot = 'reboot',
    image = disk,
    more = {},
  } = options;
  const path = join(scratch, `shell-${process.pid}-${++count}`);
  const drive = `if=none,id=media,format=raw,readonly=on,file=${media}`;
  const machine = await startTestMachine({
    image,
    format: 'raw',
    firmware,
    snapshot: false,
    memory,
    network: 'none',
    watchdog,
    onReboot,
    ...more,
    extra: [
      ...['-chardev', `socket,id=shell,path=${path},server=on,wait=off`, '-serial', 'chardev:shell'],
      ...(media === undefined ? [] : ['-drive', drive, '-device', 'virtio-blk-pci,drive=media']),
      ...extra,
      ...(more.extra ?? []),
    ],
  });
  const shell = await openShell(path);
  machine.exited.then(() => shell.close());
  const attempt = (line: string, limit = 2 * minute) => withSerialLog(machine, () => shell.run(line, limit));
  const run = async (line: string, limit?: number) => {
    const { status, output } = await attempt(line, limit);
    if (status !== 0) throw new Error(`${line} ended with status ${status}: ${output}`);
    return output;
  };
  return {
    ...machine,
    run,
    try: attempt,
    status: async () => JSON.parse(await run('catamaran-agent status --json')) as Status,
    ready: (slot, limit = 6 * minute) => withSerialLog(machine, () => shell.ready(slot, limit)),
  };
}

/** Hands over the disk as SIGKILL of QEMU would leave it at this instant; the machine stands still meanwhile, and goes on. */
export async function atPowerCut<T>(
  machine: TwinMachine,
  { disk, to }: { readonly disk: string; readonly to: string },
  use: (cut: string) => Promise<T>,
): Promise<T> {
  await machine.control.execute('stop');
  try {
    return await use(await copyDisk(disk, to));
  } finally {
    await machine.control.execute('cont');
  }
}

export function copyAtPowerCut(machine: TwinMachine, disk: string, to: string): Promise<string> {
  return atPowerCut(machine, { disk, to }, async (cut) => cut);
}

/** Uses a machine and cuts its power in any case. */
export async function withTwin<T>(options: TwinRun, use: (machine: TwinMachine) => Promise<T>): Promise<T> {
  const machine = await startTwin(options);
  try {
    return await withSerialLog(machine, () => use(machine));
  } finally {
    await machine.kill();
  }
}

async function openShell(path: string) {
  const socket = await connected(path);
  let text = '';
  let wake = () => {};
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk;
    wake();
  });
  socket.on('error', () => {}).on('close', () => wake());
  const expect = async (pattern: RegExp, limit: number): Promise<RegExpExecArray> => {
    const end = Date.now() + limit;
    for (;;) {
      const match = pattern.exec(text);
      if (match) {
        text = text.slice(match.index + match[0].length);
        return match;
      }
      if (socket.destroyed || Date.now() > end)
        throw new Error(`no ${pattern} from the machine's shell, but: ${text.slice(-500)}`);
      await Promise.race([
        new Promise<void>((resolve) => {
          wake = resolve;
        }),
        sleep(Math.min(1000, limit), undefined, { ref: false }),
      ]);
    }
  };
  return {
    close: () => socket.destroy(),
    async ready(slot: SlotName | 'either', limit: number): Promise<SlotName> {
      const match = await expect(new RegExp(`@ ready (${slot === 'either' ? '[AB]' : slot})\\r?\\n`), limit);
      return match[1] as SlotName;
    },
    async run(line: string, limit: number) {
      text = '';
      socket.write(`${line}\n`);
      const [, output = '', status] = await expect(/([\s\S]*?)@ (\d+)\r?\n/, limit);
      return { output: output.replaceAll('\r', '').trim(), status: Number(status) };
    },
  };
}

async function connected(path: string): Promise<Socket> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await new Promise((resolve, reject) => {
        const socket = connect(path, () => resolve(socket)).once('error', reject);
      });
    } catch (error) {
      if (attempt >= 100) throw error;
      await sleep(100);
    }
  }
}
