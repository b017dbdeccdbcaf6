// What `run NAME` makes of a kernel and what lies beside it.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findBootable } from '../../src/cli/commands/run-bootable.ts';

let name: string;
let room: string;
beforeEach(async () => {
  room = await mkdtemp(join(tmpdir(), 'catamaran-bootable-'));
  name = join(room, 'moby');
  await writeFile(`${name}-kernel`, '');
});
afterEach(() => rm(room, { recursive: true }));

const find = () => {
  const request = { file: name, format: 'qcow2', arch: 'amd64', scratch: room, usb: false } as const;
  // Neither is asked anything: there is no spec.
  return findBootable(request, {} as never, {} as never);
};

test.each([
  ['-squashfs.img', 'squashfs'],
  ['-erofs.img', 'erofs'],
  ['.iso', 'iso9660'],
])('a root in %s is mounted as %s, unless the arguments say where it is', async (suffix, type) => {
  await writeFile(`${name}${suffix}`, '');
  await writeFile(`${name}-cmdline`, 'quiet');
  const found = await find();
  expect(found.image).toBe(`${name}${suffix}`);
  expect(found.kernel?.cmdline).toBe(`quiet root=/dev/vda rootfstype=${type} ro`);
  await writeFile(`${name}-cmdline`, 'root=/dev/sr0');
  expect((await find()).kernel?.cmdline).toBe('root=/dev/sr0');
});

test('an initrd is the whole system, and nothing beside the kernel is an error that names all', async () => {
  await expect(find()).rejects.toThrow(
    /neither \S+-initrd\.img nor \S+-squashfs\.img nor \S+-erofs\.img nor \S+\.iso$/,
  );
  await writeFile(`${name}-initrd.img`, '');
  expect(await find()).toMatchObject({ kernel: { initrd: `${name}-initrd.img`, cmdline: '' } });
});
