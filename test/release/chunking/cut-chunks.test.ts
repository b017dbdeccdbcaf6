// Chunks by content: what they must be for any bytes, and that the same bytes are cut alike wherever they lie.
import { hash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type ChunkSizes, chunkSizes, cutChunks } from '../../../src/release/chunking/cut-chunks.ts';
import { noise } from '../../agent/update/support/releases.ts';

async function cut(pieces: readonly Uint8Array[], sizes: ChunkSizes): Promise<Buffer[]> {
  const chunks: Buffer[] = [];
  for await (const chunk of cutChunks(pieces, sizes)) chunks.push(Buffer.from(chunk));
  return chunks;
}

const sizes = chunkSizes(1024);
const all = noise('bytes', 60_000);

test('together they are the bytes, none is too small or too large, and pieces do not matter', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.nat(60_000),
      fc.array(fc.integer({ min: 1, max: 9000 }), { maxLength: 9 }),
      async (size, steps) => {
        const bytes = all.subarray(60_000 - size);
        const pieces: Buffer[] = [];
        let at = 0;
        for (const step of steps) {
          pieces.push(bytes.subarray(at, at + step));
          at += step;
        }
        const chunks = await cut([...pieces, bytes.subarray(at)], sizes);
        expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
        const sizesOf = (list: readonly Buffer[]) => list.map(({ length }) => length);
        expect(sizesOf(chunks)).toEqual(sizesOf(await cut([bytes], sizes)));
        for (const chunk of chunks.slice(0, -1)) {
          expect(chunk.length).toBeGreaterThan(sizes.least);
          expect(chunk.length).toBeLessThanOrEqual(sizes.most);
        }
      },
    ),
    { numRuns: 30 },
  );
});

test('a few bytes more in the middle change a few chunks', async () => {
  const bytes = noise('image', 400_000);
  const moved = Buffer.concat([bytes.subarray(0, 100_000), Buffer.from('seven!!'), bytes.subarray(100_000)]);
  const ids = async (image: Buffer) =>
    (await cut([image], sizes)).map((chunk) => hash('sha256', chunk, 'hex'));
  const [before, after] = [await ids(bytes), await ids(moved)];
  const fresh = after.filter((id) => !before.includes(id));
  expect(after.length).toBeGreaterThan(250);
  expect(fresh.length).toBeGreaterThan(0);
  expect(fresh.length).toBeLessThan(4);
});

test('bytes that are all the same are cut at the most', async () => {
  const chunks = await cut([Buffer.alloc(50_000)], sizes);
  expect(new Set(chunks.slice(0, -1).map(({ length }) => length)).size).toBe(1);
});

test('the cuts are these for ever, or every machine would fetch everything once', async () => {
  const chunks = await cut([noise('for ever', 30_000)], sizes);
  expect(chunks.map(({ length }) => length)).toMatchInlineSnapshot(`
    [
      289,
      1433,
      355,
      972,
      1056,
      586,
      1524,
      747,
      1086,
      1247,
      1340,
      1121,
      1111,
      1130,
      1611,
      1091,
      1150,
      1213,
      1256,
      1503,
      1551,
      1404,
      1049,
      3222,
      953,
    ]
  `);
});
