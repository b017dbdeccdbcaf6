// A chunk index is read back as it was written, and whatever else a file says is refused before it is believed.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  type ChunkIndex,
  chunkIndexHead,
  readChunkIndex,
  requireChunkSizes,
  sizeOfChunkIndex,
  writeChunkIndex,
} from '../../src/contract/chunk-index.ts';
import { sizeOfChunks } from '../../src/verity/chunk-delta.ts';

const word = fc.integer({ min: 0, max: 0xffffffff });
const list = fc
  .array(fc.record({ a: word, b: word, size: fc.integer({ min: 1, max: 1 << 16 }) }), { maxLength: 50 })
  .map((chunks) => ({
    ids: Uint32Array.from(chunks.flatMap(({ a, b }) => [a, b])),
    sizes: Uint32Array.from(chunks.map(({ size }) => size)),
  }));
const anyIndex: fc.Arbitrary<ChunkIndex> = fc.record({ boot: list, root: list, hash: list });
const [sample] = fc.sample(anyIndex, { numRuns: 1, seed: 3 });
const bytes = writeChunkIndex(sample!);

test('it is read back as it was written, from wherever its bytes lie', () => {
  fc.assert(
    fc.property(anyIndex, fc.nat(7), (index, shift) => {
      const written = writeChunkIndex(index);
      const moved = new Uint8Array(written.length + shift);
      moved.set(written, shift);
      expect(readChunkIndex(moved.subarray(shift), 'it')).toEqual(index);
      expect(sizeOfChunkIndex(written.subarray(0, chunkIndexHead), 'it')).toBe(written.length);
    }),
  );
});

test('its bytes are these for ever', () => {
  const one = (id: number, size: number) => ({
    ids: Uint32Array.of(id, id + 1),
    sizes: Uint32Array.of(size),
  });
  const none = { ids: new Uint32Array(0), sizes: new Uint32Array(0) };
  const written = writeChunkIndex({ boot: one(0x01020304, 65536), root: none, hash: one(5, 1) });
  expect(Buffer.from(written).toString('hex')).toBe(
    [
      Buffer.from('catamaran-chunks').toString('hex'),
      '01000000 01000000 00000000 01000000',
      '04030201 05030201 05000000 06000000',
      'ffff 0000',
    ]
      .join('')
      .replaceAll(' ', ''),
  );
});

const bent = (offset: number, value: number) => {
  const copy = bytes.slice();
  new DataView(copy.buffer).setUint32(offset, value, true);
  return copy;
};

describe('refused', () => {
  test.each<[string, Uint8Array, string]>([
    ['an empty file', new Uint8Array(0), 'does not begin as a chunk index'],
    ['half of the head', bytes.slice(0, chunkIndexHead - 1), 'does not begin as a chunk index'],
    ['another file', new Uint8Array(1000).fill(99), 'does not begin as a chunk index'],
    ['a newer format', bent(16, 2), 'it has format 2; this program knows 1'],
    ['format 0', bent(16, 0), 'it has format 0; this program knows 1'],
    ['the last byte missing', bytes.slice(0, -1), 'bytes for'],
    ['a byte too many', Buffer.concat([bytes, Buffer.alloc(1)]), 'bytes for'],
    ['counts without end', bent(20, 0xffffffff), 'bytes for'],
    ['one chunk more than there are', bent(24, sample!.root.sizes.length + 1), 'bytes for'],
  ])('%s', (_, file, message) => {
    expect(() => readChunkIndex(file, 'it')).toThrow(message);
  });

  test('sizes that do not make the image', () => {
    const sizes = (change: number) => ({
      boot: { size: sizeOfChunks(sample!.boot) },
      root: { size: sizeOfChunks(sample!.root) + change },
      hash: { size: sizeOfChunks(sample!.hash) },
    });
    expect(() => requireChunkSizes(sample!, sizes(0), 'it')).not.toThrow();
    expect(() => requireChunkSizes(sample!, sizes(1), 'it')).toThrow('bytes of root where the image has');
  });
});

test('whatever bytes come, it is an index or an error that says so', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { maxLength: 5 }), (changes) => {
      const copy = bytes.slice();
      for (const [at, value] of changes) copy[at] = value;
      try {
        const index = readChunkIndex(copy, 'it');
        expect(writeChunkIndex(index)).toEqual(copy);
      } catch (error) {
        expect((error as { code?: string }).code).toMatch(/^document-(malformed|newer)$/);
      }
    }),
  );
});
