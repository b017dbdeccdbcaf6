// A tree to a segment: a squashfs whose bytes are a function of the tree and the options alone. sqfstar reads our
// tar from a pipe, so nothing is extracted; xattrs and devices travel in the tar.
import { join } from 'node:path';
import { type TarEntry, writeTarEntries } from '../archive/write-tar.ts';
import type { Blob } from '../store/blob.ts';
import type { Cache } from '../store/cache.ts';
import { putFile } from '../store/put-file.ts';
import type { Tools } from '../tools/tools.ts';
import { sizeOf } from '../tree/content.ts';
import { addParents, type ReadonlyTree, type Tree, type TreePath, walk } from '../tree/tree.ts';

export interface SegmentOptions {
  /** Seconds since the epoch: the file system's own time, and no file is newer. */
  readonly epoch: number;
  /** zstd, 1 to 22. */
  readonly level: number;
  readonly processors: number;
  /**
   * What changes from one release to the next: laid behind all else. A squashfs is packed without gaps, so one byte more or
   * less in the middle moves everything after it, and a machine that updates would have to fetch all of that.
   */
  readonly last?: ReadonlySet<TreePath>;
  readonly signal?: AbortSignal;
}

export async function makeSegment(
  cache: Cache,
  tools: Tools,
  tree: ReadonlyTree,
  options: SegmentOptions,
): Promise<Blob> {
  const scratch = await cache.scratch();
  try {
    const path = join(scratch.path, 'segment.squashfs');
    const epoch = String(options.epoch);
    const root = tree.get('');
    const compression = ['-comp', 'zstd', '-Xcompression-level', String(options.level), '-b', '128K'];
    const fixed = [
      '-reproducible',
      '-mkfs-time',
      epoch,
      '-root-time',
      epoch,
      '-root-uid',
      '0',
      '-root-gid',
      '0',
    ];
    const rootMode = ['-root-mode', (root?.mode ?? 0o755).toString(8)];
    const whole = withParents(tree);
    const duplicates = mostOfOneSize(whole) > mostCompared ? ['-no-duplicates'] : [];
    const quiet = ['-quiet', '-no-progress', '-processors', String(options.processors), '-mem', '32M'];
    await tools.run('sqfstar', [...compression, ...fixed, ...rootMode, ...duplicates, ...quiet, path], {
      stdin: writeTarEntries(inOrder(whole, options.last), { clampMtime: options.epoch }),
      ...(options.signal ? { signal: options.signal } : {}),
    });
    return await putFile(cache, path, { derived: true });
  } finally {
    await scratch.dispose();
  }
}

/**
 * squashfs-tools compares a file with each that has its size, to keep equal ones once: of 50,000 that are nearly equal that
 * takes minutes, and of 200,000 an hour. Beyond so many of one size each file is kept by itself.
 */
const mostCompared = 10_000;

function mostOfOneSize(tree: ReadonlyTree): number {
  const counts = new Map<number, number>();
  for (const node of tree.values()) {
    const size = node.type === 'file' ? sizeOf(node.content) : 0;
    if (size > 0) counts.set(size, (counts.get(size) ?? 0) + 1);
  }
  let most = 0;
  for (const count of counts.values()) most = Math.max(most, count);
  return most;
}

function inOrder(tree: ReadonlyTree, last: ReadonlySet<TreePath> = new Set()): TarEntry[] {
  const entries = walk(tree).map(([path, node]) => ({ path, node }));
  const comesLast = ({ path, node }: TarEntry) => node.type !== 'directory' && last.has(path);
  return [...entries.filter((entry) => !comesLast(entry)), ...entries.filter(comesLast)];
}

/** Layers need not name the directories above their files; sqfstar would make them as of now. */
function withParents(tree: ReadonlyTree): ReadonlyTree {
  const whole: Tree = new Map(tree);
  for (const path of tree.keys()) addParents(whole, path);
  return whole;
}
