// The initrd of disks and live systems, as it lies in a slot's boot archive.
import { appendFile, cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readTarFile } from '../../src/archive/read-tar.ts';
import { buildSpec } from '../../src/output/build.ts';
import { contentBytes } from '../../src/tree/content.ts';
import { tinySpec } from '../support/build.ts';
import { testContext } from '../support/context.ts';

const microcode = '070701 microcode';

let room: string;
beforeAll(async () => {
  room = await mkdtemp(join(tmpdir(), 'catamaran-initrd-'));
  await cp('components/kernel', join(room, 'kernel'), { recursive: true });
  await mkdir(join(room, 'kernel/rootfs'));
  await writeFile(join(room, 'kernel/rootfs/ucode.cpio'), microcode);
  await appendFile(join(room, 'kernel/component.yml'), 'tree: rootfs\n');
});
afterAll(() => rm(room, { recursive: true, force: true }));

test('microcode of the kernel’s image comes first in it, as it is', async () => {
  const kernel = `{image: ./kernel, ucode: ucode.cpio}`;
  const file = join(room, 'tiny.yml');
  await writeFile(file, tinySpec.replace('{image: component:kernel}', kernel));
  const request = { file, out: room, formats: ['release'], arch: 'amd64', frozen: false } as const;
  await buildSpec(request, await testContext());
  const boot = await readTarFile(join(room, 'tiny-release/boot.img'));
  const initrd = boot.get('initrd');
  if (initrd?.type !== 'file') throw new Error('no initrd');
  const bytes = await contentBytes(initrd.content);
  expect(Buffer.from(bytes).toString('latin1', 0, microcode.length)).toBe(microcode);
});
