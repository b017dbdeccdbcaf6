// All that a component could take, as one file system: what its packages ship, at the paths of the merged /usr, under what
// is the component's own. Where two packages ship one path the second is remembered: it matters only if the path is taken.
import { sameNode } from '../../tree/compare.ts';
import type { TreeNode } from '../../tree/node.ts';
import { type ReadonlyTree, symlink, type Tree, type TreePath } from '../../tree/tree.ts';

export interface ShippedNode {
  readonly node: TreeNode;
  /** As people know it: `the package libc6`. */
  readonly from: string;
  /** Who else ships the path, and something else there. */
  readonly rival?: string;
}

export type Shipped = ReadonlyMap<TreePath, ShippedNode>;

export interface ShippedSource {
  readonly name: string;
  /** At the paths of the merged /usr. */
  readonly tree: ReadonlyTree;
}

const oldDirectories = ['bin', 'sbin', 'lib', 'lib64'] as const;

/** `bin/sh` → `usr/bin/sh`. */
export const mergedPath = (path: TreePath): TreePath => path.replace(/^(s?bin|lib|lib64)\//, 'usr/$1/');

/** A package's tree at the paths of the merged /usr; of its own links there, the house has the same. */
export function mergedUsrTree(tree: ReadonlyTree): Tree {
  const moved: Tree = new Map();
  for (const [path, node] of tree) {
    const isOld = (oldDirectories as readonly string[]).includes(path);
    if (!(isOld && node.type === 'directory')) moved.set(mergedPath(path), node);
  }
  return moved;
}

/**
 * @param packages among whom nobody overrules another
 * @param made links that are there unless somebody ships the path
 * @param own overrules all others
 */
export function collectShipped(
  packages: readonly ShippedSource[],
  made: readonly ShippedSource[],
  own: ShippedSource,
): Shipped {
  const shipped = new Map<TreePath, ShippedNode>();
  for (const { name, tree } of packages) {
    for (const [path, node] of tree) {
      const there = shipped.get(path);
      if (there === undefined) shipped.set(path, { node, from: name });
      else if (there.rival === undefined && node.type !== 'directory' && !sameNode(there.node, node))
        shipped.set(path, { ...there, rival: name });
    }
  }
  for (const { name, tree } of made) {
    for (const [path, node] of tree) if (!shipped.has(path)) shipped.set(path, { node, from: name });
  }
  for (const name of oldDirectories) {
    if (!shipped.has(name)) shipped.set(name, { node: symlink(`usr/${name}`), from: 'the merged /usr' });
  }
  for (const [path, node] of own.tree) shipped.set(mergedPath(path), { node, from: own.name });
  return shipped;
}
