// Where the names of an archive lead: below a symlink that came before, or that a layer below has, things land where it leads,
// as where the archive is unpacked entry by entry with its own root as the root (Docker, containerd, umoci). Nothing leads out
// of that root.
import type { TreeNode } from '../tree/node.ts';
import { tarError } from '../tree/refused.ts';
import { baseName, joined, type Links } from '../tree/resolve-links.ts';
import { parentOf, type TreePath } from '../tree/tree.ts';

export interface LinkPlaces {
  /** The path with its directory resolved; of what stands at the path itself nothing is followed. */
  placeOf(path: TreePath): TreePath;
  /** To be called for everything that the archive puts somewhere; undefined for a hard link. */
  put(path: TreePath, node: TreeNode | undefined): void;
  /** What the layers below have there, or in there, is no way any more. */
  close(path: TreePath, itself: boolean): void;
}

/** As many symlinks as Linux follows on one way. */
const maxHops = 40;
/** Of all paths that were looked up: links that lead through each other multiply them. */
const maxCharacters = 1 << 30;

/** `below`: the symlinks of the layers below. */
export function createLinkPlaces(below: Links): LinkPlaces {
  const links = new Map(below);
  /** Of those below that are closed: all in these directories. */
  const closed = new Set<TreePath>();
  const own = new Set<TreePath>();
  /** Of directories, by the links of now. */
  let known = new Map<TreePath, TreePath>();
  let characters = 0;
  let hops = 0;

  function resolve(path: TreePath): TreePath {
    if (path === '') return '';
    const answer = known.get(path) ?? step(resolve(parentOf(path)), baseName(path));
    known.set(path, answer);
    return answer;
  }

  /** `parent` is resolved; `name` may be a link in it. */
  function step(parent: TreePath, name: string): TreePath {
    const path = joined(parent, name);
    characters += path.length;
    const target = isClosed(path) ? undefined : links.get(path);
    if (target !== undefined) hops += 1;
    if (hops > maxHops || characters > maxCharacters)
      throw tarError('links', `${JSON.stringify(path)} leads through too many symlinks`);
    if (target === undefined) return path;
    let at = target.startsWith('/') ? '' : parent;
    for (const part of target.split('/')) {
      if (part === '' || part === '.') continue;
      at = part === '..' ? parentOf(at) : step(at, part);
    }
    return at;
  }

  function isClosed(path: TreePath): boolean {
    if (closed.size === 0 || !links.has(path) || own.has(path)) return false;
    for (let at = parentOf(path); at !== ''; at = parentOf(at)) if (closed.has(at)) return true;
    return closed.has('');
  }

  return {
    placeOf(path) {
      if (links.size === 0) return path;
      hops = 0;
      return joined(resolve(parentOf(path)), baseName(path));
    },
    put(path, node) {
      if (node?.type === 'symlink') own.add(path);
      const changed = node?.type === 'symlink' ? links.get(path) !== node.target : links.has(path);
      if (!changed) return;
      if (node?.type === 'symlink') links.set(path, node.target);
      else links.delete(path);
      known = new Map();
    },
    close(path, itself) {
      if (itself && !own.has(path)) links.delete(path);
      closed.add(path);
      known = new Map();
    },
  };
}
