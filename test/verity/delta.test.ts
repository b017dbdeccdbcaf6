// The plan of a delta, carried out on whole images in memory.
import { hash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DeltaPlan, defaultGap, leafPlace, planDelta } from '../../src/verity/delta.ts';
import { buildHashTree, leafDigests, leavesOf } from '../../src/verity/hash-tree.ts';

const sha256 = (bytes: Uint8Array): Uint8Array => hash('sha256', bytes, 'buffer');

/** A block is a number: equal numbers are equal blocks. */
const leavesFor = (image: readonly number[]): Uint8Array =>
  Buffer.concat(image.map((block) => hash('sha256', String(block), 'buffer')));

const plan = (fresh: readonly number[], old: readonly number[], gap?: number) =>
  planDelta(leavesFor(fresh), leavesFor(old), gap === undefined ? {} : { gap });

function apply({ copies, ranges }: DeltaPlan, fresh: readonly number[], old: readonly number[]): number[] {
  const image: number[] = [];
  const write = (at: number, block: number | undefined) => {
    expect(image[at]).toBeUndefined();
    image[at] = block!;
  };
  for (const { from, to, count } of copies)
    for (let block = 0; block < count; block++) write(to + block, old[from + block]);
  for (const { at, count } of ranges)
    for (let block = 0; block < count; block++) write(at + block, fresh[at + block]);
  return image;
}

/** Few different blocks, so that images share many of them, and runs. */
const image = fc
  .array(fc.tuple(fc.nat(40), fc.integer({ min: 1, max: 20 })), { maxLength: 20 })
  .map((runs) => runs.flatMap(([first, count]) => Array.from({ length: count }, (_, at) => first + at)));

describe('planDelta', () => {
  it('makes any image of any other one', () => {
    fc.assert(
      fc.property(image, image, fc.nat(12), (fresh, old, gap) => {
        expect(apply(plan(fresh, old, gap), fresh, old)).toEqual(fresh);
      }),
    );
  });

  it('fetches nothing that the old image has, but what lies in a small gap', () => {
    fc.assert(
      fc.property(image, image, fc.nat(12), (fresh, old, gap) => {
        const has = new Set(old);
        for (const { at, count } of plan(fresh, old, gap).ranges) {
          const fetched = fresh.slice(at, at + count).map((block) => (has.has(block) ? 'k' : 'm'));
          expect(fetched.join('')).toMatch(new RegExp(`^m(k{0,${gap}}m)*$`));
        }
      }),
    );
  });

  it('copies what moved, in as few pieces as it is', () => {
    const old = Array.from({ length: 1000 }, (_, at) => at);
    const fresh = [
      ...old.slice(500),
      ...Array.from({ length: 50 }, (_, at) => 5000 + at),
      ...old.slice(0, 500),
    ];
    expect(plan(fresh, old)).toEqual({
      copies: [
        { from: 500, to: 0, count: 500 },
        { from: 0, to: 550, count: 500 },
      ],
      ranges: [{ at: 500, count: 50 }],
    });
  });

  it('keeps a run together through blocks of which there are many', () => {
    const old = [1, 0, 2, 0, 3, 0, 4];
    expect(plan(old, old)).toEqual({ copies: [{ from: 0, to: 0, count: 7 }], ranges: [] });
  });

  it('asks once for what is nearly together', () => {
    const old = Array.from({ length: 100 }, (_, at) => at);
    const fresh = old.map((block) => (block % (defaultGap + 1) === 0 ? block + 1000 : block));
    expect(plan(fresh, old).ranges).toEqual([{ at: 0, count: 100 }]);
    expect(plan(fresh, old, defaultGap - 1).ranges).toHaveLength(12);
  });

  it('fetches all where there is nothing', () => {
    expect(plan([1, 2, 3], [])).toEqual({ copies: [], ranges: [{ at: 0, count: 3 }] });
    expect(plan([], [1])).toEqual({ copies: [], ranges: [] });
  });
});

it.each([2, 127, 128, 129, 20_000])('the leaves of %i blocks lie where leafPlace says', (blocks) => {
  const leaves = leavesFor(Array.from({ length: blocks }, (_, at) => at));
  const { image } = buildHashTree(leaves, { uuid: Buffer.alloc(16), salt: Buffer.alloc(32) }, sha256);
  const { offset, size } = leafPlace(image.length, blocks);
  expect(Buffer.compare(image.subarray(offset, offset + size), leaves)).toBe(0);
  expect(Buffer.compare(leavesOf(image, blocks)!, leaves)).toBe(0);
});

it('the leaves of real blocks make a plan', () => {
  const salt = Buffer.alloc(32, 3);
  const old = Buffer.alloc(40 * 4096, 0).map((_, at) => (at >> 12) + 1);
  const fresh = Buffer.concat([old.subarray(20 * 4096), Buffer.alloc(4096, 99), old.subarray(0, 20 * 4096)]);
  expect(planDelta(leafDigests(fresh, salt, sha256), leafDigests(old, salt, sha256))).toEqual({
    copies: [
      { from: 20, to: 0, count: 20 },
      { from: 0, to: 21, count: 20 },
    ],
    ranges: [{ at: 20, count: 1 }],
  });
});
