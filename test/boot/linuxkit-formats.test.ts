// LinuxKit's media and roots in real machines of both architectures: what its own formats of these names boot by. Roots that a
// kernel mounts by itself are started through an initrd that loads what Debian's kernel has as modules, and does nothing else.
// All by `npm run test:platforms`.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeCpio } from '../../src/archive/write-cpio.ts';
import { type Arch, architectureOf, architectures } from '../../src/base/arch.ts';
import { buildSpec } from '../../src/output/build.ts';
import { type FormatName, formats } from '../../src/output/formats.ts';
import type { TreeNode } from '../../src/tree/node.ts';
import { file, directory as folder, type Tree } from '../../src/tree/tree.ts';
import { testContext } from '../support/context.ts';
import { type TestMachineOptions, withMachine } from '../support/machine.ts';
import { hasArm64, mediaRows, rootRows } from './rows.ts';

const minute = 60_000;
const MiB = 1 << 20;
const everything = process.env.CATAMARAN_PLATFORMS === 'all';

const spec = (arch: Arch) => `
os: {id: moved, name: Moved, version: 1.0.0}
kernel: {image: component:kernel, cmdline: "console=${architectureOf(arch).console} panic=-1"}
init: [component:init, component:crun, component:agent]
services:
  - {name: getty, image: component:getty}
disk: {slot: 256M, data: 64M}
`;

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'catamaran-linuxkit-formats-'));
}, 20 * minute);
afterAll(() => rm(scratch, { recursive: true, force: true }));

/** By their suffixes. */
async function build(names: readonly FormatName[], arch: Arch): Promise<(suffix: string) => string> {
  const out = join(scratch, `${names.join(' ')} ${arch}`);
  const file = join(scratch, `${arch}.yml`);
  await writeFile(file, spec(arch));
  const request = { file, out, formats: names, arch, frozen: false } as const;
  const { artifacts } = await buildSpec(request, await testContext());
  return (suffix) => artifacts.find(({ path }) => path.endsWith(suffix))!.path;
}

/** Of the boards that QEMU has of each. */
const drives: Readonly<Record<Arch, readonly string[]>> = {
  amd64: ['-device', 'ide-cd,bus=ide.0,drive=medium,bootindex=0'],
  arm64: ['-device', 'virtio-scsi-pci,id=cd', '-device', 'scsi-cd,bus=cd.0,drive=medium,bootindex=0'],
};

const devices = {
  cd: (path: string, arch: Arch) => [
    ...['-drive', `if=none,id=medium,format=raw,readonly=on,media=cdrom,file=${path}`],
    ...drives[arch],
  ],
  disk: (path: string) => [
    ...['-drive', `if=none,id=medium,format=raw,readonly=on,file=${path}`],
    ...['-device', 'virtio-blk-pci,drive=medium,bootindex=0'],
  ],
} as const;

const login = (options: Omit<TestMachineOptions, 'network' | 'memory'>) =>
  withMachine({ ...options, network: 'none', memory: 1024 * MiB }, async ({ serial }) => {
    await serial.waitFor(/login:/, 10 * minute);
  });

test('every format of LinuxKit that is no disk and no archive has a row', () => {
  const rowed = new Set<string>([...mediaRows, ...rootRows].map(({ format }) => format));
  const archives = ['docker', 'kernel+initrd', 'rpi3', 'tar', 'tar-kernel-initrd'];
  const wanted = formats.filter(({ module }) => module.startsWith('output/linuxkit/'));
  const others = wanted.filter((format) => !('boots' in format && typeof format.boots === 'object'));
  expect(
    others.map(({ name }) => name).filter((name) => !rowed.has(name) && !archives.includes(name)),
  ).toEqual([]);
});

const media = [
  ...mediaRows.map((row) => ({ ...row, arch: 'amd64' as const })),
  ...mediaRows.filter(hasArm64).map((row) => ({ ...row, arch: 'arm64' as const })),
];

test.each(everything ? media : [])(
  '$format as $medium by $firmware, $arch',
  async ({ format, medium, firmware, arch }) => {
    const built = await build([format], arch);
    await login({ arch, firmware, extra: devices[medium](built('.iso'), arch) });
  },
);

/** Of what a kernel has built in elsewhere: mounts the root and hands over. */
const stage = `#!/bin/sh
mount -t devtmpfs dev /dev
mount -t proc proc /proc
mount -t sysfs sys /sys
modprobe -a virtio_pci virtio_blk virtio_scsi ahci sr_mod isofs squashfs overlay
for module in /extra/*; do insmod "$module"; done
type=$(sed 's/.*rootfstype=\\([^ ]*\\).*/\\1/' /proc/cmdline)
device=$(sed 's/.* root=\\([^ ]*\\).*/\\1/' /proc/cmdline)
while ! mount -t "$type" -o ro "$device" /sysroot; do sleep 1; done
exec switch_root /sysroot /init
`;

/** A slot's own initrd, which has BusyBox and drivers, with another /init, and the modules that it lacks. */
async function makeStage(arch: Arch): Promise<string> {
  const built = await build(['pxe', 'tar'], arch);
  const unpacked = join(scratch, `modules-${arch}`);
  await execa('mkdir', [unpacked]);
  await execa('tar', ['-xf', built('.tar'), '-C', unpacked, '--wildcards', '*/lib/modules/*']);
  const { stdout } = await execa('find', [unpacked, '-name', 'modules.dep']);
  const line = /^\S*\/erofs\.ko.*$/m.exec(await readFile(stdout, 'utf8'))![0];
  const [own = '', ...others] = line.replace(':', '').split(' ');
  const tree: Tree = new Map<string, TreeNode>([
    ['init', file(stage, 0o755)],
    ['extra', folder()],
  ]);
  for (const [index, path] of [...others.toReversed(), own].entries()) {
    const { stdout: module } = await execa('xz', ['-dc', join(stdout, '..', path)], { encoding: 'buffer' });
    tree.set(`extra/${index}`, file(module));
  }
  const more: Uint8Array[] = [];
  for await (const chunk of writeCpio(tree, { clampMtime: 0 })) more.push(chunk);
  const path = join(scratch, `stage-${arch}.img`);
  await writeFile(path, Buffer.concat([await readFile(built('-pxe/initrd')), ...more]));
  return path;
}

const stages = new Map<Arch, Promise<string>>();
function stageOf(arch: Arch): Promise<string> {
  const made = stages.get(arch) ?? makeStage(arch);
  stages.set(arch, made);
  return made;
}

const roots = architectures.flatMap((arch) => rootRows.map((row) => ({ ...row, arch })));

test.each(everything ? roots : [])(
  '$format as $medium, $arch',
  async ({ format, suffix, type, medium, arch }) => {
    const built = await build([format], arch);
    const root = medium === 'cd' ? '/dev/sr0' : '/dev/vda';
    const cmdline = `${await readFile(built('-cmdline'), 'utf8')} root=${root} rootfstype=${type} ro`;
    await login({
      ...({ arch, firmware: architectureOf(arch).grub.bios ? 'bios' : 'uefi' } as const),
      kernel: { kernel: built('-kernel'), initrd: await stageOf(arch), cmdline },
      extra: devices[medium](built(suffix), arch).map((word) => word.replace(',bootindex=0', '')),
    });
  },
);
