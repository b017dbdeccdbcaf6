// What an archive says, entry by entry: the later one wins, as where it is unpacked. What is no directory takes away all that
// lay below its place; a hard link to what is there already, in the layers below too, is another name of that.
import { notAFile, selfLink } from '../tree/hard-links.ts';
import type { TreeNode } from '../tree/node.ts';
import { tarError } from '../tree/refused.ts';
import { maxPathCharacters } from '../tree/require-directories.ts';
import { baseName, joined, linksOf } from '../tree/resolve-links.ts';
import { parentOf, type ReadonlyTree, type Tree, type TreePath } from '../tree/tree.ts';
import { opaque, whiteout } from '../tree/whiteout.ts';
import { createLinkPlaces } from './link-places.ts';

export interface Entries {
  readonly tree: Tree;
  /** Hard links to what has not come yet. */
  readonly links: ReadonlyMap<TreePath, TreePath>;
  /** Where the name leads by the symlinks that have come. */
  placeOf(path: TreePath): TreePath;
  put(path: TreePath, node: TreeNode): void;
  link(path: TreePath, target: TreePath): void;
}

/** Directories with something in them that become something else; each time all names are looked at. */
const maxReplaced = 1000;

/** `below`: what the archive is a layer over. */
export function createEntries(below: ReadonlyTree): Entries {
  const tree: Tree = new Map();
  const links = new Map<TreePath, TreePath>();
  const places = createLinkPlaces(linksOf(below));
  /** Directories that something lies in, whether they have been named or not. */
  const parents = new Set<TreePath>();
  let characters = 0;
  let replaced = 0;

  function makeRoom(path: TreePath, isDirectory: boolean): void {
    links.delete(path);
    if (!isDirectory && parents.has(path)) clear(path);
    for (let at = parentOf(path); at !== '' && !parents.has(at); at = parentOf(at)) {
      parents.add(at);
      characters += at.length;
    }
    if (characters > maxPathCharacters)
      throw tarError(
        'paths',
        `the directories of the archive have more than ${maxPathCharacters} characters`,
      );
  }

  function clear(path: TreePath): void {
    replaced += 1;
    if (replaced > maxReplaced)
      throw tarError(
        'entries',
        `the archive replaces more than ${maxReplaced} directories by something else`,
      );
    const below = `${path}/`;
    for (const names of [tree, links]) {
      for (const name of names.keys()) {
        if (!name.startsWith(below)) continue;
        names.delete(name);
        places.put(name, undefined);
      }
    }
    for (const name of parents) if (name === path || name.startsWith(below)) parents.delete(name);
  }

  function put(path: TreePath, node: TreeNode): void {
    makeRoom(path, node.type === 'directory');
    const name = baseName(path);
    if (name === opaque) places.close(parentOf(path), false);
    else if (name.startsWith(whiteout))
      places.close(joined(parentOf(path), name.slice(whiteout.length)), true);
    places.put(path, node);
    tree.set(path, node);
  }

  return {
    tree,
    links,
    placeOf: (path) => places.placeOf(path),
    put,
    link(path, target) {
      if (target === path) throw selfLink(path);
      const known = links.has(target) ? undefined : (tree.get(target) ?? below.get(target));
      if (known?.type === 'directory') throw notAFile(path);
      // Linked to what the target is now; what it may be replaced by later is another file.
      if (known !== undefined) {
        put(path, known);
        return;
      }
      makeRoom(path, false);
      places.put(path, undefined);
      tree.delete(path);
      links.set(path, target);
    },
  };
}
