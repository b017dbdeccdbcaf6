// An image's tree as LinuxKit lays it into its root file system (lk/moby/build/image.go, ImageTar): without what Docker
// leaves in exported containers, with the places that a container's mounts need, and with fixed files for the network.
import { fillPlaces } from '../../container/places.ts';
import type { TreeNode } from '../../tree/node.ts';
import { requireDirectories } from '../../tree/require-directories.ts';
import { addParents, directory, type ReadonlyTree, type Tree } from '../../tree/tree.ts';

const excluded = new Set(['.dockerenv', 'Dockerfile', 'dev/console', 'dev/pts', 'dev/shm', 'etc/hostname']);

/** A container's root: it binds a resolver's configuration of its own, if it wants one. */
export function flattenImage(tree: ReadonlyTree): Tree {
  const flat = fillImage(tree, 'none');
  // Layers need not name the directories above their files.
  for (const path of [...flat.keys()]) addParents(flat, path);
  // An image's root is a directory among others here: a path below a link of it could leave it.
  requireDirectories(flat, flat.keys());
  return flat;
}

/** With the usual places that the image has not. */
export const fillImage = (tree: ReadonlyTree, resolver: 'shared' | 'none'): Tree =>
  fillPlaces(stripImage(tree), resolver);

/** Without what is left out or replaced in every image. */
export function stripImage(tree: ReadonlyTree): Tree {
  return new Map([...tree].filter(([path, node]) => !excluded.has(path) && !isReplaced(path, node)));
}

function isReplaced(path: string, node: TreeNode): boolean {
  return (path === 'etc/hosts' || path === 'etc/resolv.conf') && node.type !== 'directory';
}

/** Every path of `tree` below `directory`, the root at the directory itself. */
export function placeTree(tree: ReadonlyTree, place: string): Tree {
  const placed: Tree = new Map([[place, tree.get('') ?? directory()]]);
  for (const [path, node] of tree) if (path !== '') placed.set(`${place}/${path}`, node);
  return placed;
}
