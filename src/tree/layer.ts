// An OCI layer over what lies below it (image-spec, layer.md: "Applying Changesets").

import type { TreeNode } from './node.ts';
import { tarError } from './refused.ts';
import { requireDirectories } from './require-directories.ts';
import { baseName, joined, linksOf, pathResolver } from './resolve-links.ts';
import { directory, parentOf, type ReadonlyTree, type Tree, type TreePath, walk } from './tree.ts';
import { opaque, reserved, whiteout } from './whiteout.ts';

/**
 * Whiteouts remove from `lower` only, never what the layer itself brings. What the layer writes below a symlink of
 * `lower` lands where that leads, unless the layer removes the link or brings a directory in its place; below a file, or
 * a link that leads nowhere, nothing can be.
 */
export function applyLayer(lower: ReadonlyTree, layer: ReadonlyTree): Tree {
  const links = linksOf(lower);
  const entries = walk(layer);
  for (const [path] of entries) {
    const name = baseName(path);
    links.delete(name.startsWith(whiteout) ? joined(parentOf(path), name.slice(whiteout.length)) : path);
  }
  let changes = changesOf(entries, pathResolver(links));
  // Which links are gone is known only when paths have been resolved by them.
  const gone = [...links.keys()].filter((path) => changes.hides(path) || changes.added.has(path));
  for (const path of gone) links.delete(path);
  if (gone.length > 0) changes = changesOf(entries, pathResolver(links));
  const { added, hides } = changes;
  const tree: Tree = new Map();
  /** Directories that were there for what lay in them stay when that goes. */
  const keepParents = (path: TreePath) => {
    for (let at = parentOf(path); at !== '' && !lower.has(at); at = parentOf(at))
      if (!hides(at)) tree.set(at, directory());
  };
  for (const [path, node] of lower) {
    if (!hides(path)) tree.set(path, node);
    else keepParents(path);
  }
  for (const [path, node] of added) tree.set(path, node);
  requireDirectories(tree, added.keys());
  return tree;
}

interface Changes {
  readonly added: Tree;
  /** Whether what `lower` has at this path is no longer to be seen. */
  hides(path: TreePath): boolean;
}

function changesOf(
  entries: readonly [TreePath, TreeNode][],
  resolve: (path: TreePath) => TreePath | undefined,
): Changes {
  const removed = new Set<TreePath>();
  const emptied = new Set<TreePath>();
  const added: Tree = new Map();
  for (const [path, node] of entries) {
    const name = baseName(path);
    const parent = resolve(parentOf(path)) ?? parentOf(path);
    if (name === opaque) emptied.add(parent);
    else if (name.startsWith(reserved)) continue;
    else if (name === whiteout) throw tarError('name', `the whiteout ${JSON.stringify(path)} names nothing`);
    else if (name.startsWith(whiteout)) removed.add(joined(parent, name.slice(whiteout.length)));
    else {
      const place = joined(parent, name);
      added.set(place, node);
      if (node.type !== 'directory') removed.add(place);
    }
  }
  return { added, hides: hiding(removed, emptied) };
}

/** By what has been answered for the directories above, so that deep paths do not mean long ways. */
function hiding(removed: ReadonlySet<TreePath>, emptied: ReadonlySet<TreePath>): (path: TreePath) => boolean {
  const cleared = new Map<TreePath, boolean>([['', emptied.has('')]]);

  /** Whether nothing is left of what was in this directory. */
  function isCleared(directory: TreePath): boolean {
    const way: TreePath[] = [];
    let at = directory;
    let answer = cleared.get(at);
    for (; answer === undefined; answer = cleared.get(at)) {
      way.push(at);
      at = parentOf(at);
    }
    for (const path of way.reverse()) {
      answer ||= removed.has(path) || emptied.has(path);
      cleared.set(path, answer);
    }
    return answer;
  }

  return (path) => path !== '' && (removed.has(path) || isCleared(parentOf(path)));
}
