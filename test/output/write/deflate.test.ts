// Ours packs, zlib unpacks.
import { inflateRawSync, inflateSync } from 'node:zlib';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  deflatePart,
  deflateRaw,
  deflateZlib,
  isDense,
  lastPart,
} from '../../../src/output/write/deflate.ts';
import { incompressible } from '../cloud/support.ts';

const sizes = [0, 1, 4096, 65534, 65535, 65536, 131070, 131071, 200_000];
const samples = sizes.flatMap((size) => [
  incompressible(size, 'deflate'),
  Buffer.alloc(size, 'some text, '),
  Buffer.alloc(size),
]);

test.each(samples)('sample %#: raw, with zlib’s frame, with a short window, in parts', (sample) => {
  expect(inflateRawSync(deflateRaw(sample)).equals(sample)).toBe(true);
  expect(inflateRawSync(deflateRaw(sample, 12), { windowBits: 12 }).equals(sample)).toBe(true);
  expect(inflateSync(deflateZlib(sample)).equals(sample)).toBe(true);
  const parts = Buffer.concat([deflatePart(sample), deflatePart(sample), lastPart]);
  expect(inflateRawSync(parts).equals(Buffer.concat([sample, sample]))).toBe(true);
});

test('any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 3000 }), fc.nat(40), (bytes, times) => {
      const sample = Buffer.concat(Array.from({ length: times }, () => bytes));
      return inflateSync(deflateZlib(sample)).equals(sample);
    }),
  );
});

test('only bytes that look random are dense, and they grow by five for each stored block', () => {
  const dense = incompressible(65536, 'dense');
  expect(isDense(dense)).toBe(true);
  expect(deflateRaw(dense).length).toBe(65536 + 10);
  expect(isDense(Buffer.alloc(65536, 'text'))).toBe(false);
  expect(isDense(incompressible(1000, 'few'))).toBe(false);
});
