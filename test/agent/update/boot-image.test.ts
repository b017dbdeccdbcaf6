import { expect, test } from 'vitest';
import { planBoot } from '../../../src/agent/update/boot-image.ts';
import { writeBootArchive } from '../../../src/disk/boot-archive.ts';
import { printSums } from '../../../src/disk/boot-sums.ts';
import { contentBytes, contentOf } from '../../../src/tree/content.ts';

const size = 100_000;

async function archiveOf(letters: { kernel: string; initrd: string }, summed = true): Promise<Buffer> {
  const files = {
    kernel: contentOf(Buffer.alloc(size, letters.kernel)),
    initrd: contentOf(Buffer.alloc(size, letters.initrd)),
  };
  const manifest = {
    os: 'o',
    version: '1',
    arch: 'amd64',
    roothash: '',
    salt: '',
    dataBlocks: 0,
    segments: [],
  };
  const sums = summed ? { sums: await printSums(files) } : {};
  const image = writeBootArchive({ ...files, ...sums, cmdline: '', manifest, mtime: 0 });
  const bytes = Buffer.alloc(image.size);
  for (const { offset, content } of image.extents) bytes.set(await contentBytes(content), offset);
  return bytes;
}

const plan = (fresh: Buffer, old: Buffer) =>
  planBoot(
    fresh.length,
    (at) => fresh.subarray(at, at + 512),
    old.length,
    (at) => old.subarray(at, at + 512),
  );

/** What the plan makes of the two; every byte comes from exactly one of them. */
function carryOut(fresh: Buffer, old: Buffer): Buffer {
  const made = Buffer.alloc(fresh.length);
  const { copies, ranges } = plan(fresh, old);
  for (const { from, to, size } of copies) made.set(old.subarray(from, from + size), to);
  for (const { offset, size } of ranges) made.set(fresh.subarray(offset, offset + size), offset);
  expect([...copies, ...ranges].reduce((sum, { size }) => sum + size, 0)).toBe(fresh.length);
  return made;
}

test('what is the same is taken from the running slot', async () => {
  const [old, fresh] = [
    await archiveOf({ kernel: 'k', initrd: 'i' }),
    await archiveOf({ kernel: 'k', initrd: 'j' }),
  ];
  expect(plan(fresh, old).copies.map((copy) => copy.size)).toEqual([size]);
  expect(carryOut(fresh, old).equals(fresh)).toBe(true);
});

test('another kernel of the same size is not taken for the same', async () => {
  const [old, fresh] = [
    await archiveOf({ kernel: 'k', initrd: 'i' }),
    await archiveOf({ kernel: 'K', initrd: 'I' }),
  ];
  expect(plan(fresh, old).copies).toEqual([]);
  expect(carryOut(fresh, old).equals(fresh)).toBe(true);
});

test('without checksums the size is the guess', async () => {
  const letters = { kernel: 'k', initrd: 'i' };
  const [old, fresh] = [await archiveOf(letters, false), await archiveOf(letters, false)];
  expect(plan(fresh, old).copies).toHaveLength(2);
});
