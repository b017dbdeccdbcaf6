// Compressed disks, unpacked by other programs, and by Node's zlib.
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sparseImage } from '../../../src/disk/sparse.ts';
import { writeRawGzip, writeRawZstd } from '../../../src/output/disk/compressed.ts';
import { contentOf } from '../../../src/tree/content.ts';
import { hostTools } from '../../support/tools.ts';
import { bytesOf, sampleDisk } from '../cloud/support.ts';

let room: string;
beforeAll(async () => {
  room = await mkdtemp(join(tmpdir(), 'catamaran-compressed-'));
});
afterAll(() => rm(room, { recursive: true }));

const disk = sampleDisk();

test('gzip: the disk again, one member without name and time, and the digest of both', async () => {
  const path = join(room, 'disk.raw.gz');
  const { uncompressed, size } = await writeRawGzip(disk, path);
  const packed = await readFile(path);
  const plain = await bytesOf(disk);
  expect(gunzipSync(packed).equals(plain)).toBe(true);
  expect(packed.subarray(0, 10).toString('hex')).toBe('1f8b08000000000000ff');
  expect(size).toBeLessThan(5 * 2 ** 20);
  expect(uncompressed).toEqual({
    digest: `sha256:${createHash('sha256').update(plain).digest('hex')}`,
    size: disk.size,
  });
});

test('zstd: the disk again, its size in the header, the same bytes with any number of threads', async () => {
  const tools = await hostTools();
  const [one, two] = [join(room, 'one.raw.zst'), join(room, 'two.raw.zst')];
  const written = await writeRawZstd(disk, one, { tools, threads: 1, level: 3 });
  expect((await writeRawZstd(disk, two, { tools, threads: 2, level: 3 })).digest).toBe(written.digest);
  const back = join(room, 'back');
  await tools.run('zstd', ['-d', '-q', '-o', back, one]);
  expect((await readFile(back)).equals(await bytesOf(disk))).toBe(true);
  expect((await tools.run('zstd', ['-lv', one])).stdout).toContain(`(${disk.size} B)`);
});

test('zstd: as many bytes as several threads share, and one thread makes the same of them', async () => {
  const tools = await hostTools();
  const lines = Array.from({ length: 2_000_000 }, (_, at) => `${at} ${(at * 7919) % 10_007}\n`).join('');
  const large = sparseImage(64 << 20, [{ offset: 4096, content: contentOf(lines) }]);
  const digestBy = async (threads: number) => {
    const path = join(room, 'large.raw.zst');
    return (await writeRawZstd(large, path, { tools, threads, level: 3 })).digest;
  };
  expect(await digestBy(1)).toBe(await digestBy(3));
});

test('a disk of holes only, which does not end with a block', async () => {
  const empty = sparseImage((3 << 20) + 512, []);
  const path = join(room, 'empty.raw.gz');
  await writeRawGzip(empty, path);
  expect(gunzipSync(await readFile(path)).equals(Buffer.alloc(empty.size))).toBe(true);
});

test('a content that ends early is the error, and no program’s', async () => {
  const tools = await hostTools();
  const short = sparseImage(1 << 20, [
    { offset: 0, content: { at: 'file', path: join(room, 'absent'), offset: 0, size: 4096 } },
    { offset: 8192, content: contentOf('x') },
  ]);
  const failed = writeRawZstd(short, join(room, 'short.raw.zst'), { tools, threads: 1, level: 3 });
  await expect(failed).rejects.toThrow('absent');
});
