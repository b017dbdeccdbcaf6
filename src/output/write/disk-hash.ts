// SHA-256 of a disk as it is, kept while a build goes on: some outputs are those bytes, begin with them or hold them packed,
// and hashing gigabytes of zeros again takes longer than all else of writing one.
import type { Hash } from 'node:crypto';
import type { SparseImage } from '../../disk/sparse.ts';

const states = new WeakMap<SparseImage, Hash>();

/** After all of its bytes, and the caller's own; undefined where nobody has hashed them yet. */
export const hashOfDisk = (disk: SparseImage): Hash | undefined => states.get(disk)?.copy();

/** `hash` has had all of the disk's bytes and nothing else. */
export function rememberHash(disk: SparseImage, hash: Hash): void {
  states.set(disk, hash.copy());
}
