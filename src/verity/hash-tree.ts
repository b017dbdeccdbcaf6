// The dm-verity hash tree: blocks of data → leaves → levels of 4 KiB hash blocks → root hash. Format version 1, kernel
// Documentation/admin-guide/device-mapper/verity.rst, "Hash Tree": each block's digest is sha256(salt ‖ block), a
// hash block holds 128 digests, the rest of the last one is zero; on disk the top level comes first.
// Leaves depend on nothing but the salt and their own block, so those of a segment are cached with the segment.
import { blockSize, digestSize, type VeritySuperblock, writeSuperblock } from './superblock.ts';

export type Sha256 = (bytes: Uint8Array) => Uint8Array;

const digestsPerBlock = blockSize / digestSize;

export interface HashTree {
  readonly rootHash: Uint8Array;
  /** The content of the hash partition: superblock, then the levels from the top. */
  readonly image: Uint8Array;
}

/** 32 bytes for each block of `data`, whose length is a multiple of 4096. */
export function leafDigests(data: Uint8Array, salt: Uint8Array, sha256: Sha256): Uint8Array {
  if (data.length % blockSize !== 0) throw new RangeError(`${data.length} bytes are no whole blocks`);
  const digests = new Uint8Array((data.length / blockSize) * digestSize);
  const salted = new Uint8Array(salt.length + blockSize);
  salted.set(salt);
  for (let block = 0; block * blockSize < data.length; block++) {
    salted.set(data.subarray(block * blockSize, (block + 1) * blockSize), salt.length);
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
  if (!Number.isInteger(dataBlocks) || dataBlocks === 0) {
    throw new RangeError(`leaves of ${leaves.length} bytes`);
  }
  const levels: Uint8Array[] = [];
  let digests = leaves;
  while (digests.length > digestSize) {
    const level = new Uint8Array(Math.ceil(digests.length / blockSize) * blockSize);
    level.set(digests);
    levels.unshift(level);
    digests = leafDigests(level, salt, sha256);
  }
  const image = new Uint8Array(hashImageSize(dataBlocks));
  image.set(writeSuperblock({ uuid, dataBlocks, salt }));
  let at = blockSize;
  for (const level of levels) {
    image.set(level, at);
    at += level.length;
  }
  return { rootHash: digests.slice(), image };
}

/** In bytes: superblock and all levels for that many data blocks. */
export function hashImageSize(dataBlocks: number): number {
  let blocks = 1;
  for (let count = dataBlocks; count > 1; ) {
    count = Math.ceil(count / digestsPerBlock);
    blocks += count;
  }
  return blocks * blockSize;
}

/** The leaves out of a hash image: what an updating machine compares. Undefined when the image is too short. */
export function leavesOf(image: Uint8Array, dataBlocks: number): Uint8Array | undefined {
  const size = hashImageSize(dataBlocks);
  if (image.length < size || dataBlocks < 2) return undefined;
  const leafBlocks = Math.ceil(dataBlocks / digestsPerBlock);
  const start = size - leafBlocks * blockSize;
  return image.slice(start, start + dataBlocks * digestSize);
}
