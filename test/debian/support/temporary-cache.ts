// An empty cache for one test, removed with it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Cache, openCache } from '../../../src/store/cache.ts';

export async function temporaryCache(): Promise<{ cache: Cache; remove(): Promise<void> }> {
  const root = await mkdtemp(join(tmpdir(), 'catamaran-debian-'));
  return { cache: await openCache(root), remove: () => rm(root, { recursive: true, force: true }) };
}
