// The disk of a machine that `run` starts: thrown away, larger than its image, or kept for the next run.
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeDisk } from '../../src/run/disks.ts';
import { hostTools } from '../support/tools.ts';

const MiB = 1 << 20;
let room: string;
let image: string;
beforeEach(async () => {
  room = await mkdtemp(join(tmpdir(), 'catamaran-disks-'));
  image = join(room, 'server.raw');
  await writeFile(image, Buffer.alloc(4 * MiB, 7));
});
afterEach(() => rm(room, { recursive: true }));

const make = (more: { size?: number; keep?: string }) =>
  makeDisk({ image, format: 'raw', ...more }, () => hostTools(), room);
const sizeOf = async (path: string) => {
  const { stdout } = await (await hostTools()).run('qemu-img', ['info', '--output=json', path]);
  return JSON.parse(stdout)['virtual-size'];
};

test('without a wish it is the image, whose changes are thrown away', async () => {
  expect(await make({})).toEqual({ image, format: 'raw', snapshot: true });
});

test('a larger one lies over the image, which stays as it is', async () => {
  const disk = await make({ size: 64 * MiB });
  expect(disk).toMatchObject({ format: 'qcow2', snapshot: true });
  expect(await sizeOf(disk.image)).toBe(64 * MiB);
  expect((await stat(image)).size).toBe(4 * MiB);
});

test('a kept one is copied once, and grown; the next run goes on with it', async () => {
  const keep = join(room, 'server-kept.qcow2');
  expect(await make({ keep, size: 64 * MiB })).toEqual({ image: keep, format: 'qcow2', snapshot: false });
  await rm(image);
  expect(await make({ keep })).toMatchObject({ image: keep, continued: true });
  expect(await sizeOf(keep)).toBe(64 * MiB);
  const raw = join(room, 'back.raw');
  await (await hostTools()).run('qemu-img', ['convert', '-O', 'raw', keep, raw]);
  expect((await readFile(raw)).subarray(0, 4 * MiB).every((byte) => byte === 7)).toBe(true);
});

test('one that does not hold the image is refused', async () => {
  await expect(make({ size: 2 * MiB })).rejects.toMatchObject({ diagnostics: [{ code: 'run-disk' }] });
});
