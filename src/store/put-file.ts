// Takes a file that a tool wrote on the cache's own disk into the cache, without copying it: hashed once and renamed.
import { createHash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import type { Blob } from './blob.ts';
import type { Cache } from './cache.ts';
import { digestOfHash, hashFile } from './hash-file.ts';

/** `path` lies in a scratch directory of this cache; it is gone afterwards. */
export async function putFile(cache: Cache, path: string, options: { derived?: true } = {}): Promise<Blob> {
  const hash = createHash('sha256');
  await hashFile(path, hash);
  const { size } = await stat(path);
  const blob: Blob = { digest: digestOfHash(hash), size };
  if (!options.derived) {
    const file = await open(path, 'r+');
    await file.sync();
    await file.close();
  }
  await cache.adoptBlob(path, blob, options);
  return blob;
}
