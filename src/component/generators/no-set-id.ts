// No program of the component runs as somebody else than who starts it: the bits that do that (chmod(2), S_ISUID and
// S_ISGID) go from all files. As dpkg-statoverride would on a machine that has been hardened by hand.
import type { FileNode } from '../../tree/node.ts';
import type { Tree } from '../../tree/tree.ts';

const setId = 0o6000;

export async function generateNoSetId(tree: Tree): Promise<void> {
  /** Links of one file stay that: one node. */
  const plain = new Map<FileNode, FileNode>();
  for (const [path, node] of tree) {
    if (node.type !== 'file' || (node.mode & setId) === 0) continue;
    const known = plain.get(node) ?? { ...node, mode: node.mode & ~setId };
    plain.set(node, known);
    tree.set(path, known);
  }
}
