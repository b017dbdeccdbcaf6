// What several containers have alike, such as a distribution's libraries: taken out of their trees into one, where each
// such file is there once, under all of its names as hard links. Nothing is ever written to the containers' own trees, so
// that nobody can tell. An initrd is smaller for it, and so is the memory that it fills.
import { createHash } from 'node:crypto';
import { type Contents, openContents, sizeOf } from '../../tree/content.ts';
import type { FileNode } from '../../tree/node.ts';
import type { ReadonlyTree, Tree, TreePath } from '../../tree/tree.ts';

export interface SharedFiles {
  /** Only files; the directories are in the rests. */
  readonly shared: Tree;
  /** What is left of each tree, in their order. */
  readonly rests: readonly Tree[];
}

interface Candidate {
  readonly node: FileNode;
  /** Index of its tree. */
  readonly tree: number;
  readonly paths: TreePath[];
}

/** A file with one of the paths `apart` stays where it is: something else is to be written there later. */
export async function shareFiles(
  trees: readonly ReadonlyTree[],
  apart: ReadonlySet<TreePath> = new Set(),
): Promise<SharedFiles> {
  const files = trees.flatMap((tree, index) => filesOf(tree, index));
  const free = files.filter(({ paths }) => !paths.some((path) => apart.has(path)));
  const alike = groupBy(free, ({ node }) => factsOf(node))
    .filter(isOfSeveral)
    .flat();
  const digests = await digestAll(alike);
  const shared: Tree = new Map();
  for (const group of groupBy(alike, (each) => `${digests.get(each)} ${factsOf(each.node)}`)) {
    if (!isOfSeveral(group)) continue;
    for (const { paths } of group) for (const path of paths) shared.set(path, group[0]!.node);
  }
  const rests = trees.map((tree) => new Map([...tree].filter(([path]) => !shared.has(path))));
  return { shared, rests };
}

/** Each file once, with all of its names. */
function filesOf(tree: ReadonlyTree, index: number): Candidate[] {
  const files = new Map<FileNode, Candidate>();
  for (const [path, node] of tree) {
    if (node.type !== 'file' || sizeOf(node.content) === 0) continue;
    const known = files.get(node);
    if (known) known.paths.push(path);
    else files.set(node, { node, tree: index, paths: [path] });
  }
  return [...files.values()];
}

/** All that is known of a file without reading it. */
function factsOf({ mode, uid, gid, mtime, xattrs, content }: FileNode): string {
  const attributes = [...(xattrs ?? [])].map(([name, value]) => [
    name,
    Buffer.from(value).toString('base64'),
  ]);
  return JSON.stringify([mode, uid, gid, mtime, sizeOf(content), attributes.sort()]);
}

const isOfSeveral = (group: readonly Candidate[]): boolean =>
  group.some(({ tree }) => tree !== group[0]!.tree);

function groupBy(files: readonly Candidate[], key: (file: Candidate) => string): Candidate[][] {
  const groups = new Map<string, Candidate[]>();
  for (const each of files) {
    const name = key(each);
    const group = groups.get(name);
    if (group) group.push(each);
    else groups.set(name, [each]);
  }
  return [...groups.values()];
}

async function digestAll(files: readonly Candidate[]): Promise<Map<Candidate, string>> {
  const contents = openContents();
  const digests = new Map<Candidate, string>();
  try {
    // In the order in which they lie in their archives, which are read from the front to the back.
    for (const each of [...files].sort((a, b) => a.tree - b.tree || placeOf(a) - placeOf(b)))
      digests.set(each, await digestOf(each, contents));
  } finally {
    await contents.close();
  }
  return digests;
}

const placeOf = ({ node: { content } }: Candidate): number => (content.at === 'file' ? content.offset : 0);

async function digestOf({ node }: Candidate, contents: Contents): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of contents.read(node.content)) hash.update(chunk);
  return hash.digest('hex');
}
