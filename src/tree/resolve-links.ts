// Paths through symlinked directories: where /lib is a symlink to usr/lib, lib/x is usr/lib/x.
import { tarError } from './refused.ts';
import type { ReadonlyTree, Tree, TreePath } from './tree.ts';
import { parentOf } from './tree.ts';

/** Symlink → target, as in the tree. */
export type Links = ReadonlyMap<TreePath, string>;

/** As many symlinks as Linux follows on one way. */
const maxHops = 40;
/** Parts of targets, for all paths together: links with long targets that lead through each other multiply them. */
const maxSteps = 1 << 24;

export function linksOf(tree: ReadonlyTree): Map<TreePath, string> {
  const links = new Map<TreePath, string>();
  for (const [path, node] of tree) if (node.type === 'symlink') links.set(path, node.target);
  return links;
}

/** Resolves paths against `links`, which may themselves lie below links. Remembers what it has resolved. */
export function pathResolver(links: Links): (path: TreePath) => TreePath | undefined {
  let known = links;
  // A link below a link is found under its own resolved place; a few rounds settle all but a loop.
  for (let round = 0; round < 8; round += 1) {
    const resolve = resolverOf(known);
    const moved = new Map<TreePath, string>();
    for (const [path, target] of known)
      moved.set(joined(resolve(parentOf(path)) ?? parentOf(path), baseName(path)), target);
    const settled = [...moved.keys()].every((path) => known.has(path));
    known = moved;
    if (settled) break;
  }
  return resolverOf(known);
}

function resolverOf(links: Links): (path: TreePath) => TreePath | undefined {
  const memo = new Map<TreePath, TreePath | undefined>();
  /** For one name, all in all, as Linux counts: a few links that each name others twice would else never end. */
  let hops = 0;
  let steps = 0;

  function resolve(path: TreePath): TreePath | undefined {
    if (path === '') return '';
    if (memo.has(path)) return memo.get(path);
    const parent = resolve(parentOf(path));
    hops = 0;
    const answer = parent === undefined ? undefined : step(parent, baseName(path));
    memo.set(path, answer);
    return answer;
  }

  /** `parent` is resolved; `name` may be a link in it. */
  function step(parent: TreePath, name: string): TreePath | undefined {
    const path = joined(parent, name);
    const target = links.get(path);
    if (target === undefined) return path;
    hops += 1;
    if (hops > maxHops) return undefined;
    let at: TreePath | undefined = target.startsWith('/') ? '' : parent;
    const parts = target.split('/');
    steps += parts.length;
    if (steps > maxSteps)
      throw tarError('links', `the symlinks lead through more than ${maxSteps} directories`);
    for (const part of parts) {
      if (part === '' || part === '.') continue;
      at = part === '..' ? parentOf(at) : step(at, part);
      if (at === undefined) return undefined;
    }
    return at;
  }

  return resolve;
}

/**
 * The tree with every path that leads through one of `links` at the place where it leads: what a package ships below
 * /lib lands in usr/lib. A directory at a link's own place is that link's target. What would collide is given to
 * `collide`, with its new path.
 */
export function canonicalise(
  tree: ReadonlyTree,
  links: Links,
  collide: (path: TreePath) => void = () => {},
): Tree {
  if (links.size === 0) return new Map(tree);
  const resolve = pathResolver(links);
  const moved: Tree = new Map();
  for (const [path, node] of tree) {
    const parent = resolve(parentOf(path));
    const place =
      node.type === 'directory'
        ? resolve(path)
        : parent === undefined
          ? undefined
          : joined(parent, baseName(path));
    const at = place ?? path;
    const there = moved.get(at);
    if (there !== undefined && !(there.type === 'directory' && node.type === 'directory')) collide(at);
    // Of two directories that become one, the one that was there by its own name says how it is.
    if (there === undefined || at === path) moved.set(at, node);
  }
  return moved;
}

export const baseName = (path: TreePath): string => path.slice(path.lastIndexOf('/') + 1);
export const joined = (parent: TreePath, name: string): TreePath =>
  parent === '' ? name : `${parent}/${name}`;
