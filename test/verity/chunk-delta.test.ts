// The plan of a delta by chunks, carried out on whole images in memory.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ChunkList,
  type ChunkPlan,
  chunkGap,
  planChunks,
  sizeOfChunks,
} from '../../src/verity/chunk-delta.ts';

/** A chunk is a number, which decides its size too: equal numbers are equal chunks. */
const sizeOf = (chunk: number): number => 1 + ((chunk * 7919) % 5000);
const bytesOf = (chunk: number): Buffer => Buffer.alloc(sizeOf(chunk), `chunk ${chunk} `);
const imageOf = (chunks: readonly number[]): Buffer => Buffer.concat(chunks.map(bytesOf));
const listOf = (chunks: readonly number[]): ChunkList => ({
  ids: Uint32Array.from(chunks.flatMap((chunk) => [Math.imul(chunk, 0x9e3779b1), chunk])),
  sizes: Uint32Array.from(chunks.map(sizeOf)),
});

function apply({ copies, ranges }: ChunkPlan, fresh: Buffer, old: Buffer): Buffer {
  const image = Buffer.alloc(fresh.length);
  const written = Buffer.alloc(fresh.length);
  const write = (bytes: Buffer, at: number) => {
    image.set(bytes, at);
    for (let byte = at; byte < at + bytes.length; byte++) written[byte]! += 1;
  };
  for (const { from, to, size } of copies) write(old.subarray(from, from + size), to);
  for (const { offset, size } of ranges) write(fresh.subarray(offset, offset + size), offset);
  expect(written.every((times) => times === 1)).toBe(true);
  return image;
}

const chunks = fc
  .array(fc.tuple(fc.nat(40), fc.integer({ min: 1, max: 8 })), { maxLength: 12 })
  .map((runs) => runs.flatMap(([first, count]) => Array.from({ length: count }, (_, at) => first + at)));

describe('planChunks', () => {
  it('makes any image of any other one, each byte once', () => {
    fc.assert(
      fc.property(chunks, chunks, fc.constantFrom(0, 500, chunkGap, 100_000), (fresh, old, gap) => {
        const plan = planChunks(listOf(fresh), listOf(old), { gap });
        expect(apply(plan, imageOf(fresh), imageOf(old)).equals(imageOf(fresh))).toBe(true);
      }),
      { numRuns: 60 },
    );
  });

  it('fetches nothing that the old image has, where no gap is closed', () => {
    fc.assert(
      fc.property(chunks, chunks, (fresh, old) => {
        const { ranges } = planChunks(listOf(fresh), listOf(old), { gap: 0 });
        const missing = fresh
          .filter((chunk) => !old.includes(chunk))
          .reduce((sum, each) => sum + sizeOf(each), 0);
        expect(ranges.reduce((sum, { size }) => sum + size, 0)).toBe(missing);
      }),
    );
  });

  it('copies what moved by a few bytes, in as few pieces as it is', () => {
    const old = Array.from({ length: 100 }, (_, at) => at);
    const fresh = [...old.slice(0, 30), 1000, ...old.slice(31)];
    const [before, moved] = [sizeOfChunks(listOf(old.slice(0, 30))), sizeOf(1000) - sizeOf(30)];
    const rest = sizeOfChunks(listOf(old.slice(31)));
    expect(planChunks(listOf(fresh), listOf(old))).toEqual({
      copies: [
        { from: 0, to: 0, size: before },
        { from: before + sizeOf(30), to: before + sizeOf(30) + moved, size: rest },
      ],
      ranges: [{ offset: before, size: sizeOf(1000) }],
    });
  });

  it('fetches what lies in a small gap, and asks around a large one', () => {
    const plan = (gap: number) => planChunks(listOf([500, 1, 501]), listOf([1]), { gap });
    expect(plan(sizeOf(1)).ranges).toHaveLength(1);
    expect(plan(sizeOf(1) - 1).ranges).toHaveLength(2);
  });

  it('takes chunks of one id and two sizes for two', () => {
    const [a, b] = [100, 200].map((size) => ({ ids: Uint32Array.of(1, 2), sizes: Uint32Array.of(size) }));
    expect(planChunks(a!, b!).copies).toEqual([]);
  });

  it('ends soon for ids that all want one place', () => {
    const count = 20_000;
    const list = (second: number): ChunkList => ({
      ids: Uint32Array.from({ length: 2 * count }, (_, word) => (word % 2 === 0 ? 0 : second + word)),
      sizes: new Uint32Array(count).fill(10),
    });
    const plan = planChunks(list(1), list(1_000_000));
    expect(plan).toEqual({ copies: [], ranges: [{ offset: 0, size: 10 * count }] });
  });
});
