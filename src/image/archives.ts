// Parts of a root file system to compressed cpio archives that the kernel unpacks one after the other. Each is kept in
// the cache under a digest of what is in it, so that a changed file makes one archive anew.
import { createHash } from 'node:crypto';
import { basename, join } from 'node:path';
import { type Digest, digestFromHex } from '../base/digest.ts';
import type { Json } from '../base/json.ts';
import type { Blob, Cache } from '../store/cache.ts';
import { digestOf } from '../store/digest-of.ts';
import { putFile } from '../store/put-file.ts';
import type { Tools } from '../tools/tools.ts';
import { sizeOf } from '../tree/content.ts';
import { digestContent } from '../tree/digest-tree.ts';
import type { FileNode, TreeNode } from '../tree/node.ts';
import type { ReadonlyTree, Tree } from '../tree/tree.ts';
import { writeCpio } from '../tree/write-cpio.ts';

export interface Archive {
  readonly blob: Blob;
  /** Bytes of memory that its files take, in whole pages. */
  readonly unpacked: number;
  /** Paths whose extended attributes cpio cannot hold. */
  readonly plain: readonly string[];
}

export interface ArchiveOptions {
  readonly cache: Cache;
  readonly tools: () => Promise<Tools>;
  readonly epoch: number;
  /** zstd, 1 to 19. */
  readonly level: number;
  readonly threads: number;
  readonly signal: AbortSignal;
}

const pageSize = 4096;
/** The kernel unpacks with windows of up to 2^27 bytes (lib/decompress_unzstd.c). */
const windowLog = 25;
/** In bytes of content: what is smaller is not worth a compressor. The kernel takes plain archives between others. */
const smallSize = 64 << 10;

export async function makeArchive(tree: ReadonlyTree, options: ArchiveOptions): Promise<Archive> {
  return remembered(await keyOf(tree, options.cache), options, async () => tree);
}

/** `key`: equal for equal trees. The tree is opened only if there is no archive of it yet. */
export async function makeImageArchive(
  key: Digest,
  open: () => Promise<ReadonlyTree>,
  options: ArchiveOptions,
): Promise<Archive> {
  return remembered(key, options, open);
}

async function remembered(
  of: Digest,
  options: ArchiveOptions,
  open: () => Promise<ReadonlyTree>,
): Promise<Archive> {
  const { cache, epoch, level } = options;
  const key = digestOf({ of, epoch, level, version: 1 });
  const known = (await cache.result('cpio', key)) as unknown as Archive | undefined;
  if (known && (await cache.verifiedBlob(known.blob.digest)) !== undefined) return known;
  const tree = await open();
  const [plain, stripped] = withoutAttributes(tree);
  const size = [...tree.values()].reduce((sum, node) => sum + contentSize(node), 0);
  const archive: Archive = {
    blob:
      size < smallSize
        ? await cache.putBlob(writeCpio(stripped, { clampMtime: epoch }))
        : await compress(stripped, options),
    unpacked: memoryOf(tree),
    plain,
  };
  await cache.putResult('cpio', key, archive as unknown as Json);
  return archive;
}

async function compress(tree: ReadonlyTree, options: ArchiveOptions): Promise<Blob> {
  const { cache, tools, epoch, level, threads, signal } = options;
  const scratch = await cache.scratch();
  try {
    const path = join(scratch.path, 'archive');
    // The output does not depend on the number of threads, if there is at least one.
    const args = [`-${level}`, `--long=${windowLog}`, `-T${threads}`, '--quiet', '-o', path];
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
