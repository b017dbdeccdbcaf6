// Growth of the last partition: on tables of this test's own making, and of the size that the disk image has.
import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32, growPartition } from '../../../src/agent/disk/gpt.ts';

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
  header.writeUInt32LE(crc32(table.subarray(2 * sector)), 88);
  header.writeUInt32LE(crc32(header), 16);
  return table;
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

describe('growPartition', () => {
  it('moves the end of the last partition, the table and its backup to the end of the disk', () => {
    const table = makeTable(oldSize, partitions);
    fc.assert(
      fc.property(fc.integer({ min: oldSize + 4096, max: 2 ** 41 }), (sectors) => {
        const growth = growPartition(table, sectors, 10)!;
        const grown = Buffer.concat([growth.head, table.subarray(4096)]);
        const backup = Buffer.from(growth.backup);
        const primary = readHeader(grown.subarray(sector));
        const secondary = readHeader(backup.subarray(32 * sector));
        const entries = grown.subarray(2 * sector);
        expect(entries).toEqual(backup.subarray(0, 32 * sector));
        expect(primary).toEqual({
          sound: true,
          at: 1,
          other: sectors - 1,
          lastUsable: sectors - 34,
          entries: 2,
          entriesSum: crc32(entries),
        });
        expect(secondary).toEqual({ ...primary, at: sectors - 1, other: 1, entries: sectors - 33 });
        expect(growth.backupStart).toBe(sectors - 33);
        expect(grown.readUInt32LE(446 + 12)).toBe(Math.min(sectors - 1, 0xffffffff));

        const end = Number(entries.readBigUInt64LE(9 * 128 + 40));
        expect((end + 1) % 2048).toBe(0);
        expect(end).toBeLessThanOrEqual(sectors - 34);
        expect(end).toBeGreaterThan(sectors - 34 - 2048);
        expect(growth.partition).toEqual({ start: partitions[9]![0], size: end + 1 - partitions[9]![0] });
        expect(entries.subarray(0, 9 * 128)).toEqual(table.subarray(2 * sector, 2 * sector + 9 * 128));
      }),
      { numRuns: 25 },
    );
  });

  it('has nothing to do on a table that has grown already, and none for less than 1 MiB', () => {
    const table = makeTable(oldSize, partitions);
    expect(growPartition(table, oldSize, 10)).toBeUndefined();
    const growth = growPartition(table, 1_000_000, 10)!;
    const grown = Buffer.concat([growth.head, table.subarray(4096)]);
    expect(growPartition(grown, 1_000_000, 10)).toBeUndefined();
  });

  it('refuses a damaged table, whichever byte it is', () => {
    const table = makeTable(oldSize, partitions);
    fc.assert(
      fc.property(
        fc.integer({ min: sector, max: sector + 91 }),
        fc.integer({ min: 1, max: 255 }),
        (at, flip) => {
          const damaged = Buffer.from(table);
          damaged[at]! ^= flip;
          expect(() => growPartition(damaged, 1_000_000, 10)).toThrow('the partition table is damaged');
        },
      ),
    );
    const damaged = Buffer.from(table);
    damaged[2 * sector + 70]! ^= 1;
    expect(() => growPartition(damaged, 1_000_000, 10)).toThrow('the partition table is damaged');
  });

  it('refuses to grow a partition that another one follows', () => {
    const table = makeTable(oldSize, partitions);
    expect(() => growPartition(table, 1_000_000, 9)).toThrow('partition 10 lies behind it');
  });
});

describe('crc32', () => {
  it('gives the check value of the standard', () => {
    expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926);
  });
});
