// What is in a finished VMDK, read back by the specification alone: header, descriptor, each marker, tables and the footer.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inflateSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DiskImage } from '../../../src/disk/disk.ts';
import { writeVmdk } from '../../../src/output/cloud/write-vmdk.ts';
import { bytesOf, sampleDisk } from './support.ts';

let room: string;
let disk: DiskImage;
let file: Buffer;
beforeAll(async () => {
  room = await mkdtemp(join(tmpdir(), 'catamaran-vmdk-'));
  disk = sampleDisk();
  await writeVmdk(disk, join(room, 'disk.vmdk'), { identity: 'sample 1.0' });
  file = await readFile(join(room, 'disk.vmdk'));
});
afterAll(() => rm(room, { recursive: true }));

const headerOf = (header: Buffer) => ({
  magic: header.toString('latin1', 0, 4),
  version: header.readUInt32LE(4),
  flags: header.readUInt32LE(8),
  capacity: Number(header.readBigUInt64LE(12)),
  grain: Number(header.readBigUInt64LE(20)),
  entries: header.readUInt32LE(44),
  directory: header.readBigUInt64LE(56),
  overhead: Number(header.readBigUInt64LE(64)),
  newlines: header.toString('latin1', 73, 77),
  compression: header.readUInt16LE(77),
});

test('the header says that the directory is at the end; the footer, second to last, where', () => {
  const header = headerOf(file.subarray(0, 512));
  expect(header).toEqual({
    magic: 'KDMV',
    version: 3,
    flags: 0x30001,
    capacity: disk.size / 512,
    grain: 128,
    entries: 512,
    directory: 0xffff_ffff_ffff_ffffn,
    overhead: 128,
    newlines: '\n \r\n',
    compression: 1,
  });
  const footer = headerOf(file.subarray(file.length - 1024, file.length - 512));
  expect({ ...footer, directory: header.directory }).toEqual(header);
  expect(file.subarray(-512).every((byte) => byte === 0)).toBe(true);
});

test('from marker to marker all grains are the disk’s, and tables and directory name each of them', async () => {
  const grains = new Map<number, number>();
  const tables = new Map<number, number[]>();
  const plain = await bytesOf(disk);
  const rebuilt = Buffer.alloc(disk.size);
  let directory: number[] = [];
  let directoryAt = 0;
  const words = (at: number, sectors: number) =>
    Array.from({ length: sectors * 128 }, (_, index) => file.readUInt32LE(at + 4 * index));
  const kinds: number[] = [];
  for (let at = 128 * 512; at < file.length; ) {
    const value = Number(file.readBigUInt64LE(at));
    const size = file.readUInt32LE(at + 8);
    if (size > 0) {
      grains.set(value / 128, at / 512);
      const grain = inflateSync(file.subarray(at + 12, at + 12 + size));
      expect(grain.length).toBe(65536);
      rebuilt.set(grain, value * 512);
      at += Math.ceil((12 + size) / 512) * 512;
      continue;
    }
    const kind = file.readUInt32LE(at + 12);
    kinds.push(kind);
    if (kind === 1) tables.set(at / 512 + 1, words(at + 512, value));
    if (kind === 2) [directory, directoryAt] = [words(at + 512, value), at / 512 + 1];
    at += 512 * (1 + value);
  }
  expect(kinds).toEqual([...[...tables].map(() => 1), 2, 3, 0]);
  expect(rebuilt.equals(plain)).toBe(true);
  expect(headerOf(file.subarray(-1024, -512)).directory).toBe(BigInt(directoryAt));
  const named = directory.flatMap((sector, table) =>
    sector === 0 ? [] : tables.get(sector)!.map((grain, index) => [table * 512 + index, grain] as const),
  );
  expect(new Map(named.filter(([, sector]) => sector !== 0))).toEqual(grains);
});

test('grains of zeros take no space, and those that cannot shrink little more than their own', () => {
  expect(file.length).toBeLessThan(4.2 * 2 ** 20);
});

test('the descriptor names no path, and its ids follow from what the disk is called', async () => {
  const descriptor = file.toString('latin1', 512, 21 * 512).replace(/\0+$/, '');
  expect(descriptor).toContain('createType="streamOptimized"');
  expect(descriptor).toContain(`RDONLY ${disk.size / 512} SPARSE "disk.vmdk"`);
  expect(descriptor.split('#DDB')[0]).not.toContain('/');
  await writeVmdk(disk, join(room, 'other.vmdk'), { identity: 'sample 1.1' });
  const other = (await readFile(join(room, 'other.vmdk'))).toString('latin1', 512, 21 * 512);
  expect(/CID=(.*)/.exec(other)![1]).not.toBe(/CID=(.*)/.exec(descriptor)![1]);
});
