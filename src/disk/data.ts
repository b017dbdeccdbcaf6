// The data partition as it leaves the builder: an empty ext4, the same bytes each time, that grows online to the size of
// any disk. Mounted at /var; its directories are made by the first boot, not here.
import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CatamaranError } from '../base/errors.ts';
import { formatSize } from '../base/size.ts';
import { dataFormat } from '../contract/data-format.ts';
import { deriveGuid } from '../gpt/guid.ts';
import { type SparseImage, sparseImage } from './sparse.ts';

/** Runs a host tool; fails if it does. */
export type RunDiskTool = (
  name: string,
  args: string[],
  options: { env: Readonly<Record<string, string>> },
) => Promise<unknown>;

const minSize = 64 << 20;

export interface DataOptions {
  readonly osId: string;
  /** In bytes, a multiple of 4096; at least 64 MiB. */
  readonly size: number;
  /** Seconds since the epoch. */
  readonly epoch: number;
}

/** The non-zero parts of an image, one after the other in one file. */
export interface PackedImage {
  /** In bytes, with the holes. */
  readonly size: number;
  /** In the image: sorted, apart from each other. Their places in the file are the sums of the sizes before. */
  readonly pieces: readonly { readonly offset: number; readonly size: number }[];
}

/** Makes `packed`, a new file, and returns its index. `scratch`: a directory of ours on the same disk. */
export async function makeDataImage(
  run: RunDiskTool,
  { osId, size, epoch }: DataOptions,
  { packed, scratch }: { packed: string; scratch: string },
): Promise<PackedImage> {
  if (size < minSize) {
    throw new CatamaranError('spec', {
      code: 'data-too-small',
      message: `a data partition of ${formatSize(size)} is too small for a file system with a journal`,
      hint: 'Set disk.data to 64M or more.',
    });
  }
  const image = join(scratch, 'data.ext4');
  const file = await open(image, 'wx');
  await file.truncate(size).finally(() => file.close());
  const hashSeed = deriveGuid(osId, 'data-hash-seed');
  const extended = `hash_seed=${hashSeed},root_owner=0:0,lazy_itable_init=0,lazy_journal_init=0,nodiscard`;
  const fixed = ['-U', dataFsUuid(osId), '-E', extended];
  const env = { E2FSPROGS_FAKE_TIME: String(epoch), SOURCE_DATE_EPOCH: String(epoch) };
  await run('mke2fs', [...dataFormat, ...fixed, image], { env });
  try {
    return await pack(image, packed);
  } finally {
    await rm(image, { force: true });
  }
}

export function dataFsUuid(osId: string): string {
  return deriveGuid(osId, 'data-fs');
}

/** The image again, its pieces being slices of the file `path`. */
export function unpackImage({ size, pieces }: PackedImage, path: string): SparseImage {
  let at = 0;
  const extents = pieces.map((piece) => {
    const content = { at: 'file', path, offset: at, size: piece.size } as const;
    at += piece.size;
    return { offset: piece.offset, content };
  });
  return sparseImage(size, extents);
}

const chunkSize = 1 << 20;
const grain = 4096;

async function pack(from: string, to: string): Promise<PackedImage> {
  const source = await open(from, 'r');
  const target = await open(to, 'wx');
  const pieces: { offset: number; size: number }[] = [];
  try {
    const { size } = await source.stat();
    const chunk = Buffer.alloc(chunkSize);
    const zeros = Buffer.alloc(grain);
    for (let offset = 0; offset < size; ) {
      const { bytesRead } = await source.read(chunk, 0, chunkSize, offset);
      if (bytesRead === 0) throw new Error(`${from} ended early`);
      for (let start = 0; start < bytesRead; start += grain) {
        const block = chunk.subarray(start, Math.min(start + grain, bytesRead));
        if (block.equals(zeros.subarray(0, block.length))) continue;
        await target.write(block);
        const last = pieces.at(-1);
        if (last && last.offset + last.size === offset + start) last.size += block.length;
        else pieces.push({ offset: offset + start, size: block.length });
      }
      offset += bytesRead;
    }
    await target.sync();
    return { size, pieces };
  } finally {
    await source.close();
    await target.close();
  }
}
