// The archive as Google wants it, by its headers, and as GNU tar unpacks it.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, open, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDiskFile } from '../../../src/disk/disk-file.ts';
import { sparseImage } from '../../../src/disk/sparse.ts';
import { readGpt } from '../../../src/gpt/read.ts';
import { writeGpt } from '../../../src/gpt/write.ts';
import { writeGce } from '../../../src/output/cloud/write-gce.ts';
import { contentBytes, contentOf } from '../../../src/tree/content.ts';
import { incompressible, MiB, sampleDisk } from './support.ts';

const run = promisify(execFile);
const GiB = 1 << 30;

let room: string;
beforeAll(async () => {
  room = await mkdtemp(join(tmpdir(), 'catamaran-gce-'));
});
afterAll(() => rm(room, { recursive: true }));

/** Names and sizes as GNU tar lists them, and the member's path. */
async function unpack(archive: string, name: string): Promise<{ list: string; path: string }> {
  const directory = join(room, name);
  await mkdir(directory);
  const { stdout } = await run('tar', ['--numeric-owner', '-tvzf', archive]);
  await run('tar', ['-xSzf', archive, '-C', directory]);
  return { list: stdout, path: join(directory, 'disk.raw') };
}

test('one sparse member of whole GiB, whose table has its backup at the new end', async () => {
  const disk = sampleDisk();
  const archive = join(room, 'sample.tar.gz');
  await writeGce(disk, archive);
  const { list, path } = await unpack(archive, 'sample');
  expect(list).toMatch(/^-rw-r--r-- 0\/0 +1073741824 1970-01-01 \d\d:\d\d disk\.raw\n$/);
  const { size, blocks } = await stat(path);
  expect(size).toBe(GiB);
  expect(blocks * 512).toBeLessThan(disk.size);
  const file = await readFile(path);
  for (const { offset, content } of disk.extents.slice(1, -1)) {
    const bytes = await contentBytes(content);
    expect(file.subarray(offset, offset + bytes.length).equals(bytes)).toBe(true);
  }
  expect(file.subarray(0, 440).equals(incompressible(440, 'boot code'))).toBe(true);
  const image = await openDiskFile(path);
  try {
    const table = await readGpt(image.read, GiB);
    expect(table.faults).toEqual([]);
    expect(table.partitions.map(({ label }) => label)).toContain('root-a');
  } finally {
    await image.close();
  }
});

test('the headers are old GNU’s, and gzip’s has no name and no time', async () => {
  const archive = join(room, 'headers.tar.gz');
  await writeGce(sampleDisk(), archive);
  const packed = await readFile(archive);
  expect([...packed.subarray(0, 9)]).toEqual([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0]);
  const header = gunzipSync(packed).subarray(0, 512);
  expect(header.toString('latin1', 0, 9)).toBe('disk.raw\0');
  expect(header.toString('latin1', 156, 157)).toBe('S');
  expect(header.toString('latin1', 257, 265)).toBe('ustar  \0');
  expect(Number.parseInt(header.toString('latin1', 483, 494), 8)).toBe(GiB);
});

/** With a table, and content at the places given. */
function diskWith(size: number, pieces: readonly [offset: number, text: string][]) {
  const { primary, backup } = writeGpt({
    diskGuid: '00000000-0000-4000-8000-000000000000',
    sectors: size / 512,
    partitions: [],
  });
  return sparseImage(size, [
    { offset: 0, content: contentOf(primary) },
    ...pieces.map(([offset, text]) => ({ offset, content: contentOf(text) })),
    { offset: size - backup.length, content: contentOf(backup) },
  ]);
}

test.each([3, 4, 24, 25, 60])('%i regions, and a size beyond octal', async (count) => {
  const pieces = Array.from(
    { length: count - 2 },
    (_, index) => [(9 * 1024 - 200 + 3 * index) * MiB + index, `piece ${index}`] as [number, string],
  );
  const archive = join(room, `${count}.tar.gz`);
  await writeGce(diskWith(10 * GiB, pieces), archive);
  const { list, path } = await unpack(archive, `${count}`);
  expect(list).toContain(` ${10 * GiB} `);
  expect((await stat(path)).size).toBe(10 * GiB);
  const file = await open(path);
  try {
    for (const [offset, text] of pieces) {
      const { buffer } = await file.read(Buffer.alloc(text.length), 0, text.length, offset);
      expect(buffer.toString()).toBe(text);
    }
    const { buffer } = await file.read(Buffer.alloc(8), 0, 8, 10 * GiB - 512);
    expect(buffer.toString()).toBe('EFI PART');
  } finally {
    await file.close();
  }
});

test('two writings give the same bytes', async () => {
  const digests = await Promise.all(
    ['one', 'other'].map(async (name) => (await writeGce(sampleDisk(), join(room, name))).digest),
  );
  expect(digests[0]).toBe(digests[1]);
});
