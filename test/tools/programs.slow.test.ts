// Every program that the rooms above run, as it comes from the archive, on this host.
import { readdir, readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, expect, test } from 'vitest';
import type { Tools } from '../../src/tools/tools.ts';
import { hostTools } from '../support/tools.ts';

let tools: Tools;
let machine: Tools;
beforeAll(async () => {
  tools = await hostTools(['tools', 'tools-grub-amd64', 'tools-grub-arm64']);
  machine = await hostTools(['tools-qemu']);
});

test.each([
  ['cpio', '--version', /GNU cpio\) 2/],
  ['debugfs', '-V', /debugfs 1\.47/],
  ['depmod', '--version', /kmod version 34/],
  ['fsck.fat', '--help', /Usage: fsck\.fat/],
  ['grub-mkimage', '--version', /GRUB\) 2\.12/],
  ['ldconfig', '--version', /GLIBC 2\.41/],
  ['mformat', '--version', /mtools\) 4/],
  ['mke2fs', '-V', /mke2fs 1\.47/],
  ['mksquashfs', '-version', /mksquashfs version 4\.6/],
  ['qemu-img', '--version', /qemu-img version 10\./],
  ['sfdisk', '--version', /util-linux 2\.41/],
  ['sqfstar', '-version', /sqfstar version 4\.6/],
  ['unsquashfs', '-version', /unsquashfs version 4\.6/],
  ['veritysetup', '--version', /veritysetup 2\.7/],
  ['xorriso', '-version', /xorriso 1\.5/],
  ['xz', '--version', /XZ Utils\) 5/],
  ['zstd', '--version', /Zstandard CLI/],
])('%s %s', async (name, option, expected) => {
  const { stdout, stderr } = await tools.run(name, [option], { accept: [0, 1, 2] });
  expect(stdout + stderr).toMatch(expected);
});

test.each([
  ['qemu-system-x86_64', '--version', /emulator version 10\./],
  ['ssh', '-V', /OpenSSH_10/],
])('%s %s', async (name, option, expected) => {
  const { stdout, stderr } = await machine.run(name, [option]);
  expect(stdout + stderr).toMatch(expected);
});

test('each of them finds every library that it needs among the tools, and none of the host', async () => {
  const used =
    'cpio debugfs depmod dumpe2fs e2fsck fsck.fat grub-mkimage mformat mke2fs mkfs.fat mksquashfs qemu-img resize2fs sfdisk tune2fs unsquashfs veritysetup xorriso xz zstd';
  const pairs = [
    ...used.split(' ').map((name) => [tools, name] as const),
    ...['qemu-system-x86_64', 'ssh', 'ssh-keygen', 'scp'].map((name) => [machine, name] as const),
  ];
  for (const [where, name] of pairs) {
    const { file, args, env } = await where.command(name, []);
    const start = args.lastIndexOf('--inhibit-cache');
    expect(start, name).toBeGreaterThan(0);
    const listed = await execa(file, ['--list', ...args.slice(start)], { env, extendEnv: false });
    const libraries = [...listed.stdout.matchAll(/=> (\S+)/g)].map((match) => match[1]!);
    expect(libraries.length, name).toBeGreaterThan(0);
    expect(
      libraries.filter((path) => !path.startsWith(`${where.root}/`)),
      name,
    ).toEqual([]);
  }
});

test("GRUB's modules of every platform are there", async () => {
  for (const platform of ['i386-pc', 'x86_64-efi', 'arm64-efi']) {
    expect(await readdir(tools.path(`usr/lib/grub/${platform}`))).toContain('normal.mod');
  }
  expect(await readFile(tools.path('usr/lib/grub/i386-pc/boot.img'))).toHaveLength(512);
});

test('the links of the layout lead into usr', async () => {
  expect(await realpath(join(tools.root, 'lib'))).toBe(await realpath(tools.path('usr/lib')));
});
