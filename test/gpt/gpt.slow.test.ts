import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { layoutDisk, partitionTable } from '../../src/disk/disk-layout.ts';
import type { GptPartition } from '../../src/gpt/entry.ts';
import { sectorSize } from '../../src/gpt/geometry.ts';
import { deriveGuid, formatGuid, guidBytes } from '../../src/gpt/guid.ts';
import { type FoundGpt, readGpt } from '../../src/gpt/read.ts';
import { type Gpt, writeGpt } from '../../src/gpt/write.ts';
import { hostTools } from '../support/tools.ts';

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'gpt-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

const reader = (disk: Uint8Array) => async (offset: number, size: number) =>
  disk.subarray(offset, offset + size);

function diskOf(gpt: Gpt): Uint8Array {
  const disk = new Uint8Array(gpt.sectors * sectorSize);
  const { primary, backup } = writeGpt(gpt);
  disk.set(primary);
  disk.set(backup, disk.length - backup.length);
  return disk;
}

const guid = fc.uint8Array({ minLength: 16, maxLength: 16 }).map(formatGuid);
const partition: fc.Arbitrary<GptPartition> = fc.record({
  type: guid.filter((text) => !/^[0-]+$/.test(text)),
  guid,
  label: fc.string({ maxLength: 36, unit: 'grapheme-ascii' }),
  attributes: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  firstLba: fc.integer({ min: 34, max: 900 }),
  lastLba: fc.integer({ min: 900, max: 960 }),
});
const anyGpt: fc.Arbitrary<Gpt> = fc.record({
  diskGuid: guid,
  sectors: fc.constant(1000),
  partitions: fc.array(partition, { maxLength: 128 }),
});

/** As it is found on a disk. */
function found(gpt: Gpt, how: Pick<FoundGpt, 'readFrom' | 'faults'>): FoundGpt {
  const partitions = gpt.partitions.map((each, index) => ({ ...each, number: index + 1, onDisk: true }));
  return { ...gpt, ...how, partitions };
}

test('every table is read back as it was written', async () => {
  await fc.assert(
    fc.asyncProperty(anyGpt, async (gpt) => {
      const disk = diskOf(gpt);
      const expected = found(gpt, { readFrom: 'primary', faults: [] });
      expect(await readGpt(reader(disk), disk.length)).toEqual(expected);
    }),
  );
});

test('with the primary table damaged anywhere that counts, the backup is read', async () => {
  await fc.assert(
    fc.asyncProperty(anyGpt, fc.integer({ min: 512, max: 603 }), async (gpt, at) => {
      const disk = diskOf(gpt);
      disk[at] = disk[at]! ^ 0x41;
      const faults = ['the primary (sector 1) is damaged; this is the backup'];
      const expected = found(gpt, { readFrom: 'backup', faults });
      expect(await readGpt(reader(disk), disk.length)).toEqual(expected);
    }),
  );
});

test.each([0, 511, 512, 1024, 100_000])('%i bytes of zeros are an error that says so', async (size) => {
  const failed = readGpt(reader(new Uint8Array(size)), size);
  await expect(failed).rejects.toMatchObject({ fault: 'integrity', code: 'gpt-missing' });
});

test('sfdisk finds no fault in our table, and reads the same', async () => {
  const tools = await hostTools();
  for (const arch of ['amd64', 'arm64'] as const) {
    const gpt = partitionTable(
      layoutDisk({ osId: 'lighthouse', arch, sizes: { slot: 1 << 20, data: 1 << 20, esp: 64 << 20 } }),
    );
    const path = join(scratch, `${arch}.img`);
    await writeFile(path, diskOf(gpt));
    const { stdout, stderr } = await tools.run('sfdisk', ['--verify', path]);
    expect(stdout + stderr).toContain('No errors detected');
    const dump = JSON.parse((await tools.run('sfdisk', ['--json', path])).stdout).partitiontable;
    expect(dump).toMatchObject({ label: 'gpt', id: gpt.diskGuid.toUpperCase(), sectorsize: 512 });
    const theirs = dump.partitions.map((one: Record<string, unknown>) => ({ ...one, node: undefined }));
    expect(theirs).toEqual(
      gpt.partitions.map(({ type, guid, label, attributes, firstLba, lastLba }) => ({
        node: undefined,
        start: firstLba,
        size: lastLba - firstLba + 1,
        type: type.toUpperCase(),
        uuid: guid.toUpperCase(),
        name: label,
        ...(attributes === 0n ? {} : { attrs: attributes === 1n << 63n ? 'GUID:63' : 'GUID:60,63' }),
      })),
    );
  }
});

test('GUIDs: mixed-endian in bytes, derived from OS and role, of version 8', () => {
  expect(Buffer.from(guidBytes('c12a7328-f81f-11d2-ba4b-00a0c93ec93b')).toString('hex')).toBe(
    '28732ac11ff8d211ba4b00a0c93ec93b',
  );
  expect(deriveGuid('lighthouse', 'root-a')).toBe('b9cae2a9-609b-8b11-970a-7a8fea2b5dd1');
  expect(deriveGuid('lighthouse', 'root-a')).not.toBe(deriveGuid('lighthouse', 'root-b'));
  expect(deriveGuid('a', 'b')).toMatch(/^.{14}8.{4}[89ab]/);
});

test('whatever bytes a table has, it is read or refused', async () => {
  const disk = diskOf({ diskGuid: deriveGuid('a', 'disk'), sectors: 1000, partitions: [] });
  const anyByte = fc.tuple(fc.integer({ min: 512, max: 1200 }), fc.nat(255));
  await fc.assert(
    fc.asyncProperty(fc.array(anyByte, { maxLength: 6 }), async (changes) => {
      const torn = disk.slice();
      for (const [at, value] of changes) torn[at] = value;
      // A header that is valid whatever it says.
      const header = Buffer.from(torn.buffer, 512, 92);
      header.writeUInt32LE(0, 16);
      header.writeUInt32LE(crc32(header), 16);
      const { faults } = await readGpt(reader(torn), torn.length);
      expect(faults.every((fault) => fault.length < 500)).toBe(true);
    }),
  );
});
