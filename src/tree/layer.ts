// An OCI layer over what lies below it (image-spec, layer.md: "Applying Changesets").

import { requireDirectories } from './require-directories.ts';
import { baseName, joined, linksOf, pathResolver } from './resolve-links.ts';
import { tarError } from './tar-header.ts';
import { parentOf, type ReadonlyTree, type Tree, type TreePath, walk } from './tree.ts';

const whiteout = '.wh.';
const opaque = '.wh..wh..opq';
/** aufs kept its own notes under such names; they are no files of the image. */
const reserved = '.wh..wh.';

/**
 * Whiteouts remove from `lower` only, never what the layer itself brings. What the layer writes below a symlink of
 * `lower` lands where that leads, unless the layer brings a directory in its place; below a file, or a link that leads
 * nowhere, nothing can be.
 */
export function applyLayer(lower: ReadonlyTree, layer: ReadonlyTree): Tree {
  const links = linksOf(lower);
  for (const path of layer.keys()) {
    const name = baseName(path);
    links.delete(name.startsWith(whiteout) ? joined(parentOf(path), name.slice(whiteout.length)) : path);
  }
  const resolve = pathResolver(links);
  const removed = new Set<TreePath>();
  const emptied = new Set<TreePath>();
  const added: Tree = new Map();
  for (const [path, node] of walk(layer)) {
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
  const kept = [...lower].filter(([path]) => !isRemoved(path, removed, emptied));
  const tree = new Map([...kept, ...added]);
  requireDirectories(tree, added.keys());
  return tree;
}

function isRemoved(path: TreePath, removed: ReadonlySet<TreePath>, emptied: ReadonlySet<TreePath>): boolean {
  if (path === '') return false;
  if (removed.has(path)) return true;
  for (let parent = parentOf(path); ; parent = parentOf(parent)) {
    if (emptied.has(parent) || removed.has(parent)) return true;
    if (parent === '') return false;
  }
}
