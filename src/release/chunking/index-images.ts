// The chunk index of a release, from its three images: one reading of each, in the memory of one piece.
import { hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type ChunkIndex, writeChunkIndex } from '../../contract/chunk-index.ts';
import { type ReleasePart, releaseParts } from '../../contract/release-manifest.ts';
import type { ChunkList } from '../../verity/chunk-delta.ts';
import { type ChunkSizes, chunkSizes, cutChunks } from './cut-chunks.ts';

/**
 * Where index and data together are smallest for docker.io rebuilt (docs/updates.md); other pairs want 2 to 4 KiB, and gain
 * little by them, for what a segment holds is packed in blocks of 128 KiB. A hash tree has 32 bytes for each block of the root.
 */
export const chunkingOf: Readonly<Record<ReleasePart, ChunkSizes>> = {
  boot: chunkSizes(8 << 10),
  root: chunkSizes(8 << 10),
  hash: chunkSizes(2 << 10),
};

/** `images`: paths. */
export async function indexImages(images: Readonly<Record<ReleasePart, string>>): Promise<Uint8Array> {
  const lists: Partial<Record<ReleasePart, ChunkList>> = {};
  for (const part of releaseParts)
    lists[part] = await listChunks(
      createReadStream(images[part], { highWaterMark: 1 << 20 }),
      chunkingOf[part],
    );
  return writeChunkIndex(lists as ChunkIndex);
}

export async function listChunks(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  sizes: ChunkSizes,
): Promise<ChunkList> {
  const found = { ids: [] as number[], sizes: [] as number[] };
  for await (const chunk of cutChunks(source, sizes)) {
    const digest = hash('sha256', chunk, 'buffer');
    found.ids.push(digest.readUInt32LE(0), digest.readUInt32LE(4));
    found.sizes.push(chunk.length);
  }
  return { ids: Uint32Array.from(found.ids), sizes: Uint32Array.from(found.sizes) };
}
