// A virtual file system: absolute path → node. Every reader makes one, every writer walks one, in sorted order.
import type { Flavoured } from '../base/flavour.ts';
import { byName } from '../base/order.ts';
import { contentOf } from './content.ts';
import type { DirectoryNode, FileNode, SymlinkNode, TreeNode } from './node.ts';

/** Without a leading or trailing slash, no `.`, no `..`, no empty part; the root itself is the empty string. */
export type TreePath = Flavoured<string, 'tree path'>;

/** A tree is its map: merge, filter and walk are functions over it. The root directory need not be present. */
export type Tree = Map<TreePath, TreeNode>;
export type ReadonlyTree = ReadonlyMap<TreePath, TreeNode>;

export const rootOwned = { uid: 0, gid: 0, mtime: 0 } as const;

export function directory(mode = 0o755): DirectoryNode {
  return { type: 'directory', mode, ...rootOwned };
}

export function file(content: string | Uint8Array, mode = 0o644): FileNode {
  return { type: 'file', mode, ...rootOwned, content: contentOf(content) };
}

export function symlink(target: string): SymlinkNode {
  return { type: 'symlink', mode: 0o777, ...rootOwned, target };
}

/** `usr/lib/x` → `usr/lib`; a name at the top → the root, ''. */
export function parentOf(path: TreePath): TreePath {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')));
}

/**
 * Parents before children, siblings by code unit: the order in which every writer writes.
 * (Sorting part by part keeps `a/b` before `a-b`, so that a directory's content stays together.)
 */
export function walk(tree: ReadonlyTree): [TreePath, TreeNode][] {
  // Not replaceAll, which makes a rope of a string for each slash: slower, and for deep paths very much so.
  const key = (path: TreePath) => path.split('/').join('\0');
  return [...tree]
    .map(([path, node]) => [key(path), path, node] as const)
    .sort(([a], [b]) => byName(a, b))
    .map(([, path, node]) => [path, node]);
}

/** Adds the directories above `path` that are missing, mode 0755, owned by root. */
export function addParents(tree: Tree, path: TreePath): void {
  for (let parent = parentOf(path); parent !== ''; parent = parentOf(parent)) {
    if (tree.has(parent)) return;
    tree.set(parent, directory());
  }
}
