// Several trees → one. Nothing is silently replaced: what two sources say differently of one path is a conflict, and
// all conflicts are reported together.
import { CatamaranError, type Diagnostic } from '../base/errors.ts';
import { byName } from '../base/order.ts';
import { sameDirectory, sameNode } from './compare.ts';
import type { TreeNode } from './node.ts';
import { canonicalise, linksOf, pathResolver } from './resolve-links.ts';
import { addParents, parentOf, type ReadonlyTree, type Tree, type TreePath } from './tree.ts';

export interface MergeSource {
  /** As people know it: `component sshd`, `package openssl`. */
  readonly name: string;
  readonly tree: ReadonlyTree;
  /** Whether it may replace what earlier sources say of a path; but never a directory by something else. */
  readonly override?: boolean;
}

/**
 * Directories merge if they agree in mode, owner and attributes; other nodes must be equal. Times do not count: the
 * latest is kept. Paths below a symlink of another source land where it leads. Missing parents are added last, so
 * sources need not (and should not) add their own. A directory's symlink in one source and the directory itself in
 * another are one, if the symlink leads to a directory. A link to BusyBox gives way to what else has its name.
 */
export function mergeTrees(sources: readonly MergeSource[]): Tree {
  const merged: Tree = new Map();
  const origins = new Map<TreePath, string>();
  const conflicts = new Map<TreePath, string>();
  const links = directoryLinks(sources);
  for (const { name, tree, override = false } of sources) {
    const own = canonicalise(tree, links, (path) => {
      conflicts.set(path, `/${path} is reached by two paths of ${name}, which differ`);
    });
    for (const [path, node] of own) {
      const there = merged.get(path);
      const together = there === undefined ? node : joinNodes(there, node, override);
      if (together === undefined)
        conflicts.set(path, conflictOf(path, there!, origins.get(path)!, node, name));
      else merged.set(path, together);
      const isReplaced = there !== undefined && together !== there && (override || isApplet(there));
      if (there === undefined || isReplaced) origins.set(path, name);
    }
  }
  findMisplaced(merged, origins, conflicts);
  if (conflicts.size > 0) throw conflictError(conflicts);
  for (const path of [...merged.keys()]) addParents(merged, path);
  return merged;
}

/** The symlinks that lead to a directory of some source. Any other one has nothing below it. */
function directoryLinks(sources: readonly MergeSource[]): Map<TreePath, string> {
  const links = new Map<TreePath, string>();
  for (const { tree, override } of sources) {
    for (const [path, target] of linksOf(tree)) if (override || !links.has(path)) links.set(path, target);
    if (!override) continue;
    for (const [path, node] of tree)
      if (node.type !== 'symlink' && node.type !== 'directory') links.delete(path);
  }
  const resolve = pathResolver(links);
  const directories = new Set<TreePath | undefined>();
  const seen = new Set<TreePath>();
  for (const { tree } of sources) {
    for (const [path, node] of tree) {
      let at = node.type === 'directory' ? path : parentOf(path);
      for (; at !== '' && !seen.has(at); at = parentOf(at)) {
        seen.add(at);
        if (!links.has(at)) directories.add(resolve(at));
      }
    }
  }
  return new Map([...links].filter(([path]) => directories.has(resolve(path) ?? path)));
}

/** What is kept of two nodes of one path; undefined if they contradict each other. */
function joinNodes(there: TreeNode, node: TreeNode, override: boolean): TreeNode | undefined {
  if (there.type === 'directory' && node.type === 'directory') {
    if (!override && !sameDirectory(there, node)) return undefined;
    return { ...node, mtime: Math.max(there.mtime, node.mtime) };
  }
  if (there.type === 'directory' || node.type === 'directory') return undefined;
  if (override) return node;
  // The later one of the two: not a new object, which would no longer be a hard link of its others.
  if (sameNode(there, node)) return node.mtime > there.mtime ? node : there;
  if (isApplet(there)) return node;
  return isApplet(node) ? there : undefined;
}

/** As the generator busybox-links makes them, for names that nothing of its own component has, or a component by hand. */
const isApplet = (node: TreeNode): boolean => node.type === 'symlink' && /(^|\/)busybox$/.test(node.target);

/** Directories may come after what lies in them, so this is looked for at the end. */
function findMisplaced(
  merged: Tree,
  origins: ReadonlyMap<TreePath, string>,
  conflicts: Map<TreePath, string>,
): void {
  /** The nearest path at or above this one that is there and no directory. */
  const nearest = new Map<TreePath, TreePath | undefined>([['', undefined]]);
  const wrongAt = (path: TreePath): TreePath | undefined => {
    const way: TreePath[] = [];
    let at = path;
    for (; !nearest.has(at); at = parentOf(at)) way.push(at);
    let answer = nearest.get(at);
    for (const passed of way.reverse()) {
      const node = merged.get(passed);
      if (node !== undefined && node.type !== 'directory' && !conflicts.has(passed)) answer = passed;
      nearest.set(passed, answer);
    }
    return answer;
  };
  for (const path of merged.keys()) {
    const parent = wrongAt(parentOf(path));
    if (parent === undefined) continue;
    const there = `/${parent}, which is ${aNode(merged.get(parent)!)} in ${origins.get(parent)}`;
    conflicts.set(path, `/${path} of ${origins.get(path)} lies below ${there}`);
  }
}

function conflictOf(path: TreePath, there: TreeNode, from: string, node: TreeNode, name: string): string {
  const [one, other] = [aNode(there), aNode(node)];
  return `/${path} is ${one} in ${from} and ${one === other ? 'another one' : other} in ${name}`;
}

function aNode(node: TreeNode): string {
  if (node.type === 'symlink') return `a symlink to ${node.target}`;
  if (node.type === 'directory')
    return `a directory (${node.mode.toString(8).padStart(4, '0')} ${node.uid}:${node.gid})`;
  return node.type === 'character' || node.type === 'block' ? `a ${node.type} device` : `a ${node.type}`;
}

function conflictError(conflicts: ReadonlyMap<TreePath, string>): CatamaranError {
  const [first, ...rest] = [...conflicts]
    .sort(([a], [b]) => byName(a, b))
    .map(([, message]): Diagnostic => {
      return { code: 'tree-conflict', message, hint: 'Exclude the path in one of the two.' };
    });
  return new CatamaranError('spec', [first!, ...rest]);
}
