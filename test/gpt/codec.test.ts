// The pieces of a table, each to bytes and back; what the standards and Glance say of them, byte by byte.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { crc32 } from '../../src/gpt/crc32.ts';
import { decodeEntry, encodeEntry, type GptPartition } from '../../src/gpt/entry.ts';
import { sectorSize } from '../../src/gpt/geometry.ts';
import { formatGuid } from '../../src/gpt/guid.ts';
import { decodeHeader, encodeHeader, type GptHeader } from '../../src/gpt/header.ts';
import { isProtective, protectiveMbr, stretchMbr } from '../../src/gpt/mbr.ts';

const guid = fc.uint8Array({ minLength: 16, maxLength: 16 }).map(formatGuid);
const lba = fc.nat(Number.MAX_SAFE_INTEGER);
const count = fc.nat(0xffffffff);

test('every header is read as it was written, and none with another byte in what it sums', () => {
  const anyHeader: fc.Arbitrary<GptHeader> = fc.record({
    revision: count,
    headerSize: fc.integer({ min: 92, max: 512 }),
    lba,
    otherLba: lba,
    firstUsable: lba,
    lastUsable: lba,
    diskGuid: guid,
    arrayLba: lba,
    entryCount: count,
    entrySize: count,
    arraySum: count,
  });
  fc.assert(
    fc.property(anyHeader, fc.nat(511), fc.integer({ min: 1, max: 255 }), (header, at, flip) => {
      const bytes = encodeHeader(header);
      expect(bytes.length).toBe(sectorSize);
      expect(decodeHeader(bytes)).toEqual(header);
      bytes[at]! ^= flip;
      expect(decodeHeader(bytes)).toEqual(at < header.headerSize ? undefined : header);
    }),
  );
  expect(decodeHeader(new Uint8Array(100))).toBeUndefined();
});

test('every entry is read as it was written; one without a type is not in use', () => {
  const anyPartition: fc.Arbitrary<GptPartition> = fc.record({
    type: guid.filter((text) => !/^[0-]+$/.test(text)),
    guid,
    label: fc.string({ maxLength: 36, unit: 'binary' }).map((text) => text.replaceAll('\0', '').slice(0, 36)),
    attributes: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
    firstLba: lba,
    lastLba: lba,
  });
  fc.assert(
    fc.property(anyPartition, (partition) => {
      expect(decodeEntry(encodeEntry(partition))).toEqual(partition);
    }),
  );
  expect(decodeEntry(new Uint8Array(128).fill(1, 16))).toBeUndefined();
});

test('the protective MBR is the one record that UEFI and Glance take', () => {
  const mbr = Buffer.from(protectiveMbr(1000));
  expect(mbr.toString('hex', 446, 462)).toBe('00000200eeffffff01000000e7030000');
  expect(mbr.subarray(0, 446).every((byte) => byte === 0)).toBe(true);
  expect(mbr.subarray(462, 510).every((byte) => byte === 0)).toBe(true);
  expect(mbr.toString('hex', 510)).toBe('55aa');
  expect(isProtective(mbr)).toBe(true);
  expect(isProtective(new Uint8Array(512))).toBe(false);
});

test('it says as much of a disk as 32 bits can, and keeps the boot code when the disk has grown', () => {
  expect(Buffer.from(protectiveMbr(2 ** 32)).toString('hex', 458, 462)).toBe('ffffffff');
  expect(Buffer.from(protectiveMbr(2 ** 33)).toString('hex', 458, 462)).toBe('ffffffff');
  const mbr = protectiveMbr(1000).fill(7, 0, 440);
  expect(stretchMbr(mbr, 2000)).toEqual(protectiveMbr(2000).fill(7, 0, 440));
});

test('crc32 gives the check value of the standard', () => {
  expect(crc32(Buffer.from('123456789'))).toBe(0xcbf43926);
});
