// One gzip member, RFC 1952, without name and time: parts of a DEFLATE stream, each on its own. What is compressed already
// is stored, and pieces of zeros are compressed once; so most of a disk goes at the speed of its checksum.
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { SparseImage } from '../../disk/sparse.ts';
import type { Blob } from '../../store/blob.ts';
import { digestOfHash } from '../../store/hash-file.ts';
import { isZero } from './blocks.ts';
import { deflatePart, lastPart } from './deflate.ts';
import { hashOfDisk, rememberHash } from './disk-hash.ts';
import type { OutputFile } from './output-file.ts';

/** Magic, method, no flags, no time, no hint of the effort, unknown system (2.3). */
const header = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff);

export interface Gzip {
  /** At most 1 MiB; best not much less. */
  write(bytes: Uint8Array): Promise<void>;
  /** What was written, unpacked. */
  finish(): Promise<Blob>;
}

/** `disk`: what is going to be written, where that is a disk as it is. */
export async function openGzip(file: OutputFile, disk?: SparseImage): Promise<Gzip> {
  let position = 0;
  let checksum = 0;
  const known = disk && hashOfDisk(disk);
  const hash = known ?? createHash('sha256');
  let size = 0;
  /** Of the last piece of zeros, which the next one is mostly as long as. */
  let zeros: { size: number; part: Uint8Array } | undefined;

  function compress(bytes: Uint8Array): Uint8Array {
    if (!isZero(bytes)) return deflateParts(bytes);
    if (zeros?.size !== bytes.length) zeros = { size: bytes.length, part: deflateParts(bytes) };
    return zeros.part;
  }
  async function append(bytes: Uint8Array): Promise<void> {
    await file.write(bytes, position);
    position += bytes.length;
  }

  await append(header);
  return {
    async write(bytes) {
      checksum = crc32(bytes, checksum);
      if (!known) hash.update(bytes);
      size += bytes.length;
      await append(compress(bytes));
    },
    async finish() {
      const trailer = Buffer.alloc(8);
      trailer.writeUInt32LE(checksum);
      trailer.writeUInt32LE(size % 2 ** 32, 4);
      await append(Buffer.concat([lastPart, trailer]));
      if (disk && !known) rememberHash(disk, hash);
      return { digest: digestOfHash(hash), size };
    },
  };
}

/** In bytes: nothing refers back beyond its own part. */
const partSize = 128 << 10;

function deflateParts(bytes: Uint8Array): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += partSize)
    parts.push(deflatePart(bytes.subarray(at, at + partSize)));
  return Buffer.concat(parts);
}
