import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CatamaranError } from '../../src/base/errors.ts';
import { type Inspection, inspectImage } from '../../src/disk/inspect.ts';
import type { Check } from '../../src/disk/verify-slot.ts';
import { sectorSize } from '../../src/gpt/geometry.ts';
import { writeQcow2 } from '../../src/output/disk/qcow2.ts';
import { writeRaw } from '../../src/output/write/raw.ts';
import { envOffsets } from '../../src/slots/constants.ts';
import { serialiseEnv } from '../../src/slots/env.ts';
import { arm, freshState, type SlotState } from '../../src/slots/state.ts';
import {
  type DiskChanges,
  layout,
  MiB,
  makeDisk,
  offsetOf,
  type Patch,
  patch,
  patchInPlace,
  tableWith,
} from '../image/support/small-disk.ts';

let scratch: string;
let raw: string;
let qcow2: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'inspect-'));
  [raw, qcow2] = [join(scratch, 'disk.raw'), join(scratch, 'disk.qcow2')];
  await writeRaw(await makeDisk(), raw);
  await writeQcow2(await makeDisk(), qcow2);
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

const changed = (...patches: Patch[]) => patch(raw, join(scratch, 'changed.raw'), patches);
async function made(changes: DiskChanges): Promise<string> {
  const path = join(scratch, 'made.raw');
  await writeRaw(await makeDisk(changes), path);
  return path;
}
const verify = (path: string) => inspectImage(path, { verify: true });
const failed = (checks: readonly Check[] = []) => checks.filter(({ ok }) => !ok).map(({ what }) => what);
/** What is wrong with the disk itself and with slot A. */
const wrong = ({ checks, slots }: Inspection) => [...failed(checks), ...failed(slots[0]?.checks)];
const evidenceOf = ({ checks = [], slots }: Inspection, what: string) =>
  [...checks, ...(slots[0]?.checks ?? [])].find((check) => check.what === what)?.evidence;
/** Where a file's header lies on the disk; its content is behind. */
async function headerOf(name: string): Promise<number> {
  const { slots } = await inspectImage(raw);
  return offsetOf('boot-a') + slots[0]!.archive!.files.find((file) => file.name === name)!.offset - 512;
}

test('raw and qcow2 tell the same: partitions, state, slots, segments', async () => {
  const [fromRaw, fromQcow2] = [await verify(raw), await verify(qcow2)];
  expect(fromRaw.format).toBe('raw');
  expect(fromQcow2.format).toBe('qcow2');
  expect({ ...fromQcow2, format: 'raw' }).toEqual(fromRaw);
  expect(fromRaw.partitions.map(({ number, label }) => `${number} ${label}`).join(', ')).toBe(
    '1 bios-boot, 2 esp, 3 ab-state, 4 boot-a, 5 root-a, 6 hash-a, 7 boot-b, 8 root-b, 9 hash-b, 10 data',
  );
  expect(fromRaw.table).toEqual({ readFrom: 'primary', faults: [] });
  expect(fromRaw.state.copies).toEqual([freshState, freshState]);
  const right = (...names: string[]) => names.map((what) => ({ what, ok: true }));
  expect(fromRaw.checks).toEqual(right('partition table', 'slot state'));
  const [a, b] = fromRaw.slots;
  expect(a).toMatchObject({ name: 'A', status: 'good', first: true });
  expect(a?.archive?.manifest?.version).toBe('1.4.0');
  expect(a?.checks).toEqual(
    right('boot archive', 'kernel', 'initrd', 'manifest', 'root hash', 'hash tree', 'segment base'),
  );
  expect(b).toEqual({ name: 'B', status: 'none', first: false, archive: undefined, checks: undefined });
});

test('a flipped byte in the root, in the tree, in kernel and initrd, in the state is found', async () => {
  const flip = async (at: number) => wrong(await verify(await changed([at, Buffer.from('x')])));
  expect(await flip(offsetOf('root-a') + 5000)).toEqual(['root hash', 'hash tree', 'segment base']);
  expect(await flip(offsetOf('hash-a') + 5000)).toEqual(['hash tree']);
  expect(await flip(offsetOf('hash-a') + 1)).toEqual(['hash tree']);
  expect(await flip((await headerOf('kernel')) + 512)).toEqual(['kernel']);
  expect(await flip((await headerOf('initrd')) + 512)).toEqual(['initrd']);
  expect(await flip(offsetOf('ab-state') + envOffsets[1])).toEqual(['slot state']);
  const { state } = await inspectImage(
    await changed([offsetOf('ab-state') + envOffsets[0], Buffer.alloc(512)]),
  );
  expect(state.copies).toEqual([undefined, freshState]);
});

test('a boot archive that is erased is damage, unless the slot holds nothing', async () => {
  const erased: Patch = [offsetOf('boot-a'), Buffer.alloc(4096)];
  const inspection = await verify(await changed(erased));
  expect(wrong(inspection)).toEqual(['boot archive']);
  expect(evidenceOf(inspection, 'boot archive')).toBe('none, and the slot is "good"');
  const empty = Buffer.from(serialiseEnv({ gen: 2, first: 'B', A: 'none', B: 'good' }));
  const states = envOffsets.map((at): Patch => [offsetOf('ab-state') + at, empty]);
  const { slots } = await verify(await changed(erased, ...states));
  expect(slots.map(({ checks }) => failed(checks))).toEqual([[], ['boot archive']]);
});

test('one wrong byte in a header hides what is behind it: that is damage', async () => {
  const flip = async (name: string) =>
    wrong(await verify(await changed([(await headerOf(name)) + 257, Buffer.from('x')])));
  expect(await flip('slot.cfg')).toEqual(['boot archive']);
  expect(await flip('manifest.json')).toEqual(['boot archive', 'kernel', 'initrd', 'manifest']);
  expect(await flip('sums')).toEqual(['boot archive', 'kernel', 'initrd']);
  expect(await flip('kernel')).toEqual(['boot archive', 'kernel', 'initrd']);
  expect(await flip('initrd')).toEqual(['boot archive', 'initrd']);
});

test('a kernel or an initrd of which there is no sum is not proven', async () => {
  expect(wrong(await verify(await made({ sums: '' })))).toEqual(['kernel', 'initrd']);
});

test.each<[string, Record<string, unknown>]>([
  ['another root hash than slot.cfg', { roothash: 'ff'.repeat(32) }],
  ['another salt', { salt: '02' }],
  ['another number of blocks', { dataBlocks: 11 }],
  ['a version that is no text', { version: 7 }],
  ['a version without end', { version: 'v'.repeat(2000) }],
  ['a digest that is none', { segments: [{ name: 'base', offset: 0, size: 4096, sha256: 'no digest' }] }],
])('a manifest with %s is wrong', async (_, manifest) => {
  const inspection = await verify(await made({ manifest }));
  expect(wrong(inspection)).toEqual(['manifest']);
});

test('with one table damaged the other is read, and which it was is said', async () => {
  const { size } = tableWith({});
  const whole = await inspectImage(raw);
  const zeros = Buffer.alloc(sectorSize);
  const primary = await verify(await changed([sectorSize, zeros]));
  expect(wrong(primary)).toEqual(['partition table']);
  expect(primary.table).toEqual({
    readFrom: 'backup',
    faults: ['the primary (sector 1) is damaged; this is the backup'],
  });
  expect(primary.partitions).toEqual(whole.partitions);
  const entries = await verify(await changed([2 * sectorSize + 40, zeros]));
  expect(entries.table).toEqual(primary.table);
  const backup = await verify(await changed([size - sectorSize, zeros]));
  expect(wrong(backup)).toEqual(['partition table']);
  expect(backup.table).toEqual({
    readFrom: 'primary',
    faults: [`the backup (sector ${size / sectorSize - 1}) is damaged`],
  });
  await expect(verify(await changed([sectorSize, zeros], [size - sectorSize, zeros]))).rejects.toMatchObject({
    code: 'gpt-missing',
  });
});

test('without a protective MBR nobody heeds the tables', async () => {
  const { table } = await verify(await changed([0, Buffer.alloc(sectorSize)]));
  expect(table.faults).toEqual(['the first sector is not a protective MBR']);
});

test('a state partition with a GUID of its own is as it should be; in one table only, it is not', async () => {
  const { primary, backup } = tableWith({ 'ab-state': { guid: '01234567-89ab-4def-8123-456789abcdef' } });
  const both = await verify(await changed(primary, backup));
  expect(wrong(both)).toEqual([]);
  expect(both.partitions[2]?.guid).toBe('01234567-89ab-4def-8123-456789abcdef');
  const torn = await verify(await changed(backup));
  expect(wrong(torn)).toEqual(['partition table']);
  expect(torn.partitions[2]?.guid).not.toBe('01234567-89ab-4def-8123-456789abcdef');
  expect(torn.table.faults).toEqual(['the backup is not like the primary; this is the primary']);
});

test('a larger disk: before its data partition has grown, on the way, torn, and after', async () => {
  const data = (offsetOf('data') + 3 * MiB) / sectorSize - 1;
  const sectors = (layout.size + 2 * MiB) / sectorSize;
  const { primary, backup, size } = tableWith({ data: { lastLba: data } }, sectors);
  const grown = async (...patches: Patch[]) => {
    const path = await changed();
    await truncate(path, size);
    return verify(await patch(path, join(scratch, 'grown.raw'), patches));
  };
  const sizeOfData = ({ partitions }: Inspection) => partitions[9]?.size;
  const [before, between, after] = [await grown(), await grown(backup), await grown(primary, backup)];
  for (const inspection of [before, between, after]) expect(wrong(inspection)).toEqual([]);
  expect([before, between, after].map(sizeOfData)).toEqual([MiB, MiB, 3 * MiB]);
  // The header of the new table, and the entries of the old one.
  const header: Patch = [sectorSize, primary[1].subarray(sectorSize, 2 * sectorSize)];
  const torn = await grown(backup, header);
  expect(torn.table.readFrom).toBe('backup');
  expect(sizeOfData(torn)).toBe(3 * MiB);
  expect(wrong(torn)).toEqual(['partition table']);
});

test('an image that was cut off in its data partition is damaged, and shows all of its partitions', async () => {
  const path = await changed();
  await truncate(path, offsetOf('data') + 4096);
  const inspection = await verify(path);
  expect(inspection.partitions.map(({ number, onDisk }) => `${number} ${onDisk}`).at(-1)).toBe('10 false');
  expect(wrong(inspection)).toEqual(['partition table']);
  expect(evidenceOf(inspection, 'partition table')).toMatch(
    /the backup belongs into sector \d+, and the disk ends with \d+; partition 10 \(data\) does not lie on the disk/,
  );
  await truncate(path, offsetOf('root-b') + 4096);
  await expect(verify(path)).rejects.toThrow('partition 8 (root-b) reaches beyond the end');
});

test('partitions keep their numbers when one of them does not lie on the disk', async () => {
  const { partitions, table } = await inspectImage(await changed(...misplacedEsp()));
  expect(partitions.map(({ number, label }) => `${number} ${label}`).slice(0, 4)).toEqual([
    '1 bios-boot',
    '2 esp',
    '3 ab-state',
    '4 boot-a',
  ]);
  expect(table.faults).toHaveLength(1);
  expect(table.faults[0]).toContain('partition 2 (esp) does not lie on the disk');
});

/** Both tables valid; the second partition ends beyond the disk. */
function misplacedEsp(): Patch[] {
  const { size } = tableWith({});
  const sectors = size / sectorSize + 2048;
  const larger = tableWith({ esp: { lastLba: size / sectorSize + 10 } }, sectors);
  return relocated(larger, size);
}

/** The tables of a larger disk, sealed for a smaller one. */
function relocated(larger: { primary: Patch; backup: Patch }, size: number): Patch[] {
  const last = size / sectorSize - 1;
  const primary = Buffer.from(larger.primary[1]);
  const backup = Buffer.from(larger.backup[1]);
  primary.writeBigUInt64LE(BigInt(last), sectorSize + 32);
  reseal(primary, sectorSize);
  const header = backup.length - sectorSize;
  backup.writeBigUInt64LE(BigInt(last), header + 24);
  backup.writeBigUInt64LE(BigInt(last - 32), header + 72);
  reseal(backup, header);
  return [
    [0, primary],
    [size - backup.length, backup],
  ];
}

function reseal(bytes: Buffer, at: number): void {
  bytes.writeUInt32LE(0, at + 16);
  bytes.writeUInt32LE(crc32(bytes.subarray(at, at + 92)), at + 16);
}

test('a root of 8 TiB in a sparse file is not read: it is more than any slot holds', async () => {
  const blocks = 2 ** 31;
  const path = await made({ dataBlocks: blocks });
  const place = (start: number, size: number) => ({ firstLba: start, lastLba: start + size - 1 });
  const start = layout.size / sectorSize;
  const [root, hashes] = [blocks * 8, blocks / 8];
  const large = tableWith(
    { 'root-a': place(start, root), 'hash-a': place(start + root, hashes) },
    start + root + hashes + 2048,
  );
  await truncate(path, large.size);
  const inspection = await verify(await patchInPlace(path, [large.primary, large.backup]));
  expect(inspection.checks).toEqual([
    { what: 'partition table', ok: true },
    { what: 'slot state', ok: true },
  ]);
  expect(evidenceOf(inspection, 'root hash')).toBe(`${blocks} blocks do not fit the slot`);
});

test('the state shown is the one that the boot loader goes by', async () => {
  const armed = await writeStateOf(arm(freshState, 'B'));
  const { slots } = await inspectImage(armed);
  expect(slots.map(({ status, first }) => [status, first])).toEqual([
    ['good', false],
    ['try3', true],
  ]);
});

async function writeStateOf(state: SlotState): Promise<string> {
  return changed([offsetOf('ab-state') + envOffsets[0], serialiseEnv(state)]);
}

test.each([
  ['nothing', new Uint8Array(0)],
  ['noise', Buffer.alloc(100_000, 'noise')],
  [
    'a qcow2 of another version',
    Buffer.concat([Buffer.from('QFI\xfb\0\0\0\x09', 'latin1'), Buffer.alloc(600)]),
  ],
  ['a qcow2 header of zeros', Buffer.concat([Buffer.from('QFI\xfb\0\0\0\x03', 'latin1'), Buffer.alloc(600)])],
])('%s is refused in words', async (_, bytes) => {
  const path = join(scratch, 'hostile');
  await writeFile(path, bytes);
  await expect(inspectImage(path)).rejects.toMatchObject({ fault: 'integrity' });
});

test('a file that is not there, and a directory', async () => {
  await expect(inspectImage(join(scratch, 'absent'))).rejects.toMatchObject({ code: 'image-unreadable' });
  await expect(inspectImage(scratch)).rejects.toBeInstanceOf(CatamaranError);
});

test('whatever byte of its metadata is changed, an image gives an answer or one of our errors', async () => {
  const original = await readFile(qcow2);
  const path = join(scratch, 'fuzzed.qcow2');
  const metadata = 6 * 65536;
  const interesting = fc.oneof(
    fc.nat(112),
    fc.nat(metadata - 1),
    fc.integer({ min: 65536, max: 65536 + 64 }),
  );
  await fc.assert(
    fc.asyncProperty(interesting, fc.nat(255), async (at, value) => {
      const bytes = Buffer.from(original);
      bytes[at] = value;
      await writeFile(path, bytes);
      await inspectImage(path, { verify: true }).catch((thrown) =>
        expect(thrown).toBeInstanceOf(CatamaranError),
      );
    }),
    { numRuns: 60 },
  );
});

test('an image that was cut off gives an answer or one of our errors', async () => {
  const path = join(scratch, 'cut');
  for (const [from, sizes] of [
    [qcow2, [100, 65536, 70_000, 200_000, 400_000]],
    [raw, [100, 20_000, 5 * MiB, 70 * MiB]],
  ] as const) {
    for (const size of sizes) {
      await writeFile(path, await readFile(from));
      await truncate(path, size);
      await inspectImage(path, { verify: true }).catch((thrown) =>
        expect(thrown).toBeInstanceOf(CatamaranError),
      );
    }
  }
});
