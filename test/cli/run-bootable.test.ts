// What `run NAME` makes of a kernel and what lies beside it.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findBootable } from '../../src/cli/commands/run-bootable.ts';
import { concatenate } from '../../src/disk/sparse.ts';
import { composePxe } from '../../src/output/media/compose-pxe.ts';
import { writeRaw } from '../../src/output/write/raw.ts';
import { contentOf } from '../../src/tree/content.ts';

let name: string;
let room: string;
beforeEach(async () => {
  room = await mkdtemp(join(tmpdir(), 'catamaran-bootable-'));
  name = join(room, 'moby');
  await writeFile(`${name}-kernel`, '');
});
afterEach(() => rm(room, { recursive: true }));

const find = (file = name) => {
  const request = { file, format: 'qcow2', arch: 'amd64', scratch: room, usb: false } as const;
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

test('of the directory of pxe the root lies behind the initrd, as a boot loader hands it over', async () => {
  const directory = join(room, 'moby-pxe');
  const files = composePxe({
    kernel: contentOf('kernel'),
    initrd: contentOf('packed'),
    root: concatenate([Buffer.alloc(4096, 'root')]),
    hash: concatenate([Buffer.alloc(4096, 'hash')]),
    arguments: 'quiet catamaran.verity=ab,cd,1',
  });
  await mkdir(directory);
  for (const [file, image] of Object.entries(files)) await writeRaw(image, join(directory, file));
  const { kernel, ...machine } = await find(directory);
  expect(machine).toEqual({ name: directory, memory: 2 ** 30, platform: 'metal' });
  expect(kernel).toMatchObject({
    kernel: join(directory, 'kernel'),
    cmdline: 'quiet catamaran.verity=ab,cd,1 catamaran.live=memory',
  });
  const initrd = await readFile(kernel!.initrd!, 'latin1');
  expect(initrd.slice(0, 14)).toBe(`packed${'\0'.repeat(2)}070701`);
  for (const name of ['hash', 'root'])
    expect(initrd).toMatch(new RegExp(`catamaran/${name}\\.img\\0+(${name}){1024}`));
});

test('another directory is an error that says so', async () => {
  await expect(find(room)).rejects.toThrow(/is a directory, and not what the format pxe writes$/);
});
