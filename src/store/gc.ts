// Frees what the cache has not used for long. Whatever it removes can be fetched or made again, so the worst that a
// wrong choice costs is time; a running build's own things are recent, and so they stay.
import type { Digest } from '../base/digest.ts';
import { digestFromHex } from '../base/digest.ts';
import { removeDirectory, withDisk } from './disk.ts';
import { type CacheEntry, cacheEntries, sizeBelow } from './info.ts';
import { ownerState } from './owner.ts';

export interface GcOptions {
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Milliseconds since the last use after which a thing goes. */
  readonly olderThan: number;
  /** Blobs that stay whatever their age. */
  readonly keep?: ReadonlySet<Digest>;
}

export interface GcReport {
  readonly count: number;
  readonly bytes: number;
}

export async function collectGarbage(root: string, options: GcOptions): Promise<GcReport> {
  let count = 0;
  let bytes = 0;
  for await (const entry of cacheEntries(root)) {
    if (!isGarbage(entry, options)) continue;
    bytes += await sizeBelow(entry.path, entry.stats);
    count += 1;
    await withDisk(entry.path, () => removeDirectory(entry.path));
  }
  return { count, bytes };
}

function isGarbage({ kind, name, stats }: CacheEntry, { now, olderThan, keep }: GcOptions): boolean {
  // `tmp/OWNER`, `partial/DIGEST.OWNER`: a running process's stay, at whatever age.
  const owner = ownerState(name.slice(name.indexOf('.') + 1));
  if (owner === 'alive') return false;
  if (owner === 'dead' && kind === 'tmp') return true;
  if (kind === 'blobs' && /^[0-9a-f]{64}$/.test(name) && keep?.has(digestFromHex(name))) return false;
  return now - stats.mtimeMs > olderThan;
}
