// Hard links that come before their targets in an archive, resolved once all of it has been read. A layer's may lead to
// a file of the layers below it.
import type { TreeNode } from './node.ts';
import { tarError } from './refused.ts';
import type { Tree, TreePath } from './tree.ts';

/** Path → target, both as paths of the tree. */
export type HardLinks = ReadonlyMap<TreePath, TreePath>;

/**
 * Gives each link its target's node, where that came later: the same object, which is what a hard link is in a tree. The
 * answer is all of them, for in a layer each may have meant what lies below.
 */
export function resolveLinks(tree: Tree, links: HardLinks): HardLinks {
  const resolved = new Map<TreePath, TreeNode>();
  const outside = new Map<TreePath, TreePath>();
  for (const first of links.keys()) {
    const chain = new Set<TreePath>();
    let path = first;
    while (links.has(path) && !outside.has(path)) {
      if (chain.has(path)) throw tarError('link', `${JSON.stringify(first)} is a hard link to itself`);
      chain.add(path);
      path = links.get(path)!;
    }
    const node = resolved.get(path) ?? tree.get(path);
    if (node?.type === 'directory') throw notAFile(first);
    for (const link of chain) {
      outside.set(link, outside.get(path) ?? path);
      if (node !== undefined) resolved.set(link, node);
    }
  }
  for (const [path, node] of resolved) tree.set(path, node);
  return outside;
}

export function notAFile(path: TreePath): Error {
  return tarError('link', `${JSON.stringify(path)} is a hard link to a directory`);
}

export function noTarget(path: TreePath, target: TreePath): Error {
  return tarError(
    'link',
    `${JSON.stringify(path)} is a hard link to ${JSON.stringify(target)}, which is not there`,
  );
}
