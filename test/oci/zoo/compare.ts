// Two trees of one image, as far as an unpacked directory can tell: by whom it was unpacked is not the image's.
import { createHash } from 'node:crypto';
import { byName } from '../../../src/base/order.ts';
import { printable } from '../../../src/base/printable.ts';
import { contentBytes } from '../../../src/tree/content.ts';
import type { TreeNode } from '../../../src/tree/node.ts';
import { addParents, type ReadonlyTree, type Tree, walk } from '../../../src/tree/tree.ts';

/** What the second tree has otherwise: a line for each side of each path; none where they are the same. */
export async function differences(ours: ReadonlyTree, theirs: ReadonlyTree): Promise<string[]> {
  const [a, b] = [await factsOf(ours), await factsOf(theirs)];
  const paths = [...new Set([...a.keys(), ...b.keys()])].sort(byName);
  return paths
    .filter((path) => a.get(path) !== b.get(path))
    .map((path) => printable(`/${path}: ${a.get(path) ?? 'nothing'}; theirs: ${b.get(path) ?? 'nothing'}`));
}

async function factsOf(tree: ReadonlyTree): Promise<Map<string, string>> {
  const whole: Tree = new Map(tree);
  whole.delete('');
  for (const path of [...whole.keys()]) addParents(whole, path);
  const first = new Map<TreeNode, string>();
  const facts = new Map<string, string>();
  for (const [path, node] of walk(whole)) {
    const same = node.type === 'file' ? first.get(node) : undefined;
    if (same === undefined) first.set(node, path);
    facts.set(path, same === undefined ? await factOf(node) : `= /${same}`);
  }
  return facts;
}

/** A directory's time is that of its last change; nobody keeps a symlink's mode, nor umoci the owner of all kinds. */
async function factOf(node: TreeNode): Promise<string> {
  const named = [...(node.xattrs ?? [])].filter(
    ([key]) => hasUserAttributes(node) || !key.startsWith('user.'),
  );
  const xattrs = named.map(([key, value]) => `${key}=${Buffer.from(value).toString('hex')}`);
  const own = {
    ...(node.type === 'symlink' ? { target: node.target } : { mode: node.mode.toString(8) }),
    ...(node.type === 'file' ? await contentOf(node) : {}),
    ...(node.type === 'directory' ? {} : { mtime: node.mtime }),
  };
  const owner = node.type === 'file' || node.type === 'directory' ? `${node.uid}:${node.gid}` : '';
  const said = Object.entries(own).map(([key, value]) => `${key} ${value}`);
  return [node.type, owner, ...said, ...xattrs].filter((word) => word !== '').join(' ');
}

/** Linux takes `user.` of these two kinds only; whoever unpacks to a directory has lost the others. */
const hasUserAttributes = ({ type }: TreeNode): boolean => type === 'file' || type === 'directory';

async function contentOf(node: TreeNode & { type: 'file' }) {
  const bytes = await contentBytes(node.content);
  return { size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex').slice(0, 12) };
}
