// The content of a sparse file in an archive: what is stored, at its places, with holes between them.
import type { SparseContent } from '../tree/content.ts';
import { tarError } from '../tree/refused.ts';
import {
  oldExtents,
  oldSize,
  type PaxSparse,
  readMap,
  requireFew,
  requireMap,
  type SparseExtent,
  type SparseMap,
} from './sparse-map.ts';
import { tarBlockSize } from './tar-header.ts';
import { type TarSource, truncated } from './tar-source.ts';

/** Of type `S`; `block` is its header's. More blocks with extents may follow it, which its size does not count. */
export async function readOldSparse(
  source: TarSource,
  block: Uint8Array,
  stored: number,
  path: string,
  limit: number,
): Promise<SparseContent> {
  const at = source.offset - tarBlockSize;
  const extents: SparseExtent[] = [];
  let found = oldExtents(block, 'header', at);
  extents.push(...found.extents);
  while (found.more) {
    found = oldExtents(await takeBlock(source), 'extension', at);
    extents.push(...found.extents);
    requireFew(extents);
  }
  return readExtents(source, { size: oldSize(block, at), extents }, stored, path, limit);
}

/** `stored`: of the map, where it comes before the content, and the content. */
export async function readPaxSparse(
  source: TarSource,
  { size, extents }: PaxSparse,
  stored: number,
  path: string,
  limit: number,
): Promise<SparseContent> {
  const start = source.offset;
  const map = { size, extents: extents ?? (await readMap(() => takeBlock(source))) };
  return readExtents(source, map, stored - (source.offset - start), path, limit);
}

async function readExtents(
  source: TarSource,
  map: SparseMap,
  stored: number,
  path: string,
  limit: number,
): Promise<SparseContent> {
  requireMap(map, stored, path);
  if (map.size > limit)
    throw tarError(
      'sparse',
      `the archive's sparse files have more than ${limit} bytes, with ${JSON.stringify(path)}`,
    );
  const parts = [];
  for (const { offset, size } of map.extents)
    if (size > 0) parts.push({ offset, content: await source.content(size) });
  return { at: 'sparse', size: map.size, parts };
}

async function takeBlock(source: TarSource): Promise<Uint8Array> {
  const block = await source.take(tarBlockSize);
  if (block.length < tarBlockSize) throw truncated(source.offset);
  return block;
}
