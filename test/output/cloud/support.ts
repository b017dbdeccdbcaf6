// A disk as a build makes it, in small: a partition table and extents at odd places, some that shrink and some that do not.
import { createHash } from 'node:crypto';
import { assembleDisk, type DiskImage } from '../../../src/disk/disk.ts';
import { layoutDisk } from '../../../src/disk/disk-layout.ts';
import { sparseImage } from '../../../src/disk/sparse.ts';
import { contentBytes, contentOf } from '../../../src/tree/content.ts';

export const MiB = 1 << 20;

/** Bytes that no compressor makes fewer, the same each time. */
export function incompressible(size: number, seed: string): Uint8Array {
  const parts: Buffer[] = [];
  for (let number = 0; 32 * number < size; number += 1)
    parts.push(createHash('sha256').update(`${seed}${number}`).digest());
  return Buffer.concat(parts).subarray(0, size);
}

/** Of about 200 MiB, most of it holes. */
export function sampleDisk(): DiskImage {
  const sizes = { slot: 24 * MiB, data: 64 * MiB, boot: 16 * MiB, esp: 34 * MiB };
  const layout = layoutDisk({ osId: 'sample', arch: 'amd64', sizes });
  return assembleDisk(
    layout,
    {
      'root-a': sparseImage(8 * MiB, [
        { offset: 0, content: contentOf(incompressible(3 * MiB + 4097, 'root')) },
        { offset: 5 * MiB + 1, content: contentOf('text '.repeat(50_000)) },
      ]),
      'boot-a': sparseImage(MiB, [{ offset: 700, content: contentOf(Buffer.alloc(300_000, 'boot')) }]),
      data: sparseImage(60 * MiB, [
        { offset: 0, content: contentOf(new Uint8Array(200_000)) },
        { offset: 59 * MiB + 3, content: contentOf('the end') },
      ]),
    },
    incompressible(440, 'boot code'),
  );
}

/** All of it. For small disks. */
export async function bytesOf(disk: DiskImage): Promise<Buffer> {
  const bytes = Buffer.alloc(disk.size);
  for (const { offset, content } of disk.extents) bytes.set(await contentBytes(content), offset);
  return bytes;
}
