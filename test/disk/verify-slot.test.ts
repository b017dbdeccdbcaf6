// Verification of a slot that is larger than one reading of it.
import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import type { FoundArchive } from '../../src/disk/boot-archive-reader.ts';
import type { DiskPart } from '../../src/disk/disk-file.ts';
import { verifySlot } from '../../src/disk/verify-slot.ts';
import { buildHashTree, leafDigests } from '../../src/verity/hash-tree.ts';
import { verityBlockSize } from '../../src/verity/superblock.ts';

const blocks = 2500;
const salt = Buffer.alloc(32, 1);
const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
const root = Buffer.alloc(blocks * verityBlockSize);
for (let block = 0; block < blocks; block++) root.writeUInt32LE(block, block * verityBlockSize);
const tree = buildHashTree(leafDigests(root, salt, sha256), { uuid: Buffer.alloc(16, 7), salt }, sha256);
const archive: FoundArchive = {
  files: [],
  whole: true,
  verity: {
    rootHash: Buffer.from(tree.rootHash).toString('hex'),
    salt: salt.toString('hex'),
    dataBlocks: blocks,
  },
};

/** What is wrong with root and tree; `largest` is the most that was read at once. */
async function verify(content: Uint8Array, hashes: Uint8Array) {
  let largest = 0;
  const partOf = (bytes: Uint8Array): DiskPart => ({
    size: bytes.length,
    read: async (offset, size) => {
      largest = Math.max(largest, size);
      return bytes.subarray(offset, offset + size);
    },
  });
  const parts = { boot: partOf(new Uint8Array(0)), root: partOf(content), hash: partOf(hashes) };
  const checks = (await verifySlot('good', archive, parts)) ?? [];
  const ofRoot = checks.filter(({ what }) => /root|tree/.test(what));
  return { wrong: ofRoot.flatMap(({ what, ok, evidence }) => (ok ? [] : [`${what}: ${evidence}`])), largest };
}

function flip(bytes: Uint8Array, at: number): Uint8Array {
  const changed = Uint8Array.from(bytes);
  changed[at] = changed[at]! ^ 1;
  return changed;
}

test('it is read piece by piece', async () => {
  expect(await verify(root, tree.image)).toEqual({ wrong: [], largest: 4 << 20 });
});

test('a damaged block of the tree is named, and the root hash is right all the same', async () => {
  for (const at of [0, verityBlockSize + 5, 2 * verityBlockSize, tree.image.length - verityBlockSize]) {
    const place = Math.floor(at / verityBlockSize) * verityBlockSize;
    const { wrong } = await verify(root, flip(tree.image, at));
    expect(wrong).toEqual([`hash tree: the block at byte ${place} of it is not that of the data`]);
  }
});

test.each([0, 2000, blocks - 1])('damage in block %i of the data', async (block) => {
  const { wrong } = await verify(flip(root, block * verityBlockSize), tree.image);
  expect(wrong.map((text) => text.split(':')[0])).toEqual(['root hash', 'hash tree']);
});
