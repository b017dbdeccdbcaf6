// The disk as it is, compressed as one stream: for clouds that unpack it themselves, and for downloads.
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { SparseImage } from '../../disk/sparse.ts';
import type { Blob } from '../../store/blob.ts';
import { digestOfHash } from '../../store/hash-file.ts';
import type { Tools } from '../../tools/tools.ts';
import { copyContent } from '../write/copy-extent.ts';
import { hashOfDisk, rememberHash } from '../write/disk-hash.ts';
import { streamDisk } from '../write/disk-stream.ts';
import { openGzip } from '../write/gzip.ts';
import type { WrittenFile } from '../write/output-file.ts';
import { withScratch } from '../write/scratch.ts';
import { type OutputOptions, writeOutput } from '../write/write-output.ts';

export interface CompressedFile extends WrittenFile {
  /** What comes out when it is unpacked. */
  readonly uncompressed: Blob;
}

export async function writeRawGzip(
  disk: SparseImage,
  path: string,
  options: OutputOptions = {},
): Promise<CompressedFile> {
  let uncompressed: Blob;
  const written = await writeOutput(
    path,
    async (file) => {
      const gzip = await openGzip(file, disk);
      for await (const chunk of streamDisk(disk, options)) await gzip.write(chunk);
      uncompressed = await gzip.finish();
    },
    options,
  );
  return { ...written, uncompressed: uncompressed! };
}

export interface ZstdOptions extends OutputOptions {
  readonly tools: Tools;
  /** At least one; the bytes do not depend on it. */
  readonly threads: number;
  /** 1 to 19. */
  readonly level: number;
}

export async function writeRawZstd(
  disk: SparseImage,
  path: string,
  { tools, threads, level, ...options }: ZstdOptions,
): Promise<CompressedFile> {
  const { signal } = options;
  const known = hashOfDisk(disk);
  const hash = known ?? createHash('sha256');
  async function* hashed(): AsyncGenerator<Uint8Array> {
    for await (const chunk of streamDisk(disk, options)) {
      if (!known) hash.update(chunk);
      yield chunk;
    }
    if (!known) rememberHash(disk, hash);
  }
  const written = await writeOutput(
    path,
    (file) =>
      withScratch(path, async (directory) => {
        const packed = join(directory, 'disk.zst');
        const args = [`-${level}`, `-T${threads}`, `--stream-size=${disk.size}`, '--quiet', '-o', packed];
        await tools.run('zstd', args, { stdin: hashed(), signal });
        const { size } = await stat(packed);
        const content = { at: 'file', path: packed, offset: 0, size } as const;
        await copyContent(content, { start: 0, size }, file, 0, { signal });
      }),
    options,
  );
  return { ...written, uncompressed: { digest: digestOfHash(hash), size: disk.size } };
}
