import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hexOf } from '../../src/tuf/hex.ts';
import { sha256Bytes } from '../../src/tuf/sha256.ts';

const expected = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

test('as OpenSSL has it, for every length around the ends of blocks', () => {
  for (let length = 0; length < 260; length++) {
    const bytes = Uint8Array.from({ length }, (_, index) => (index * 7 + length) & 0xff);
    expect(hexOf(sha256Bytes(bytes)), `${length} bytes`).toBe(expected(bytes));
  }
});

test('as OpenSSL has it, for any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => hexOf(sha256Bytes(bytes)) === expected(bytes)),
  );
});

test('of a part of a larger buffer, and of a megabyte', () => {
  const bytes = new Uint8Array(1 << 20).fill(0x5a);
  expect(hexOf(sha256Bytes(bytes))).toBe(expected(bytes));
  expect(hexOf(sha256Bytes(bytes.subarray(3, 99)))).toBe(expected(bytes.subarray(3, 99)));
});
