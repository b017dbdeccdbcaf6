// The fields of finished VHDs, by the specification.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sparseImage } from '../../../src/disk/sparse.ts';
import { writeDynamicVhd, writeFixedVhd } from '../../../src/output/cloud/write-vhd.ts';
import { contentOf } from '../../../src/tree/content.ts';
import { hostTools } from '../../support/tools.ts';
import { bytesOf, sampleDisk } from './support.ts';

let room: string;
beforeAll(async () => {
  room = await mkdtemp(join(tmpdir(), 'catamaran-vhd-'));
});
afterAll(() => rm(room, { recursive: true }));

const identity = 'sample 1.0';

/** With its own place counting as zeros. */
function sumOf(bytes: Buffer, at: number): number {
  const others = Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 4)]);
  return ~others.reduce((sum, byte) => sum + byte, 0) >>> 0;
}

const footerOf = (footer: Buffer) => ({
  cookie: footer.toString('latin1', 0, 8),
  features: footer.readUInt32BE(8),
  version: footer.readUInt32BE(12),
  next: footer.readBigUInt64BE(16),
  time: footer.readUInt32BE(24),
  sizes: [footer.readBigUInt64BE(40), footer.readBigUInt64BE(48)].map(Number),
  geometry: [footer.readUInt16BE(56), footer[58], footer[59]],
  type: footer.readUInt32BE(60),
});

describe('fixed', () => {
  test('is the disk and a footer, of whole MiB and 512 bytes', async () => {
    const disk = sampleDisk();
    const path = join(room, 'fixed.vhd');
    const { size } = await writeFixedVhd(disk, path, { identity });
    const file = await readFile(path);
    expect(size).toBe(disk.size + 512);
    expect((size - 512) % (1 << 20)).toBe(0);
    expect(file.subarray(0, -512).equals(await bytesOf(disk))).toBe(true);
    const footer = file.subarray(-512);
    expect(footerOf(footer)).toMatchObject({
      cookie: 'conectix',
      features: 2,
      version: 0x10000,
      next: 2n ** 64n - 1n,
      time: 0,
      sizes: [disk.size, disk.size],
      type: 2,
    });
    expect(footer.readUInt32BE(64)).toBe(sumOf(footer, 64));
    expect(footer.subarray(68, 84).some((byte) => byte !== 0)).toBe(true);
  });

  test('a disk that is not of whole MiB is refused', async () => {
    await expect(writeFixedVhd(sparseImage(1536, []), join(room, 'odd.vhd'), { identity })).rejects.toThrow(
      'whole MiB',
    );
  });
});

describe('dynamic', () => {
  test('begins with the footer that it ends with; header and table name the blocks', async () => {
    const disk = sampleDisk();
    const path = join(room, 'dynamic.vhd');
    await writeDynamicVhd(disk, path, { identity });
    const file = await readFile(path);
    const footer = file.subarray(0, 512);
    expect(footer.equals(file.subarray(-512))).toBe(true);
    expect(footerOf(footer)).toMatchObject({ next: 512n, type: 3, sizes: [disk.size, disk.size] });
    const header = file.subarray(512, 1536);
    expect(header.toString('latin1', 0, 8)).toBe('cxsparse');
    expect(header.readUInt32BE(36)).toBe(sumOf(header, 36));
    const [entries, blockSize] = [header.readUInt32BE(28), header.readUInt32BE(32)];
    expect(entries).toBe(Math.ceil(disk.size / blockSize));
    const rebuilt = Buffer.alloc(entries * blockSize);
    for (let block = 0; block < entries; block += 1) {
      const sector = file.readUInt32BE(Number(header.readBigUInt64BE(16)) + 4 * block);
      if (sector === 0xffffffff) continue;
      expect(file.subarray(sector * 512, sector * 512 + 512).every((byte) => byte === 0xff)).toBe(true);
      rebuilt.set(file.subarray(sector * 512 + 512, sector * 512 + 512 + blockSize), block * blockSize);
    }
    expect(rebuilt.subarray(0, disk.size).equals(await bytesOf(disk))).toBe(true);
  });
});

test.each([
  [3, 'small'],
  [200, 'of 17 sectors for each track'],
  [1000, 'of 31'],
  [100_000, 'of 255'],
])('%i MiB (%s): the geometry is QEMU’s', async (mebibytes) => {
  const tools = await hostTools();
  const size = mebibytes * 2 ** 20;
  const [ours, theirs] = [join(room, 'ours.vhd'), join(room, 'theirs.vhd')];
  await writeDynamicVhd(sparseImage(size, [{ offset: 0, content: contentOf('x') }]), ours, { identity });
  await tools.run('qemu-img', ['create', '-q', '-f', 'vpc', '-o', 'force_size=off', theirs, `${size}`]);
  // QEMU rounds the size up to a geometry: ours is the largest that fits, theirs the smallest that holds it.
  const geometry = async (path: string) => {
    const [cylinders, heads, sectors] = footerOf((await readFile(path)).subarray(0, 512)).geometry;
    return { cylinders: cylinders!, heads: heads!, sectors: sectors! };
  };
  const [our, their] = [await geometry(ours), await geometry(theirs)];
  expect([our.heads, our.sectors]).toEqual([their.heads, their.sectors]);
  expect(their.cylinders - our.cylinders).toBeLessThanOrEqual(1);
});
