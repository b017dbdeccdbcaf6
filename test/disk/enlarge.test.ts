// A larger disk has the same partitions, a table without fault, and the same contents at the same places.
import { expect, test } from 'vitest';
import { assembleDisk } from '../../src/disk/disk.ts';
import { layoutDisk } from '../../src/disk/disk-layout.ts';
import { enlargeDisk } from '../../src/disk/enlarge.ts';
import { concatenate, sparseImage } from '../../src/disk/sparse.ts';
import { readGpt } from '../../src/gpt/read.ts';
import { contentBytes, contentOf } from '../../src/tree/content.ts';

const MiB = 1 << 20;
const sizes = { slot: 8 * MiB, data: 8 * MiB, boot: 8 * MiB, esp: 34 * MiB };
const layout = layoutDisk({ osId: 'sample', arch: 'amd64', sizes });
const disk = assembleDisk(layout, { data: concatenate([contentOf('data')]) }, new Uint8Array(440).fill(0x90));

async function bytesOf({ size, extents }: typeof disk): Promise<Buffer> {
  const bytes = Buffer.alloc(size);
  for (const { offset, content } of extents) bytes.set(await contentBytes(content), offset);
  return bytes;
}

test('the table’s backup moves to the new end', async () => {
  const [small, large] = [await bytesOf(disk), await bytesOf(await enlargeDisk(disk, 256 * MiB))];
  const tableOf = (bytes: Buffer) =>
    readGpt(async (offset, size) => bytes.subarray(offset, offset + size), bytes.length);
  const [before, after] = [await tableOf(small), await tableOf(large)];
  expect(after.faults).toEqual([]);
  expect(after.diskGuid).toBe(before.diskGuid);
  expect(after.partitions).toEqual(before.partitions);
  expect(large.subarray(0, 440).equals(small.subarray(0, 440))).toBe(true);
  const [from, to] = [34 * 512, disk.size - 33 * 512];
  expect(large.subarray(from, to).equals(small.subarray(from, to))).toBe(true);
  expect(large.subarray(to, -33 * 512).every((byte) => byte === 0)).toBe(true);
});

test('its own size changes nothing', async () => {
  expect(await enlargeDisk(disk, disk.size)).toBe(disk);
});

test('what is no disk of ours is refused', async () => {
  await expect(enlargeDisk(sparseImage(MiB, []), 2 * MiB)).rejects.toThrow('no table');
});
