// What the steps work with: the cache, the archive's packages, and how many may work at once. One for each build. What is
// opened from it (tools.ts, packages.ts) is opened once.
import { openUnpackPool } from '../archive/unpack-pool.ts';
import type { Context } from '../lock/context.ts';
import type { LockedSpec } from '../lock/locked-spec.ts';
import type { PackageAccess } from '../packages/source.ts';
import type { Blob } from '../store/blob.ts';
import type { Cache } from '../store/cache.ts';
import type { Content } from '../tree/content.ts';

export interface Workshop {
  readonly locked: LockedSpec;
  readonly context: Context;
  readonly cache: Cache;
  readonly packages: PackageAccess;
}

/** Gives a workshop to `work` and closes it when that is done. */
export async function withWorkshop<T>(
  locked: LockedSpec,
  context: Context,
  work: (workshop: Workshop) => Promise<T>,
): Promise<T> {
  const { cache, reporter, signal, mirror, snapshotMirrors, transport, offline, jobs, unpackWorker } =
    context;
  const pool = unpackWorker && openUnpackPool(unpackWorker, jobs);
  const packages: PackageAccess = {
    cache,
    reporter,
    signal,
    mirror,
    snapshotMirrors,
    transport,
    offline,
    ...(pool ? { unpack: pool.unpack } : {}),
  };
  try {
    return await work({ locked, context, cache, packages });
  } finally {
    await pool?.close();
  }
}

/** The bytes of a blob that was verified when its step's result was taken. */
export function contentOfBlob(cache: Cache, blob: Blob): Content & { at: 'file' } {
  return { at: 'file', path: cache.blobPath(blob.digest), offset: 0, size: blob.size };
}
