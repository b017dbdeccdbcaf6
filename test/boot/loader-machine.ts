// A machine for tests of the boot loader: QEMU on a disk with our GRUB and a kernel of sixty bytes, watched through its
// serial port. It ends when that kernel resets it, so that one boot takes half a second under SeaBIOS.
import { spawn } from 'node:child_process';
import { mkdir, open } from 'node:fs/promises';
import { join } from 'node:path';
import { writeBootArchive } from '../../src/disk/boot-archive.ts';
import { printSums } from '../../src/disk/boot-sums.ts';
import { assembleDisk, type DiskParts } from '../../src/disk/disk.ts';
import { layoutDisk, partitionOf } from '../../src/disk/disk-layout.ts';
import { writeFat } from '../../src/disk/fat.ts';
import { espFiles, installBios, makeGrub } from '../../src/disk/grub.ts';
import { concatenate } from '../../src/disk/sparse.ts';
import { writeStatePartition } from '../../src/disk/state-partition.ts';
import { writeRaw } from '../../src/output/write/raw.ts';
import { prepareFirmware } from '../../src/run/firmware.ts';
import { envOffsets, envSize, type SlotName, slotRole } from '../../src/slots/constants.ts';
import { freshState } from '../../src/slots/state.ts';
import { contentOf } from '../../src/tree/content.ts';
import { hostTools } from '../support/tools.ts';
import { tinyKernel } from './tiny-kernel.ts';

export type Firmware = 'bios' | 'uefi';

const MiB = 1 << 20;
const patience = 5 * 60_000;
const layout = layoutDisk({
  osId: 'lighthouse',
  arch: 'amd64',
  sizes: { slot: MiB, data: MiB, boot: MiB, esp: 64 * MiB },
});
const manifest = {
  os: 'x',
  version: '1',
  arch: 'amd64',
  roothash: '',
  salt: '',
  dataBlocks: 0,
  segments: [],
};
const files = { kernel: contentOf(tinyKernel()), initrd: contentOf('an initrd') };
const archive = writeBootArchive({
  ...files,
  sums: await printSums(files),
  cmdline: 'console=ttyS0 f=a*',
  manifest,
  mtime: 0,
});

/** Both slots hold a boot archive. */
export async function makeLoaderDisk(scratch: string, path: string): Promise<void> {
  const tools = await hostTools();
  const modules = tools.path('usr/lib/grub');
  const grub = await makeGrub('amd64', { run: tools.run, modules, scratch: join(scratch, 'grub') });
  const { bootCode, core } = installBios(grub.bios!, partitionOf(layout, 'bios-boot').offset / 512);
  const fat = { type: 32, size: partitionOf(layout, 'esp').size, clusterSize: 512 } as const;
  const parts: DiskParts = {
    'bios-boot': concatenate([core]),
    esp: writeFat(espFiles('amd64', grub), { ...fat, label: 'ESP', serial: 1, mtime: 0 }),
    'ab-state': writeStatePartition(freshState, { size: MiB, serial: 1, mtime: 0 }),
    'boot-a': archive,
    'boot-b': archive,
  };
  await writeRaw(assembleDisk(layout, parts, bootCode), path);
}

export async function writeEnv(path: string, copies: readonly Uint8Array[]): Promise<void> {
  const start = partitionOf(layout, 'ab-state').offset;
  await patch(
    path,
    copies.map((bytes, index) => [start + envOffsets[index]!, bytes]),
  );
}

export async function readEnv(path: string): Promise<Uint8Array[]> {
  const file = await open(path, 'r');
  const read = async (offset: number) => {
    const bytes = new Uint8Array(envSize);
    await file.read(bytes, 0, envSize, partitionOf(layout, 'ab-state').offset + offset);
    return bytes;
  };
  return Promise.all(envOffsets.map(read)).finally(() => file.close());
}

export type Damage = 'erased' | 'no kernel' | 'one bit';

/** A slot's first blocks as an update leaves them while it writes; a kernel that is none; one whose last bit has flipped. */
export async function breakArchive(path: string, slot: SlotName, how: Damage): Promise<void> {
  const { offset } = partitionOf(layout, slotRole('boot', slot));
  const header = archive.extents.find(({ content }) => content.at === 'memory' && isKernel(content.bytes))!;
  const kernel = offset + header.offset + 512;
  const changes: Record<Damage, [number, Uint8Array]> = {
    erased: [offset, new Uint8Array(4096)],
    'no kernel': [kernel, new Uint8Array(1024)],
    'one bit': [kernel + tinyKernel().length - 1, Uint8Array.of(1)],
  };
  await patch(path, [changes[how]]);
}

/** In the ESP, which takes the script away. */
export async function eraseEsp(path: string): Promise<void> {
  const { offset } = partitionOf(layout, 'esp');
  await patch(path, [[offset, new Uint8Array(4096)]]);
}

function isKernel(header: Uint8Array): boolean {
  return header.length === 512 && Buffer.from(header.subarray(0, 7)).toString('latin1') === 'kernel\0';
}

async function patch(path: string, changes: readonly (readonly [number, Uint8Array])[]): Promise<void> {
  const file = await open(path, 'r+');
  for (const [offset, bytes] of changes) await file.write(bytes, 0, bytes.length, offset);
  await file.close();
}

export interface Boot {
  readonly firmware?: Firmware;
  readonly readOnly?: boolean;
  /** Ends the machine when it says this; otherwise it ends itself. */
  readonly until?: string;
  readonly uart?: boolean;
  /** Another disk, which the firmware sees first but does not boot from. */
  readonly foreign?: string;
}

/** Starts the disk once. Returns what came out of the serial port. */
export async function bootOnce(path: string, scratch: string, boot: Boot = {}): Promise<string> {
  const tools = await hostTools(['tools-qemu']);
  const { firmware = 'bios', readOnly = false, until, uart = true, foreign } = boot;
  await mkdir(scratch, { recursive: true });
  const args = ['-accel', 'tcg', '-cpu', 'max,-cx16', '-m', '256', '-nodefaults', '-no-user-config'];
  args.push('-display', 'none', '-no-reboot', '-serial', uart ? 'stdio' : 'none');
  const { data, uefi } = await prepareFirmware(tools, { arch: 'amd64', firmware }, scratch);
  args.push(...data.flatMap((directory) => ['-L', directory]));
  if (uefi !== undefined) {
    args.push('-drive', `if=pflash,unit=0,format=raw,readonly=on,file=${uefi.code}`);
    args.push('-drive', `if=pflash,unit=1,format=raw,file=${uefi.variables}`);
  }
  if (foreign !== undefined) {
    args.push('-drive', `if=none,id=foreign,format=raw,file=${foreign}`);
    args.push('-device', 'virtio-blk-pci,drive=foreign,bootindex=2');
  }
  args.push('-drive', `if=none,id=disk,format=raw,file=${path},readonly=${readOnly ? 'on' : 'off'}`);
  args.push('-device', 'virtio-blk-pci,drive=disk,bootindex=1');
  const { file, args: words, env } = await tools.command('qemu-system-x86_64', args);
  return new Promise((resolve, reject) => {
    const child = spawn(file, words, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    const limit = setTimeout(() => child.kill('SIGKILL'), patience);
    let [serial, errors, found] = ['', '', false];
    child.stderr.setEncoding('utf8').on('data', (text) => {
      errors += text;
    });
    child.stdout.setEncoding('latin1').on('data', (text) => {
      serial += text;
      if (until === undefined || found || !serial.includes(until)) return;
      found = true;
      child.kill('SIGKILL');
    });
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(limit);
      if (found || (code === 0 && until === undefined)) resolve(serial);
      else reject(new Error(`QEMU ended with ${code}: ${errors}\n${serial.slice(-2000)}`));
    });
  });
}
