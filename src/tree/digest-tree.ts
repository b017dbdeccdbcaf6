// Digests of contents and of whole trees, and the listing of a tree that people and goldens read.
import { createHash } from 'node:crypto';
import { type Digest, digestFromHex } from '../base/digest.ts';
import { canonicalJson } from '../base/json.ts';
import { byName } from '../base/order.ts';
import { printable } from '../base/printable.ts';
import { type Content, type Contents, openContents, sizeOf } from './content.ts';
import type { Meta, TreeNode } from './node.ts';
import { type ReadonlyTree, type TreePath, walk } from './tree.ts';

export async function digestContent(content: Content): Promise<Digest> {
  const contents = openContents();
  try {
    return await digestBy(contents, content);
  } finally {
    await contents.close();
  }
}

async function digestBy(contents: Contents, content: Content): Promise<Digest> {
  const hash = createHash('sha256');
  for await (const chunk of contents.read(content)) hash.update(chunk);
  return digestFromHex(hash.digest('hex'));
}

/** Equal for trees that are equal in every path, node, attribute, content, time and hard link. */
export async function treeDigest(tree: ReadonlyTree): Promise<Digest> {
  const contents = openContents();
  const hash = createHash('sha256');
  const first = new Map<TreeNode, TreePath>();
  try {
    for (const [path, node] of walk(tree)) {
      const same = node.type === 'file' ? first.get(node) : undefined;
      if (same === undefined) first.set(node, path);
      const { type, mode, uid, gid, mtime } = node;
      const common = { path, type, mode, uid, gid, mtime, xattrs: xattrsOf(node) };
      let own = {};
      if (same !== undefined) own = { same };
      else if (node.type === 'file') own = { content: await digestBy(contents, node.content) };
      else if (node.type === 'symlink') own = { target: node.target };
      else if ('major' in node) own = { major: node.major, minor: node.minor };
      hash.update(`${canonicalJson({ ...common, ...own })}\n`);
    }
  } finally {
    await contents.close();
  }
  return digestFromHex(hash.digest('hex'));
}

function xattrsOf({ xattrs = new Map() }: Meta): string[] {
  const sorted = [...xattrs].sort(([a], [b]) => byName(a, b));
  return sorted.map(([key, value]) => `${key}=${Buffer.from(value).toString('base64')}`);
}

const letters = { file: '-', directory: 'd', symlink: 'l', character: 'c', block: 'b', fifo: 'p' } as const;

/** A line for each path, fit for a terminal: type, mode, owner, size or device numbers, path, and what it leads to. */
export function listTree(tree: ReadonlyTree): string {
  const first = new Map<TreeNode, TreePath>();
  const lines = walk(tree).map(([path, node]) => {
    const same = node.type === 'file' ? first.get(node) : undefined;
    if (same === undefined) first.set(node, path);
    const mode = node.mode.toString(8).padStart(4, '0');
    const leads = node.type === 'symlink' ? ` -> ${node.target}` : same === undefined ? '' : ` = /${same}`;
    const xattrs = xattrsOf(node).map((xattr) => ` [${xattr}]`);
    const columns = [letters[node.type], mode, `${node.uid}:${node.gid}`, amountOf(node).padStart(9)];
    return `${printable(`${columns.join(' ')} /${path}${leads}${xattrs.join('')}`)}\n`;
  });
  return lines.join('');
}

function amountOf(node: TreeNode): string {
  if (node.type === 'file') return String(sizeOf(node.content));
  return 'major' in node ? `${node.major},${node.minor}` : '-';
}
