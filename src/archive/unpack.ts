// Decompresses the data member of a .deb: into a file aside, in this thread or another, and from there into the cache.
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Blob } from '../store/blob.ts';
import type { Cache } from '../store/cache.ts';
import { withDisk } from '../store/disk.ts';
import { digestOfHash, writeFully } from '../store/hash-file.ts';
import { type Content, readContent } from '../tree/content.ts';
import { boundSize } from './bound-size.ts';
import { decompress } from './decompress.ts';

export type DataFormat = 'gzip' | 'xz' | 'zstd' | 'none';

export interface UnpackRequest {
  readonly content: Content;
  readonly format: DataFormat;
  /** In bytes: more than this is refused. */
  readonly limit: number;
  readonly what: string;
}

/** Writes and syncs the new file `path`; the answer is what is in it. `writeUnpacked`, or a pool's (unpack-pool.ts). */
export type Unpack = (request: UnpackRequest, path: string) => Promise<Blob>;

export async function unpackIntoCache(request: UnpackRequest, cache: Cache, unpack: Unpack): Promise<Blob> {
  const scratch = await cache.scratch();
  try {
    const path = join(scratch.path, 'data.tar');
    const blob = await unpack(request, path);
    await cache.adoptBlob(path, blob);
    return blob;
  } finally {
    await scratch.dispose();
  }
}

/** In this thread. */
export async function writeUnpacked(request: UnpackRequest, path: string): Promise<Blob> {
  const { content, format, limit, what } = request;
  return withDisk(path, async () => {
    const file = await open(path, 'wx', 0o644);
    try {
      const hash = createHash('sha256');
      let size = 0;
      for await (const chunk of boundSize(decompress(readContent(content), format), limit, what)) {
        hash.update(chunk);
        await writeFully(file, chunk, size);
        size += chunk.length;
      }
      await file.sync();
      return { digest: digestOfHash(hash), size };
    } finally {
      await file.close();
    }
  });
}
