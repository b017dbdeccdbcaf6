// The file of an output while it is written: from its beginning to its end, and hashed on the way, so that nobody has to
// read it again to say what it is.
import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { setImmediate as breathe } from 'node:timers/promises';
import type { SparseImage } from '../../disk/sparse.ts';
import type { Blob } from '../../store/blob.ts';
import { digestOfHash, writeFully } from '../../store/hash-file.ts';
import { hashOfDisk, rememberHash } from './disk-hash.ts';

export interface OutputFile {
  /** What lies between the end so far and `position` stays a hole, of zeros. The bytes are read until it resolves. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** Lets the file end at `size`, with a hole where nothing was written. */
  extend(size: number): Promise<void>;
}

/** What was written, and where it may be met again. */
export interface WrittenFile extends Blob {
  readonly print: string;
  /** Of a file that is compressed as a whole: what it is when it is unpacked. */
  readonly uncompressed?: Blob;
}

/** Of a file: differs from that of every other one that has or had its name, and from its own after a change. */
export const printOf = ({ size, mtimeNs, ino, dev }: BigIntStats): string =>
  [size, mtimeNs, ino, dev].join(' ');

const zeros = new Uint8Array(4 << 20);

/** `disk`: what the file begins with as it is. What another output of it was hashed for is not hashed once more. */
export function openOutputFile(
  file: FileHandle,
  disk?: SparseImage,
): OutputFile & { finish(): Promise<WrittenFile> } {
  const known = disk && hashOfDisk(disk);
  const hash = known ?? createHash('sha256');
  /** Up to there it has the bytes already. */
  const hashed = known ? disk!.size : 0;
  let end = 0;

  function hashOn(bytes: Uint8Array): void {
    hash.update(bytes.subarray(Math.min(bytes.length, Math.max(0, hashed - end))));
    end += bytes.length;
    if (end === disk?.size) rememberHash(disk, hash);
  }

  async function passOver(position: number): Promise<void> {
    if (position < end) throw new RangeError(`byte ${position} of an output comes after byte ${end}`);
    end = Math.max(end, Math.min(position, hashed));
    while (end < position) {
      hashOn(zeros.subarray(0, Math.min(zeros.length, position - end)));
      // Holes can be of many gigabytes: an interrupt is heard between two pieces.
      if (end < position) await breathe();
    }
  }

  return {
    async write(bytes, position) {
      await passOver(position);
      // One thread of the pool writes while this one hashes.
      const written = writeFully(file, bytes, position);
      hashOn(bytes);
      await written;
    },
    async extend(size) {
      await passOver(size);
      await file.truncate(size);
    },
    async finish() {
      return { digest: digestOfHash(hash), size: end, print: printOf(await file.stat({ bigint: true })) };
    },
  };
}
