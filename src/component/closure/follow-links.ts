// Where a path leads in what is shipped, as the kernel would walk it, and the links that it passes: these come along.
import type { FileNode } from '../../tree/node.ts';
import { parentOf, type TreePath } from '../../tree/tree.ts';
import type { Shipped } from './shipped.ts';

/** As many symlinks as Linux follows on one way. */
const maxHops = 40;

export interface Way {
  /** Links, in the order in which they are passed. */
  readonly links: readonly TreePath[];
  /** Where it ends; nothing needs to be there. */
  readonly path: TreePath;
  readonly file?: FileNode;
}

/** Undefined for links that go round and round. */
export function followLinks(shipped: Shipped, path: TreePath): Way | undefined {
  const links: TreePath[] = [];
  const open = path.split('/').reverse();
  let at: TreePath = '';
  for (let part = open.pop(); part !== undefined; part = open.pop()) {
    if (part === '' || part === '.') continue;
    if (part === '..') {
      at = parentOf(at);
      continue;
    }
    const next: TreePath = at === '' ? part : `${at}/${part}`;
    const node = shipped.get(next)?.node;
    if (node?.type !== 'symlink') {
      at = next;
      continue;
    }
    if (links.length >= maxHops) return undefined;
    links.push(next);
    if (node.target.startsWith('/')) at = '';
    open.push(...node.target.split('/').reverse());
  }
  const end = shipped.get(at)?.node;
  return { links, path: at, ...(end?.type === 'file' ? { file: end } : {}) };
}
