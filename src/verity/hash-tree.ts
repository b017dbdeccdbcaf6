// The dm-verity hash tree: blocks of data → leaves → levels of 4 KiB hash blocks → root hash. Format version 1, kernel
// Documentation/admin-guide/device-mapper/verity.rst, "Hash Tree": each block's digest is sha256(salt ‖ block), a
// hash block holds 128 digests, the rest of the last one is zero; on disk the top level comes first.
// Leaves depend on nothing but the salt and their own block, so those of a segment are cached with the segment.
import { digestSize, type VeritySuperblock, verityBlockSize, writeSuperblock } from './superblock.ts';

export type Sha256 = (bytes: Uint8Array) => Uint8Array;

const digestsPerBlock = verityBlockSize / digestSize;

export interface HashTree {
  readonly rootHash: Uint8Array;
  /** The content of the hash partition: superblock, then the levels from the top. */
  readonly image: Uint8Array;
}

/** 32 bytes for each block of `data`, whose length is a multiple of 4096. */
export function leafDigests(data: Uint8Array, salt: Uint8Array, sha256: Sha256): Uint8Array {
  if (data.length % verityBlockSize !== 0) throw new RangeError(`${data.length} bytes are no whole blocks`);
  const digests = new Uint8Array((data.length / verityBlockSize) * digestSize);
  const salted = new Uint8Array(salt.length + verityBlockSize);
  salted.set(salt);
  for (let block = 0; block * verityBlockSize < data.length; block++) {
    salted.set(data.subarray(block * verityBlockSize, (block + 1) * verityBlockSize), salt.length);
    digests.set(sha256(salted), block * digestSize);
  }
  return digests;
}

/** `leaves` are the digests of all data blocks, in order; at least one. */
export function buildHashTree(
  leaves: Uint8Array,
  { uuid, salt }: Pick<VeritySuperblock, 'uuid' | 'salt'>,
  sha256: Sha256,
): HashTree {
  const dataBlocks = leaves.length / digestSize;
  const growth = growHashTree({ dataBlocks, salt }, sha256);
  const image = new Uint8Array(hashImageSize(dataBlocks));
  image.set(writeSuperblock({ uuid, dataBlocks, salt }));
  for (const { offset, bytes } of growth.add(leaves)) image.set(bytes, offset);
  const { rest, rootHash } = growth.end();
  for (const { offset, bytes } of rest) image.set(bytes, offset);
  return { rootHash, image };
}

/** A block of 4 KiB of the tree, and where in the hash image it lies, in bytes. */
export interface HashBlock {
  readonly offset: number;
  readonly bytes: Uint8Array;
}

export interface TreeGrowth {
  /** The next leaves, a whole number of them; returns the hash blocks that they have filled. */
  add(leaves: Uint8Array): HashBlock[];
  /** After the last leaf: the blocks that were not full. */
  end(): { readonly rest: HashBlock[]; readonly rootHash: Uint8Array };
}

/** The tree piece by piece, in the memory of one block for each level, however large the data is. */
export function growHashTree(
  { dataBlocks, salt }: Pick<VeritySuperblock, 'dataBlocks' | 'salt'>,
  sha256: Sha256,
): TreeGrowth {
  if (!Number.isSafeInteger(dataBlocks) || dataBlocks < 1) throw new RangeError(`${dataBlocks} data blocks`);
  const levels = levelOffsets(dataBlocks).map((offset) => ({
    offset,
    bytes: new Uint8Array(verityBlockSize),
    used: 0,
  }));
  let filled: HashBlock[] = [];
  let rootHash: Uint8Array | undefined;
  let added = 0;

  function put(level: number, digest: Uint8Array): void {
    const open = levels[level];
    if (!open) {
      rootHash = digest.slice();
      return;
    }
    open.bytes.set(digest, open.used);
    open.used += digestSize;
    if (open.used === verityBlockSize) close(level);
  }
  function close(level: number): void {
    const { offset, bytes } = levels[level]!;
    filled.push({ offset, bytes });
    levels[level] = { offset: offset + verityBlockSize, bytes: new Uint8Array(verityBlockSize), used: 0 };
    put(level + 1, leafDigests(bytes, salt, sha256));
  }
  function takeFilled(): HashBlock[] {
    const taken = filled;
    filled = [];
    return taken;
  }

  return {
    add(leaves) {
      added += leaves.length / digestSize;
      if (!Number.isInteger(added) || added > dataBlocks)
        throw new RangeError(`leaves of ${leaves.length} bytes`);
      for (let at = 0; at < leaves.length; at += digestSize) put(0, leaves.subarray(at, at + digestSize));
      return takeFilled();
    },
    end() {
      if (added !== dataBlocks) throw new RangeError(`${added} leaves of ${dataBlocks}`);
      for (const [level, { used }] of levels.entries()) if (used > 0) close(level);
      return { rest: takeFilled(), rootHash: rootHash! };
    },
  };
}

/** In blocks, from the leaves up; none for a single data block, whose digest is the root hash. */
function levelSizes(dataBlocks: number): number[] {
  const sizes: number[] = [];
  for (let count = dataBlocks; count > 1; ) {
    count = Math.ceil(count / digestsPerBlock);
    sizes.push(count);
  }
  return sizes;
}

/** Where each level begins in the hash image, in bytes, from the leaves up: the leaves end it. */
function levelOffsets(dataBlocks: number): number[] {
  let end = hashImageSize(dataBlocks);
  return levelSizes(dataBlocks).map((size) => {
    end -= size * verityBlockSize;
    return end;
  });
}

/** In bytes: superblock and all levels for that many data blocks. */
export function hashImageSize(dataBlocks: number): number {
  return levelSizes(dataBlocks).reduce((sum, size) => sum + size, 1) * verityBlockSize;
}

/** The leaves out of a hash image: what an updating machine compares. Undefined when the image is too short. */
export function leavesOf(image: Uint8Array, dataBlocks: number): Uint8Array | undefined {
  const size = hashImageSize(dataBlocks);
  if (image.length < size || dataBlocks < 2) return undefined;
  const leafBlocks = Math.ceil(dataBlocks / digestsPerBlock);
  const start = size - leafBlocks * verityBlockSize;
  return image.slice(start, start + dataBlocks * digestSize);
}
