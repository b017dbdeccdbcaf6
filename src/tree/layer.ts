// An OCI layer over what lies below it (image-spec, layer.md: "Applying Changesets").

import { type HardLinks, noTarget, notAFile } from './hard-links.ts';
import type { TreeNode } from './node.ts';
import { tarError } from './refused.ts';
import { requireDirectories } from './require-directories.ts';
import { baseName, joined, linksOf, pathResolver } from './resolve-links.ts';
import { parentOf, type ReadonlyTree, type Tree, type TreePath, walk } from './tree.ts';

const whiteout = '.wh.';
const opaque = '.wh..wh..opq';
/** aufs kept its own notes under such names; they are no files of the image. */
const reserved = '.wh..wh.';

/**
 * Whiteouts remove from `lower` only, never what the layer itself brings. What the layer writes below a symlink of
 * `lower` lands where that leads, unless the layer removes the link or brings a directory in its place; below a file, or
 * a link that leads nowhere, nothing can be. `hardLinks` are the layer's to files of `lower`.
 */
export function applyLayer(lower: ReadonlyTree, layer: ReadonlyTree, hardLinks: HardLinks = new Map()): Tree {
  const links = linksOf(lower);
  const entries = walk(hardLinks.size === 0 ? layer : withLinked(layer, lower, hardLinks));
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
  for (const [path, node] of lower) if (!hides(path)) tree.set(path, node);
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

/**
 * The layer with its links to files of `lower`: the same nodes, so that they are links of one file. Where the layer brings
 * such a file later, a link means the one that was there when it was made, as where layers are unpacked.
 */
function withLinked(layer: ReadonlyTree, lower: ReadonlyTree, hardLinks: HardLinks): Tree {
  const resolve = pathResolver(linksOf(lower));
  const linked = new Map(layer);
  for (const [path, target] of hardLinks) {
    const parent = resolve(parentOf(target));
    const node = parent === undefined ? undefined : lower.get(joined(parent, baseName(target)));
    if (layer.has(path) && (node === undefined || node.type === 'directory')) continue;
    if (node === undefined) throw noTarget(path, target);
    if (node.type === 'directory') throw notAFile(path);
    linked.set(path, node);
  }
  return linked;
}
