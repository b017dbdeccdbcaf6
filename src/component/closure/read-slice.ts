// A few bytes of a file, wherever it lies, without reading the rest: of a program the closure needs its headers alone.
import { type FileHandle, open } from 'node:fs/promises';
import { type Content, sizeOf } from '../../tree/content.ts';

/** Bytes from `offset` on: fewer than `size` where the file ends, none beyond it. */
export type ReadSlice = (offset: number, size: number) => Promise<Uint8Array>;

/** Opens what the content lies in once, for as long as `use` runs. */
export async function withSlices<T>(content: Content, use: (read: ReadSlice) => Promise<T>): Promise<T> {
  const files = new Map<string, FileHandle>();

  async function readFrom(from: Content, offset: number, size: number): Promise<Uint8Array> {
    const length = Math.max(0, Math.min(size, sizeOf(from) - offset));
    if (length === 0) return new Uint8Array();
    if (from.at === 'memory') return from.bytes.subarray(offset, offset + length);
    const bytes = Buffer.alloc(length);
    if (from.at === 'sparse') {
      for (const part of from.parts) {
        const begin = Math.max(offset, part.offset);
        const end = Math.min(offset + length, part.offset + sizeOf(part.content));
        if (begin < end)
          bytes.set(await readFrom(part.content, begin - part.offset, end - begin), begin - offset);
      }
      return bytes;
    }
    const file = files.get(from.path) ?? (await open(from.path, 'r'));
    files.set(from.path, file);
    const { bytesRead } = await file.read(bytes, 0, length, from.offset + offset);
    return bytes.subarray(0, bytesRead);
  }

  try {
    return await use((offset, size) => readFrom(content, offset, size));
  } finally {
    for (const file of files.values()) await file.close();
  }
}
