// Hard links that come before their targets in an archive, resolved once all of it has been read.
import type { TreeNode } from './node.ts';
import { tarError } from './tar-header.ts';
import type { Tree, TreePath } from './tree.ts';

/** Gives each link its target's node: the same object, which is what a hard link is in a tree. */
export function resolveLinks(tree: Tree, links: ReadonlyMap<TreePath, TreePath>): void {
  const resolved = new Map<TreePath, TreeNode>();
  for (const first of links.keys()) {
    const chain: TreePath[] = [];
    let path = first;
    while (links.has(path) && !resolved.has(path) && !chain.includes(path)) {
      chain.push(path);
      path = links.get(path)!;
    }
    const node = resolved.get(path) ?? tree.get(path);
    if (node === undefined) {
      throw tarError(
        'link',
        `${JSON.stringify(first)} is a hard link to ${JSON.stringify(path)}, which is not there`,
      );
    }
    for (const link of chain) resolved.set(link, node);
  }
  for (const [path, node] of resolved) tree.set(path, node);
  for (const path of links.keys()) requireFile(tree, path);
}

function requireFile(tree: Tree, path: TreePath): void {
  if (tree.get(path)!.type !== 'directory') return;
  throw tarError('link', `${JSON.stringify(path)} is a hard link to a directory`);
}
