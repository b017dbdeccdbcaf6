// A tree to an EROFS image whose bytes are a function of the tree and the options alone. mkfs.erofs reads our tar from a
// pipe, so nothing is extracted; extended attributes and devices travel in the tar.
import { join } from 'node:path';
import { writeTar } from '../archive/write-tar.ts';
import type { Blob } from '../store/blob.ts';
import type { Cache } from '../store/cache.ts';
import { putFile } from '../store/put-file.ts';
import type { Tools } from '../tools/tools.ts';
import { addParents, directory, type ReadonlyTree, type Tree } from '../tree/tree.ts';

export interface ErofsOptions {
  /** Seconds since the epoch: the file system's own time, and no file is newer. */
  readonly epoch: number;
  /** Of the file system. */
  readonly uuid: string;
  /** lz4hc, 1 to 12. */
  readonly level: number;
  /** At least one; the bytes do not depend on it. */
  readonly processors: number;
  readonly signal?: AbortSignal;
}

export async function makeErofs(
  cache: Cache,
  tools: Tools,
  tree: ReadonlyTree,
  { epoch, uuid, level, processors, signal }: ErofsOptions,
): Promise<Blob> {
  const whole: Tree = new Map([['', directory()], ...tree]);
  for (const path of tree.keys()) addParents(whole, path);
  const scratch = await cache.scratch();
  try {
    const path = join(scratch.path, 'root.erofs');
    // Every kernel that has EROFS with compression reads lz4, in clusters of up to 64 KiB since 5.13.
    const compression = [`-zlz4hc,level=${level}`, '-C65536', `--workers=${processors}`];
    const times = [`-T${epoch}`, '--mkfs-time', '--preserve-mtime'];
    await tools.run('mkfs.erofs', ['--quiet', '--tar=f', ...compression, ...times, `-U${uuid}`, path], {
      stdin: writeTar(whole, { clampMtime: epoch }),
      ...(signal ? { signal } : {}),
    });
    return await putFile(cache, path, { derived: true });
  } finally {
    await scratch.dispose();
  }
}
