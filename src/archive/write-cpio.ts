// tree → cpio newc, as the kernel's initramfs reads it (Documentation/driver-api/early-userspace/buffer-format.rst).
// Equal trees give equal bytes. Extended attributes, files of 4 GiB and more and large numbers cannot be said in cpio:
// they are errors, because an initrd that silently lacks a capability boots and then fails.
import { CatamaranError } from '../base/errors.ts';
import { bytesOfName } from '../tree/byte-name.ts';
import { openContents, sizeOf } from '../tree/content.ts';
import type { FileNode, TreeNode } from '../tree/node.ts';
import { type ReadonlyTree, type TreePath, walk } from '../tree/tree.ts';
import { collectChunks } from './chunks.ts';
import type { WriteOptions } from './write-tar.ts';

/** In chunks of 64 KiB and more. A chunk is the reader's. */
export function writeCpio(tree: ReadonlyTree, options: WriteOptions): AsyncGenerator<Uint8Array> {
  return collectChunks(entriesOf(tree, options));
}

const trailer = 'TRAILER!!!';

async function* entriesOf(tree: ReadonlyTree, options: WriteOptions): AsyncGenerator<Uint8Array> {
  const contents = openContents();
  const inodes = numberInodes(tree);
  let written = 0;
  try {
    for (const [path, node] of walk(tree)) {
      requireFitting(path, node);
      const inode = node.type === 'file' ? inodes.get(node) : undefined;
      // Hard links: the content comes with the last name, as GNU cpio and the kernel's gen_init_cpio write it.
      if (inode !== undefined) inode.left -= 1;
      const content = node.type === 'file' && inode?.left === 0 ? node.content : undefined;
      const header = headerOf(path, node, {
        ino: inode?.ino ?? inodes.size + 1 + written,
        links: inode?.links ?? (node.type === 'directory' ? 2 : 1),
        mtime: Math.max(0, Math.min(node.mtime, options.clampMtime)),
        content: content === undefined ? 0 : sizeOf(content),
      });
      yield header;
      written += 1;
      if (content !== undefined) {
        yield* contents.read(content);
        yield Buffer.alloc(-sizeOf(content) & 3);
      }
    }
  } finally {
    await contents.close();
  }
  yield entry(trailer, [0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0], '');
}

interface Inode {
  readonly ino: number;
  links: number;
  /** Names still to be written. */
  left: number;
}

/** Files in the order of their first names, from 1; everything else gets the numbers after them. */
function numberInodes(tree: ReadonlyTree): Map<FileNode, Inode> {
  const inodes = new Map<FileNode, Inode>();
  for (const [, node] of walk(tree)) {
    if (node.type !== 'file') continue;
    const inode = inodes.get(node) ?? { ino: inodes.size + 1, links: 0, left: 0 };
    inode.links += 1;
    inode.left += 1;
    inodes.set(node, inode);
  }
  return inodes;
}

/** The file types of stat(2)'s st_mode. */
const typeBits = {
  fifo: 0o010000,
  character: 0o020000,
  directory: 0o040000,
  block: 0o060000,
  file: 0o100000,
  symlink: 0o120000,
} as const;

interface Facts {
  readonly ino: number;
  readonly links: number;
  readonly mtime: number;
  /** In bytes. */
  readonly content: number;
}

function headerOf(path: TreePath, node: TreeNode, { ino, links, mtime, content }: Facts): Uint8Array {
  const target = node.type === 'symlink' ? node.target : '';
  const device = node.type === 'character' || node.type === 'block';
  const size = node.type === 'symlink' ? bytesOfName(target).length : content;
  const [major, minor] = device ? [node.major, node.minor] : [0, 0];
  const mode = typeBits[node.type] | node.mode;
  return entry(
    path === '' ? '.' : path,
    [ino, mode, node.uid, node.gid, links, mtime, size, 0, 0, major, minor],
    target,
  );
}

/** `fields` are the header's after the magic, up to c_rdevminor. Name and body are padded to 4 bytes. */
function entry(name: string, fields: readonly number[], body: string): Uint8Array {
  const nameBytes = bytesOfName(`${name}\0`);
  const hex = [...fields, nameBytes.length, 0].map((value) =>
    value.toString(16).toUpperCase().padStart(8, '0'),
  );
  const head = Buffer.concat([Buffer.from(`070701${hex.join('')}`), nameBytes]);
  const bodyBytes = bytesOfName(body);
  return Buffer.concat([
    head,
    Buffer.alloc(-head.length & 3),
    bodyBytes,
    Buffer.alloc(-bodyBytes.length & 3),
  ]);
}

function requireFitting(path: TreePath, node: TreeNode): void {
  const numbers = [node.uid, node.gid, 'major' in node ? node.major : 0, 'minor' in node ? node.minor : 0];
  if (node.type === 'file') numbers.push(sizeOf(node.content));
  if (numbers.some((value) => value < 0 || value > 0xffffffff))
    throw unfitting(path, 'a size or an id of 4 Gi or more');
  if ((node.xattrs?.size ?? 0) > 0)
    throw unfitting(path, `extended attributes (${[...node.xattrs!.keys()].join(', ')})`);
  if (path === trailer) throw unfitting(path, 'the name that ends an archive');
}

function unfitting(path: TreePath, what: string): CatamaranError {
  return new CatamaranError('spec', {
    code: 'cpio-unfitting',
    message: `/${path} has ${what}, which an initrd's cpio archive cannot hold`,
    hint: 'Leave it out of the initrd, or put it in the root image.',
  });
}
