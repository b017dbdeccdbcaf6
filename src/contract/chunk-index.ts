// OS-VERSION-ARCH.chunks of a repository: the images of a release as chunks that are cut by content, so that a machine
// finds what it has of them wherever it lies. Bytes, for a machine reads it in an interpreter: `catamaran-chunks`, then
// little-endian words of 32 bits: the format, and the number of chunks of boot, root and hash; then for every chunk of all
// three the first 8 bytes of its SHA-256, and after these for every chunk its size less one, in 16 bits.
//
// The signed manifest has its hash and its size. That its sizes add up is checked here; that its ids are true is seen when
// the image is put together, by the image's own hash.
import { type ChunkList, sizeOfChunks } from '../verity/chunk-delta.ts';
import { malformedDocument, newerDocument } from './document.ts';
import { type ReleasePart, releaseParts } from './release-manifest.ts';

export type ChunkIndex = Readonly<Record<ReleasePart, ChunkList>>;

/** Of one chunk, in bytes. */
export const chunkSizeLimit = 1 << 16;

const chunkIndexFormat = 1;
const magic = 'catamaran-chunks';
export const chunkIndexHead = magic.length + 4 * (1 + releaseParts.length);
const idSize = 8;
const entrySize = idSize + 2;

export function writeChunkIndex(index: ChunkIndex): Uint8Array {
  const lists = releaseParts.map((part) => index[part]);
  const total = lists.reduce((sum, { sizes }) => sum + sizes.length, 0);
  const bytes = new Uint8Array(chunkIndexHead + total * entrySize);
  const view = new DataView(bytes.buffer);
  for (let at = 0; at < magic.length; at++) bytes[at] = magic.charCodeAt(at);
  view.setUint32(magic.length, chunkIndexFormat, true);
  let [id, size] = [chunkIndexHead, chunkIndexHead + total * idSize];
  for (const [number, { ids, sizes }] of lists.entries()) {
    view.setUint32(magic.length + 4 + 4 * number, sizes.length, true);
    for (const word of ids) {
      view.setUint32(id, word, true);
      id += 4;
    }
    for (const each of sizes) {
      if (each < 1 || each > chunkSizeLimit) throw new RangeError(`a chunk of ${each} bytes`);
      view.setUint16(size, each - 1, true);
      size += 2;
    }
  }
  return bytes;
}

/** How many bytes an index has that begins like this. */
export function sizeOfChunkIndex(head: Uint8Array, what: string): number {
  return chunkIndexHead + countsOf(head, what).reduce((sum, count) => sum + count, 0) * entrySize;
}

export function readChunkIndex(bytes: Uint8Array, what: string): ChunkIndex {
  const counts = countsOf(bytes, what);
  const total = counts.reduce((sum, count) => sum + count, 0);
  if (bytes.length !== chunkIndexHead + total * entrySize)
    throw malformedDocument(what, `has ${bytes.length} bytes for ${total} chunks`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let first = 0;
  const lists = counts.map((count): ChunkList => {
    const ids = new Uint32Array(2 * count);
    const sizes = new Uint32Array(count);
    const at = chunkIndexHead + first * idSize;
    for (let word = 0; word < ids.length; word++) ids[word] = view.getUint32(at + 4 * word, true);
    const there = chunkIndexHead + total * idSize + 2 * first;
    for (let chunk = 0; chunk < count; chunk++) sizes[chunk] = view.getUint16(there + 2 * chunk, true) + 1;
    first += count;
    return { ids, sizes };
  });
  return Object.fromEntries(releaseParts.map((part, at) => [part, lists[at]!])) as Record<
    ReleasePart,
    ChunkList
  >;
}

/** That it is one of images of these sizes. */
export function requireChunkSizes(
  index: ChunkIndex,
  parts: Readonly<Record<ReleasePart, { readonly size: number }>>,
  what: string,
): void {
  for (const part of releaseParts) {
    const found = sizeOfChunks(index[part]);
    if (found !== parts[part].size)
      throw malformedDocument(what, `has ${found} bytes of ${part} where the image has ${parts[part].size}`);
  }
}

function countsOf(bytes: Uint8Array, what: string): number[] {
  const said = String.fromCharCode(...bytes.subarray(0, magic.length));
  if (bytes.length < chunkIndexHead || said !== magic)
    throw malformedDocument(what, 'does not begin as a chunk index');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const format = view.getUint32(magic.length, true);
  if (format !== chunkIndexFormat) throw newerDocument(what, format);
  return releaseParts.map((_, number) => view.getUint32(magic.length + 4 + 4 * number, true));
}
