// Parts of a root file system to compressed cpio archives that the kernel unpacks one after the other. Each is kept in
// the cache under a digest of what is in it, so that a changed file makes one archive anew.
import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import { writeCpio } from '../../archive/write-cpio.ts';
import { type Digest, digestFromHex } from '../../base/digest.ts';
import { asJson } from '../../base/json.ts';
import type { Blob } from '../../store/blob.ts';
import type { Cache } from '../../store/cache.ts';
import { digestOf } from '../../store/digest-of.ts';
import { putFile } from '../../store/put-file.ts';
import type { Tools } from '../../tools/tools.ts';
import { sizeOf } from '../../tree/content.ts';
import { digestContent } from '../../tree/digest-tree.ts';
import type { FileNode, TreeNode } from '../../tree/node.ts';
import type { ReadonlyTree, Tree, TreePath } from '../../tree/tree.ts';
import { shareFiles } from './share-files.ts';

export interface PackedArchive {
  readonly blob: Blob;
  /** Bytes of memory that its files take, in whole pages. */
  readonly unpacked: number;
  /** Paths whose extended attributes cpio cannot hold. */
  readonly plain: readonly string[];
}

export interface ArchiveOptions {
  readonly cache: Cache;
  /** A digest of the code that makes them. */
  readonly code: string;
  readonly tools: () => Promise<Tools>;
  readonly epoch: number;
  /** zstd, 1 to 19. */
  readonly level: number;
  readonly threads: number;
  /** Lets only so many compressors run at a time. */
  readonly limit: <T>(work: () => Promise<T>) => Promise<T>;
  readonly signal: AbortSignal;
}

export interface ImageTree {
  /** Equal for equal trees. */
  readonly key: Digest;
  open(): Promise<ReadonlyTree>;
}

const pageSize = 4096;
/** In bytes of content: what is smaller is not worth a compressor. The kernel takes plain archives between others. */
const smallSize = 64 << 10;

/** One after the other, what several of them have alike last. Trees are opened only if one of them is new. */
export async function makeImageArchives(
  images: readonly ImageTree[],
  apart: ReadonlySet<TreePath>,
  options: ArchiveOptions,
): Promise<readonly PackedArchive[]> {
  const { cache, code, epoch, level } = options;
  const keys = images.map(({ key }) => key);
  const key = digestOf({ images: keys, apart: [...apart], epoch, level, code });
  const known = (await cache.result('image-cpios', key)) as unknown as
    | { archives: PackedArchive[] }
    | undefined;
  if (known && (await areWhole(known.archives, cache))) return known.archives;
  const { shared, rests } = await shareFiles(await Promise.all(images.map(({ open }) => open())), apart);
  const trees = shared.size > 0 ? [...rests, shared] : rests;
  const archives = await Promise.all(trees.map((tree) => makeArchive(tree, options)));
  await cache.putResult('image-cpios', key, asJson({ archives }));
  return archives;
}

export async function makeArchive(tree: ReadonlyTree, options: ArchiveOptions): Promise<PackedArchive> {
  const { cache, code, epoch, level, limit } = options;
  const key = digestOf({ of: await keyOf(tree, cache), epoch, level, code });
  const known = (await cache.result('cpio', key)) as unknown as PackedArchive | undefined;
  if (known && (await areWhole([known], cache))) return known;
  const [plain, stripped] = withoutAttributes(tree);
  const size = [...tree.values()].reduce((sum, node) => sum + contentSize(node), 0);
  const archive: PackedArchive = {
    blob:
      size < smallSize
        ? await cache.putBlob(writeCpio(stripped, { clampMtime: epoch }), { derived: true })
        : await limit(() => compress(stripped, options)),
    unpacked: memoryOf(tree),
    plain,
  };
  await cache.putResult('cpio', key, asJson(archive));
  return archive;
}

async function areWhole(archives: readonly PackedArchive[], cache: Cache): Promise<boolean> {
  for (const { blob } of archives) if ((await cache.verifiedBlob(blob.digest)) === undefined) return false;
  return true;
}

async function compress(tree: ReadonlyTree, options: ArchiveOptions): Promise<Blob> {
  const { cache, tools, epoch, level, threads, signal } = options;
  const scratch = await cache.scratch();
  try {
    const path = join(scratch.path, 'archive');
    // The output does not depend on the number of threads, if there is at least one.
    const args = [`-${level}`, `-T${threads}`, '--quiet', '-o', path];
    await (await tools()).run('zstd', args, { stdin: writeCpio(tree, { clampMtime: epoch }), signal });
    return await putFile(cache, path, { derived: true });
  } finally {
    await scratch.dispose();
  }
}

const contentSize = (node: TreeNode): number => (node.type === 'file' ? sizeOf(node.content) : 0);

function memoryOf(tree: ReadonlyTree): number {
  let pages = 0;
  for (const node of new Set(tree.values())) pages += Math.ceil(contentSize(node) / pageSize);
  return pages * pageSize;
}

function withoutAttributes(tree: ReadonlyTree): [plain: string[], stripped: ReadonlyTree] {
  const plain = [...tree].filter(([, node]) => (node.xattrs?.size ?? 0) > 0).map(([path]) => path);
  if (plain.length === 0) return [plain, tree];
  const stripped: Tree = new Map();
  // Hard links stay the links of one node.
  const copies = new Map<TreeNode, TreeNode>();
  for (const [path, node] of tree) {
    const { xattrs: _, ...rest } = node;
    if (!copies.has(node)) copies.set(node, rest as TreeNode);
    stripped.set(path, copies.get(node)!);
  }
  return [plain, stripped];
}

/** Of every path and node. A slice of the cache's blobs is known by the blob's name, and need not be read. */
async function keyOf(tree: ReadonlyTree, cache: Cache): Promise<Digest> {
  const hash = createHash('sha256');
  const numbers = new Map<FileNode, number>();
  const blobs = join(cache.root, 'blobs');
  for (const [path, node] of tree) {
    const { type, mode, uid, gid, mtime, xattrs } = node;
    const facts: unknown[] = [path, type, mode, uid, gid, mtime];
    for (const [name, value] of xattrs ?? []) facts.push(name, Buffer.from(value).toString('base64'));
    if (node.type === 'symlink') facts.push(node.target);
    if ('major' in node) facts.push(node.major, node.minor);
    if (node.type === 'file') {
      if (!numbers.has(node)) numbers.set(node, numbers.size);
      const { content } = node;
      facts.push(numbers.get(node));
      if (content.at === 'file' && content.path.startsWith(blobs))
        facts.push(basename(content.path), content.offset, content.size);
      else facts.push(await digestContent(content));
    }
    hash.update(`${JSON.stringify(facts)}\n`);
  }
  return digestFromHex(hash.digest('hex'));
}
