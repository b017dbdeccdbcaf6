import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { extract } from 'tar-stream';
import { expect, test } from 'vitest';
import { type BootArchive, writeBootArchive } from '../../src/disk/boot-archive.ts';
import { readBootArchive } from '../../src/disk/boot-archive-reader.ts';
import { contentBytes, contentOf } from '../../src/tree/content.ts';

const archive: BootArchive = {
  kernel: contentOf(Buffer.alloc(5000, 'k')),
  initrd: contentOf(Buffer.alloc(512, 'i')),
  cmdline: 'console=tty0 console=ttyS0',
  verity: { rootHash: 'ab'.repeat(32), salt: 'cd'.repeat(32), dataBlocks: 77 },
  manifest: {
    os: 'lighthouse',
    version: '1.4.0',
    arch: 'amd64',
    roothash: 'ab'.repeat(32),
    salt: 'cd'.repeat(32),
    dataBlocks: 77,
    segments: [{ name: 'base', offset: 0, size: 4096, sha256: 'ef'.repeat(32) }],
  },
  mtime: 1_700_000_000,
};

async function bytesOf(each: BootArchive): Promise<Buffer> {
  const { size, extents } = writeBootArchive(each);
  const bytes = Buffer.alloc(size);
  for (const { offset, content } of extents) bytes.set(await contentBytes(content), offset);
  return bytes;
}

test('a tar reader finds slot.cfg first, then manifest, kernel and initrd', async () => {
  const found: [string, number, number | undefined][] = [];
  const reader = extract();
  Readable.from([await bytesOf(archive)]).pipe(reader);
  for await (const entry of reader) {
    found.push([entry.header.name, (await text(entry)).length, entry.header.mtime?.getTime()]);
  }
  expect(found.map(([name]) => name)).toEqual(['slot.cfg', 'manifest.json', 'kernel', 'initrd']);
  expect(found.slice(2)).toEqual([
    ['kernel', 5000, 1_700_000_000_000],
    ['initrd', 512, 1_700_000_000_000],
  ]);
});

test('our reader gives back what was put in', async () => {
  const bytes = await bytesOf(archive);
  const found = await readBootArchive(async (at, size) => bytes.subarray(at, at + size), bytes.length);
  expect(found?.manifest).toEqual(archive.manifest);
  expect(found?.verity).toEqual(archive.verity);
  expect(found?.files.map(({ name, size }) => [name, size]).slice(2)).toEqual([
    ['kernel', 5000],
    ['initrd', 512],
  ]);
});
