// The file of an output while it is written: from its beginning to its end, and hashed on the way, so that nobody has to
// read it again to say what it is.
import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { setImmediate as breathe } from 'node:timers/promises';
import type { Blob } from '../../store/blob.ts';
import { digestOfHash, writeFully } from '../../store/hash-file.ts';

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

export function openOutputFile(file: FileHandle): OutputFile & { finish(): Promise<WrittenFile> } {
  const hash = createHash('sha256');
  let end = 0;

  async function passOver(position: number): Promise<void> {
    if (position < end) throw new RangeError(`byte ${position} of an output comes after byte ${end}`);
    while (end < position) {
      const length = Math.min(zeros.length, position - end);
      hash.update(zeros.subarray(0, length));
      end += length;
      // Holes can be of many gigabytes: an interrupt is heard between two pieces.
      if (end < position) await breathe();
    }
  }

  return {
    async write(bytes, position) {
      await passOver(position);
      // One thread of the pool writes while this one hashes.
      const written = writeFully(file, bytes, position);
      hash.update(bytes);
      end = position + bytes.length;
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
