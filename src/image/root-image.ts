// The root image: base ‖ segment ‖ segment …, each a whole number of 4 KiB blocks, under one verity tree. The leaves of
// each part are remembered by its digest, so that a change of one part costs the hashing of that part only.
import { hash } from 'node:crypto';
import { type Digest, digestFromHex } from '../base/digest.ts';
import { deriveGuid, uuidBytes } from '../gpt/guid.ts';
import type { Blob } from '../store/blob.ts';
import type { Cache } from '../store/cache.ts';
import { lostBlob } from '../store/lost-blob.ts';
import { readContent } from '../tree/content.ts';
import { buildHashTree, leafDigests } from '../verity/hash-tree.ts';
import { verityBlockSize } from '../verity/superblock.ts';

export interface RootImage {
  /** In the order of the image; the first is base. */
  readonly parts: readonly Blob[];
  readonly dataBlocks: number;
  /** Hex. */
  readonly rootHash: string;
  /** Hex; fixed for an OS id, so that equal blocks of two versions have equal leaves. */
  readonly salt: string;
  /** The content of the hash partition. */
  readonly hashImage: Blob;
}

const sha256 = (bytes: Uint8Array): Uint8Array => hash('sha256', bytes, 'buffer');

export function saltOf(osId: string): string {
  return hash('sha256', `catamaran verity salt\0${osId}`, 'hex');
}

export async function assembleRoot(cache: Cache, osId: string, parts: readonly Blob[]): Promise<RootImage> {
  const salt = saltOf(osId);
  const leaves: Uint8Array[] = [];
  for (const part of parts) leaves.push(await leavesOfPart(cache, part, salt));
  const all = Buffer.concat(leaves);
  const uuid = uuidBytes(deriveGuid(osId, 'verity'));
  const tree = buildHashTree(all, { uuid, salt: Buffer.from(salt, 'hex') }, sha256);
  return {
    parts,
    dataBlocks: all.length / 32,
    rootHash: Buffer.from(tree.rootHash).toString('hex'),
    salt,
    hashImage: await cache.putBlob(tree.image, { derived: true }),
  };
}

async function leavesOfPart(cache: Cache, part: Blob, salt: string): Promise<Uint8Array> {
  const key: Digest = digestFromHex(hash('sha256', `${part.digest} ${salt}`, 'hex'));
  const known = await cache.result('leaves', key);
  if (typeof known === 'string') return Buffer.from(known, 'base64');
  const leaves = await computeLeaves(cache, part, salt);
  await cache.putResult('leaves', key, Buffer.from(leaves).toString('base64'));
  return leaves;
}

async function computeLeaves(cache: Cache, part: Blob, salt: string): Promise<Uint8Array> {
  if (part.size % verityBlockSize !== 0)
    throw new RangeError(`a part of ${part.size} bytes is no whole number of blocks`);
  const path = await cache.verifiedBlob(part.digest);
  if (path === undefined) throw lostBlob(part.digest);
  const saltBytes = Buffer.from(salt, 'hex');
  const leaves: Uint8Array[] = [];
  for await (const chunk of readContent({ at: 'file', path, offset: 0, size: part.size })) {
    leaves.push(leafDigests(chunk, saltBytes, sha256));
  }
  return Buffer.concat(leaves);
}
