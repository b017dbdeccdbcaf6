// Hard links that come before their targets in an archive, resolved once all of it has been read.
import type { TreeNode } from './node.ts';
import { tarError } from './refused.ts';
import type { Tree, TreePath } from './tree.ts';

/** Gives each link its target's node: the same object, which is what a hard link is in a tree. */
export function resolveLinks(tree: Tree, links: ReadonlyMap<TreePath, TreePath>): void {
  const resolved = new Map<TreePath, TreeNode>();
  for (const first of links.keys()) {
    const chain = new Set<TreePath>();
    let path = first;
    while (links.has(path) && !resolved.has(path)) {
      if (chain.has(path)) throw selfLink(first);
      chain.add(path);
      path = links.get(path)!;
    }
    const node = resolved.get(path) ?? tree.get(path);
    if (node === undefined) throw noTarget(first, path);
    if (node.type === 'directory') throw notAFile(first);
    for (const link of chain) resolved.set(link, node);
  }
  for (const [path, node] of resolved) tree.set(path, node);
}

export function selfLink(path: TreePath): Error {
  return tarError('link', `${JSON.stringify(path)} is a hard link to itself`);
}

export function notAFile(path: TreePath): Error {
  return tarError('link', `${JSON.stringify(path)} is a hard link to a directory`);
}

function noTarget(path: TreePath, target: TreePath): Error {
  return tarError(
    'link',
    `${JSON.stringify(path)} is a hard link to ${JSON.stringify(target)}, which is not there`,
  );
}
