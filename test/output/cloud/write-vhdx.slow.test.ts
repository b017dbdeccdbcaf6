// The structures of a finished VHDX, by [MS-VHDX].
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { sparseImage } from '../../../src/disk/sparse.ts';
import { formatGuid } from '../../../src/gpt/guid.ts';
import { writeVhdx } from '../../../src/output/cloud/write-vhdx.ts';
import { crc32c } from '../../../src/output/write/crc32c.ts';
import { contentOf } from '../../../src/tree/content.ts';
import { hostTools } from '../../support/tools.ts';
import { sampleDisk } from './support.ts';

let room: string;
let file: Buffer;
const disk = sampleDisk();
beforeAll(async () => {
  room = await mkdtemp(join(tmpdir(), 'catamaran-vhdx-'));
  await writeVhdx(disk, join(room, 'disk.vhdx'), { identity: 'sample 1.0' });
  file = await readFile(join(room, 'disk.vhdx'));
});
afterAll(() => rm(room, { recursive: true }));

const KiB = 1024;

function checked(at: number, length: number): Buffer {
  const part = Buffer.from(file.subarray(at, at + length));
  const sum = part.readUInt32LE(4);
  part.writeUInt32LE(0, 4);
  expect(crc32c(part)).toBe(sum);
  return part;
}

test('CRC-32C has the value that the RFC gives', () => {
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
});

test('the second of two headers is the newer one, and no log is to be replayed', () => {
  expect(file.toString('latin1', 0, 8)).toBe('vhdxfile');
  const headers = [64 * KiB, 128 * KiB].map((at) => checked(at, 4 * KiB));
  for (const header of headers) {
    expect(header.toString('latin1', 0, 4)).toBe('head');
    expect(header.subarray(48, 64).every((byte) => byte === 0)).toBe(true);
    expect([header.readUInt16LE(64), header.readUInt16LE(66)]).toEqual([0, 1]);
    expect(header.readUInt32LE(68) % (1 << 20)).toBe(0);
  }
  expect(headers.map((header) => header.readBigUInt64LE(8))).toEqual([0n, 1n]);
});

test('both region tables name the same two regions, which lie on whole MiB and apart', () => {
  const [one, other] = [192 * KiB, 256 * KiB].map((at) => checked(at, 64 * KiB));
  expect(one!.equals(other!)).toBe(true);
  expect(one!.readUInt32LE(8)).toBe(2);
  const regions = [0, 1].map((number) => {
    const at = 16 + 32 * number;
    const offset = Number(one!.readBigUInt64LE(at + 16));
    return { id: formatGuid(one!.subarray(at, at + 16)), offset, end: offset + one!.readUInt32LE(at + 24) };
  });
  for (const { offset, end } of regions) expect([offset % (1 << 20), end % (1 << 20)]).toEqual([0, 0]);
  const [table, metadata] = regions;
  expect(metadata!.end).toBeLessThanOrEqual(table!.offset);
  expect(table!.id).toBe('2dc27766-f623-4200-9d64-115e9bfd4a08');
});

test('more blocks than one bitmap’s entry in the table stands for', async () => {
  const tools = await hostTools();
  const size = 9 * 2 ** 30;
  const pieces = [0, 4095 * 2 ** 20, 4096 * 2 ** 20 + 7, 8192 * 2 ** 20, size - 5];
  const large = sparseImage(
    size,
    pieces.map((offset, index) => ({ offset, content: contentOf(`${index}here`) })),
  );
  const [path, raw] = [join(room, 'large.vhdx'), join(room, 'large.raw')];
  await writeVhdx(large, path, { identity: 'large' });
  await tools.run('qemu-img', ['check', '-q', path]);
  await tools.run('qemu-img', ['convert', '-f', 'vhdx', '-O', 'raw', path, raw]);
  const handle = await open(raw);
  try {
    for (const [index, offset] of pieces.entries()) {
      const { buffer } = await handle.read(Buffer.alloc(5), 0, 5, offset);
      expect(buffer.toString('latin1')).toBe(`${index}here`);
    }
  } finally {
    await handle.close();
  }
});
