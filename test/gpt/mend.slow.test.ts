// Both copies of the partition table, on disks of this test's own making: growth, a GUID of its own, damage, power cuts.
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32 } from '../../src/gpt/crc32.ts';
import { formatGuid } from '../../src/gpt/guid.ts';
import { planTable, type TableWishes } from '../../src/gpt/mend.ts';

const sector = 512;

/** A disk of `sectors` with partitions of the given [start, end], as UEFI 2.10, chapter 5, describes. */
function makeTable(sectors: number, partitions: readonly [number, number][]): Buffer {
  const table = Buffer.alloc(34 * sector);
  table[510] = 0x55;
  table[511] = 0xaa;
  table.writeUInt32LE(sectors - 1, 446 + 12);
  partitions.forEach(([start, end], index) => {
    const at = 2 * sector + index * 128;
    randomBytes(32).copy(table, at);
    table.writeBigUInt64LE(BigInt(start), at + 32);
    table.writeBigUInt64LE(BigInt(end), at + 40);
  });
  const header = table.subarray(sector, sector + 92);
  header.write('EFI PART');
  header.writeUInt32LE(0x10000, 8);
  header.writeUInt32LE(92, 12);
  header.writeBigUInt64LE(1n, 24);
  header.writeBigUInt64LE(BigInt(sectors - 1), 32);
  header.writeBigUInt64LE(34n, 40);
  header.writeBigUInt64LE(BigInt(sectors - 34), 48);
  header.writeBigUInt64LE(2n, 72);
  header.writeUInt32LE(128, 80);
  header.writeUInt32LE(128, 84);
  sealTable(table);
  return table;
}

function sealTable(table: Buffer): void {
  table.writeUInt32LE(crc32(table.subarray(2 * sector)), sector + 88);
  sealHeader(table.subarray(sector));
}

function sealHeader(header: Buffer): void {
  header.writeUInt32LE(0, 16);
  header.writeUInt32LE(crc32(header.subarray(0, 92)), 16);
}

function readHeader(header: Buffer) {
  const zeroed = Buffer.from(header.subarray(0, 92));
  zeroed.writeUInt32LE(0, 16);
  return {
    sound: crc32(zeroed) === header.readUInt32LE(16),
    at: Number(header.readBigUInt64LE(24)),
    other: Number(header.readBigUInt64LE(32)),
    lastUsable: Number(header.readBigUInt64LE(48)),
    entries: Number(header.readBigUInt64LE(72)),
    entriesSum: header.readUInt32LE(88),
  };
}

const partitions: [number, number][] = Array.from({ length: 10 }, (_, index) => [
  2048 + index * 4096,
  2048 + index * 4096 + 4095,
]);
const oldSize = 2048 + 10 * 4096 + 2048;

/** A disk in memory, of which only what is not zero takes room. */
class MemoryDisk {
  readonly content = new Map<number, Buffer>();
  readonly sectors: number;
  constructor(sectors: number) {
    this.sectors = sectors;
  }

  write(first: number, bytes: Uint8Array, keeps: (index: number) => boolean = () => true): void {
    for (let index = 0; index < bytes.length / sector; index++) {
      if (keeps(index))
        this.content.set(first + index, Buffer.from(bytes.subarray(index * sector, (index + 1) * sector)));
    }
  }

  read(first: number, count: number): Uint8Array {
    const parts = Array.from(
      { length: count },
      (_, index) => this.content.get(first + index) ?? Buffer.alloc(sector),
    );
    return new Uint8Array(Buffer.concat(parts));
  }

  /** Of the same content, on a disk of another size. */
  copy(sectors = this.sectors): MemoryDisk {
    const copy = new MemoryDisk(sectors);
    for (const [at, bytes] of this.content) copy.content.set(at, bytes);
    return copy;
  }
}

const imageGuid = Buffer.from('00112233445566878899aabbccddeeff', 'hex');
const ownGuid = Buffer.from('ffeeddccbbaa4f4f8899aabbccddeeff', 'hex');
const wishes: TableWishes = { grow: 10, rename: { number: 3, guid: formatGuid(ownGuid) } };

/** As the builder makes it, with both copies of the table. */
function makeDisk(sectors = oldSize): MemoryDisk {
  const table = makeTable(sectors, partitions);
  imageGuid.copy(table, 2 * sector + 2 * 128 + 16);
  sealTable(table);
  const disk = new MemoryDisk(sectors);
  disk.write(0, table);
  const header = Buffer.from(table.subarray(sector, 2 * sector));
  header.writeBigUInt64LE(BigInt(sectors - 1), 24);
  header.writeBigUInt64LE(1n, 32);
  header.writeBigUInt64LE(BigInt(sectors - 33), 72);
  sealHeader(header);
  disk.write(sectors - 33, Buffer.concat([table.subarray(2 * sector), header]));
  return disk;
}

interface FoundTable {
  readonly copy: 'primary' | 'backup';
  readonly ranges: readonly [number, number][];
  readonly guid: string;
}

/** Linux with the argument `gpt` (block/partitions/efi.c, find_valid_gpt): the first copy, or the one at the disk's end. */
function findTable(disk: MemoryDisk): FoundTable | undefined {
  for (const at of [1, disk.sectors - 1]) {
    const header = Buffer.from(disk.read(at, 1));
    const { sound, ...is } = readHeader(header);
    if (header.toString('latin1', 0, 8) !== 'EFI PART' || !sound || is.at !== at) continue;
    if (is.lastUsable >= disk.sectors || is.entries >= disk.sectors) continue;
    const entries = Buffer.from(disk.read(is.entries, 32));
    if (crc32(entries) !== is.entriesSum) continue;
    return { copy: at === 1 ? 'primary' : 'backup', ...readEntries(entries) };
  }
  return undefined;
}

/** GRUB (grub-core/partmap/gpt.c) and has_state_partition in the initrd: the first copy, whatever its sums. */
function readEntries(entries: Buffer): Pick<FoundTable, 'ranges' | 'guid'> {
  const ranges = partitions.map((_, index): [number, number] => [
    Number(entries.readBigUInt64LE(index * 128 + 32)),
    Number(entries.readBigUInt64LE(index * 128 + 40)),
  ]);
  return { ranges, guid: entries.toString('hex', 2 * 128 + 16, 2 * 128 + 32) };
}

function carryOut(disk: MemoryDisk, plan = planTable(disk, wishes)): void {
  for (const { sector: first, bytes } of plan.writes) disk.write(first, bytes);
}

describe('planTable', () => {
  it('moves the end of the last partition, the table and its backup to the end of the disk', () => {
    const built = makeDisk();
    fc.assert(
      fc.property(fc.integer({ min: oldSize + 4096, max: 2 ** 41 }), (sectors) => {
        const disk = built.copy(sectors);
        const before = Buffer.from(disk.read(2, 32));
        const { grown } = planTable(disk, wishes);
        carryOut(disk);
        const entries = Buffer.from(disk.read(2, 32));
        const primary = readHeader(Buffer.from(disk.read(1, 1)));
        expect(entries).toEqual(Buffer.from(disk.read(sectors - 33, 32)));
        expect(primary).toEqual({
          sound: true,
          at: 1,
          other: sectors - 1,
          lastUsable: sectors - 34,
          entries: 2,
          entriesSum: crc32(entries),
        });
        const backup = { ...primary, at: sectors - 1, other: 1, entries: sectors - 33 };
        expect(readHeader(Buffer.from(disk.read(sectors - 1, 1)))).toEqual(backup);
        expect(Buffer.from(disk.read(0, 1)).readUInt32LE(446 + 12)).toBe(Math.min(sectors - 1, 0xffffffff));

        const end = Number(entries.readBigUInt64LE(9 * 128 + 40));
        expect((end + 1) % 2048).toBe(0);
        expect(end).toBeLessThanOrEqual(sectors - 34);
        expect(end).toBeGreaterThan(sectors - 34 - 2048);
        expect(grown).toBe(end + 1 - partitions[9]![0]);
        ownGuid.copy(before, 2 * 128 + 16);
        expect(entries.subarray(0, 9 * 128)).toEqual(before.subarray(0, 9 * 128));
      }),
      { numRuns: 25 },
    );
  });

  it('has nothing to do on a disk that has been through it', () => {
    for (const sectors of [oldSize, 1_000_000]) {
      const disk = makeDisk().copy(sectors);
      carryOut(disk);
      const other = Buffer.from(randomBytes(16));
      expect(planTable(disk, { grow: 10, rename: { number: 3, guid: formatGuid(other) } }).writes).toEqual(
        [],
      );
    }
  });

  it('does not grow for less than 1 MiB, nor where it is not asked to', () => {
    expect(planTable(makeDisk().copy(oldSize + 32), wishes).grown).toBeUndefined();
    const disk = makeDisk().copy(1_000_000);
    carryOut(disk, planTable(disk, { rename: wishes.rename! }));
    expect(findTable(disk)).toMatchObject({ ranges: partitions, guid: ownGuid.toString('hex') });
  });

  it('survives a power cut that leaves any part of any write, then another one, and comes to the same end', () => {
    let cuts = 0;
    const grownEnd = planTable(makeDisk().copy(1_000_000), wishes).grown! + partitions[9]![0] - 1;
    for (const sectors of [oldSize, 1_000_000]) {
      const ends = [partitions[9]![1], sectors === oldSize ? partitions[9]![1] : grownEnd];
      const whole = {
        ranges: [...partitions.slice(0, 9), [partitions[9]![0], ends[1]]],
        guid: ownGuid.toString('hex'),
      };
      const start = makeDisk().copy(sectors);
      const damaged = start.copy();
      // A first copy that has gone bad before the first boot; on a larger disk Linux would not find the second one.
      if (sectors === oldSize) damaged.write(1, randomBytes(sector));
      for (const disk of sectors === oldSize ? [start, damaged] : [start]) {
        for (const torn of tornDisks(disk)) {
          cuts += 1;
          const found = findTable(torn);
          expect(found?.ranges.slice(0, 9)).toEqual(partitions.slice(0, 9));
          expect(found?.ranges[9]?.[0]).toBe(partitions[9]![0]);
          expect(ends).toContain(found?.ranges[9]?.[1]);
          const seen = readEntries(Buffer.from(torn.read(2, 32)));
          expect(seen.ranges.slice(0, 9)).toEqual(partitions.slice(0, 9));
          expect([imageGuid.toString('hex'), ownGuid.toString('hex')]).toContain(seen.guid);
          for (const twice of tornDisks(torn)) {
            cuts += 1;
            expect(findTable(twice)?.ranges.slice(0, 9)).toEqual(partitions.slice(0, 9));
          }
          const again = torn.copy();
          carryOut(again);
          expect(findTable(again)).toEqual({ copy: 'primary', ...whole });
          again.write(1, Buffer.alloc(sector));
          expect(findTable(again)).toEqual({ copy: 'backup', ...whole });
        }
      }
    }
    expect(cuts).toBeGreaterThan(40);
  });

  it('mends whichever copy is damaged, from the other one', () => {
    const grown = makeDisk().copy(1_000_000);
    carryOut(grown);
    const whole = grown.read(0, 34);
    fc.assert(
      fc.property(
        fc.integer({ min: sector, max: sector + 91 }),
        fc.integer({ min: 1, max: 255 }),
        fc.constantFrom('primary', 'backup'),
        (at, flip, which) => {
          const disk = grown.copy();
          const place = which === 'primary' ? 0 : disk.sectors - 2;
          const bytes = Buffer.from(disk.read(place, 2));
          bytes[at]! ^= flip;
          disk.write(place, bytes);
          const plan = planTable(disk, wishes);
          expect(plan.damaged).toBe(which);
          expect(plan.writes.length).toBe(1);
          carryOut(disk, plan);
          expect(disk.read(0, 34)).toEqual(whole);
          expect(disk.read(disk.sectors - 33, 33)).toEqual(grown.read(disk.sectors - 33, 33));
        },
      ),
    );
  });

  it('mends a copy that cannot be read', () => {
    const disk = makeDisk();
    carryOut(disk);
    const read = (at: number, count: number) =>
      at <= 1 && at + count > 1 ? undefined : disk.read(at, count);
    const plan = planTable({ sectors: disk.sectors, read }, wishes);
    expect(plan.writes).toEqual([{ sector: 0, bytes: disk.read(0, 34) }]);
  });

  it('refuses a table that is damaged in both copies', () => {
    const disk = makeDisk();
    for (const at of [1, oldSize - 1]) {
      const header = Buffer.from(disk.read(at, 1));
      header[50]! ^= 1;
      disk.write(at, header);
    }
    expect(() => planTable(disk, wishes)).toThrow('the partition table is damaged in both copies');
  });

  it('refuses to grow a partition that another one follows', () => {
    expect(() => planTable(makeDisk().copy(1_000_000), { grow: 9 })).toThrow('partition 10 lies behind it');
  });
});

/** Every disk that a power cut can leave: some of the writes, and of the next one any of the sectors that it changes. */
function* tornDisks(start: MemoryDisk): Generator<MemoryDisk> {
  const disk = start.copy();
  for (const { sector: first, bytes } of planTable(start, wishes).writes) {
    const there = disk.read(first, bytes.length / sector);
    const changed = Array.from({ length: bytes.length / sector }, (_, index) => index).filter(
      (index) =>
        Buffer.compare(
          there.subarray(index * sector, (index + 1) * sector),
          bytes.subarray(index * sector, (index + 1) * sector),
        ) !== 0,
    );
    for (let subset = 0; subset < 2 ** changed.length; subset++) {
      const torn = disk.copy();
      torn.write(first, bytes, (index) => ((subset >> changed.indexOf(index)) & 1) === 1);
      yield torn;
    }
    disk.write(first, bytes);
  }
}
