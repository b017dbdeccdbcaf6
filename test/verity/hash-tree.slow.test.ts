import { hash } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  buildHashTree,
  growHashTree,
  hashImageSize,
  leafDigests,
  leavesOf,
} from '../../src/verity/hash-tree.ts';
import { parseSuperblock, verityBlockSize, writeSuperblock } from '../../src/verity/superblock.ts';
import { hostTools } from '../support/tools.ts';

const sha256 = (bytes: Uint8Array): Uint8Array => hash('sha256', bytes, 'buffer');
const uuid = Uint8Array.from({ length: 16 }, (_, index) => index * 16);
const salt = Uint8Array.from({ length: 32 }, (_, index) => index);
const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** Different in each block. */
function data(blocks: number): Uint8Array {
  const bytes = Buffer.alloc(blocks * verityBlockSize);
  for (let block = 0; block < blocks; block++) bytes.writeUInt32LE(block + 1, block * verityBlockSize);
  return bytes;
}

let scratch: string;
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'verity-'));
});
afterAll(() => rm(scratch, { recursive: true, force: true }));

test.each([1, 2, 127, 128, 129, 16384, 16385])('%i blocks: the same bytes as veritysetup', async (blocks) => {
  const tools = await hostTools();
  const bytes = data(blocks);
  const tree = buildHashTree(leafDigests(bytes, salt, sha256), { uuid, salt }, sha256);
  const [dataPath, hashPath] = [join(scratch, `${blocks}.data`), join(scratch, `${blocks}.hash`)];
  await writeFile(dataPath, bytes);
  await writeFile(hashPath, tree.image);
  await tools.run('veritysetup', ['verify', dataPath, hashPath, hex(tree.rootHash)]);

  const theirs = join(scratch, `${blocks}.theirs`);
  await writeFile(theirs, '');
  const name = hex(uuid).replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
  const { stdout } = await tools.run('veritysetup', [
    'format',
    `--uuid=${name}`,
    `--salt=${hex(salt)}`,
    dataPath,
    theirs,
  ]);
  expect(/Root hash:\s+([0-9a-f]+)/.exec(stdout)?.[1]).toBe(hex(tree.rootHash));
  expect(hex(sha256(await readFile(theirs)))).toBe(hex(sha256(tree.image)));
});

test('veritysetup refuses data of which one byte has changed', async () => {
  const tools = await hostTools();
  const bytes = data(200);
  const tree = buildHashTree(leafDigests(bytes, salt, sha256), { uuid, salt }, sha256);
  bytes[777_777] = 1;
  const [dataPath, hashPath] = [join(scratch, 'bad.data'), join(scratch, 'bad.hash')];
  await writeFile(dataPath, bytes);
  await writeFile(hashPath, tree.image);
  const verified = tools.run('veritysetup', ['verify', dataPath, hashPath, hex(tree.rootHash)]);
  await expect(verified).rejects.toThrow();
});

test("an image's leaves are those of its parts, one after the other", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 20 }), fc.integer({ min: 1, max: 20 }), (first, second) => {
      const bytes = data(first + second);
      const parts = [bytes.subarray(0, first * verityBlockSize), bytes.subarray(first * verityBlockSize)];
      const leaves = Buffer.concat(parts.map((part) => leafDigests(part, salt, sha256)));
      expect(hex(leaves)).toBe(hex(leafDigests(bytes, salt, sha256)));
    }),
  );
});

test('piece by piece: the same tree, each block as soon as it is full', () => {
  const leaves = leafDigests(data(16385), salt, sha256);
  const whole = buildHashTree(leaves, { uuid, salt }, sha256);
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 5000 }), (count) => {
      const growth = growHashTree({ dataBlocks: 16385, salt }, sha256);
      const image = whole.image.slice(0, verityBlockSize);
      const blocks: [number, Uint8Array][] = [];
      for (let at = 0; at < leaves.length; at += count * 32) {
        const filled = growth.add(leaves.subarray(at, at + count * 32));
        expect(filled.length).toBeLessThanOrEqual(count / 128 + 3);
        blocks.push(...filled.map(({ offset, bytes }): [number, Uint8Array] => [offset, bytes]));
      }
      const { rest, rootHash } = growth.end();
      blocks.push(...rest.map(({ offset, bytes }): [number, Uint8Array] => [offset, bytes]));
      const sorted = blocks.sort(([a], [b]) => a - b).map(([, bytes]) => bytes);
      expect(Buffer.concat([image, ...sorted]).equals(whole.image)).toBe(true);
      expect(hex(rootHash)).toBe(hex(whole.rootHash));
    }),
    { numRuns: 20 },
  );
  const short = growHashTree({ dataBlocks: 3, salt }, sha256);
  expect(() => short.end()).toThrow(RangeError);
  expect(() => short.add(leaves.subarray(0, 128))).toThrow(RangeError);
});

test('the leaves are found again in the hash image', () => {
  for (const blocks of [2, 128, 129, 1000]) {
    const leaves = leafDigests(data(blocks), salt, sha256);
    const { image } = buildHashTree(leaves, { uuid, salt }, sha256);
    expect(image.length).toBe(hashImageSize(blocks));
    expect(hex(leavesOf(image, blocks)!)).toBe(hex(leaves));
    expect(leavesOf(image.subarray(0, -1), blocks)).toBeUndefined();
  }
});

test('a superblock is read back as written, and another format is not taken for ours', () => {
  const block = writeSuperblock({ uuid, dataBlocks: 77, salt });
  expect(parseSuperblock(block)).toEqual({ uuid, dataBlocks: 77, salt });
  for (const at of [0, 8, 12, 32, 64, 68]) {
    const other = block.slice();
    other[at] = other[at]! ^ 1;
    expect(parseSuperblock(other)).toBeUndefined();
  }
  expect(parseSuperblock(block.subarray(0, 100))).toBeUndefined();
});

test('what is no whole number of blocks is refused', () => {
  expect(() => leafDigests(new Uint8Array(4097), salt, sha256)).toThrow(RangeError);
  expect(() => buildHashTree(new Uint8Array(0), { uuid, salt }, sha256)).toThrow(RangeError);
  expect(() => writeSuperblock({ uuid, dataBlocks: 1, salt: new Uint8Array(257) })).toThrow(RangeError);
});
