// A root file system in LinuxKit's layout (lk/moby/build/build.go, Build): kernel, init images, volumes, containers and
// the spec's files, one after the other. Each path is there once, in the part that had the last word on it; a directory
// stands in the first part that needs it.
import type { Digest } from '../../base/digest.ts';
import { type AccountFile, accountFiles, accountLines, mergeAccountLines } from '../../component/accounts.ts';
import { volumeDirectory } from '../../specification/mount-settings.ts';
import type { Volume } from '../../specification/types.ts';
import { contentBytes } from '../../tree/content.ts';
import { mergeTrees } from '../../tree/merge.ts';
import type { TreeNode } from '../../tree/node.ts';
import {
  addParents,
  directory,
  file,
  parentOf,
  type ReadonlyTree,
  type Tree,
  walk,
} from '../../tree/tree.ts';

export interface RootPart {
  /** LinuxKit's record LINUXKIT.source: an image reference, `linuxkit.files`, `linuxkit.volumes`. */
  readonly source: string;
  /** LINUXKIT.location: `kernel`, `init[0]`, `services[2]` … */
  readonly location: string;
  readonly tree: ReadonlyTree;
  /** Gives way where another part says otherwise. */
  readonly fallback?: true;
}

export interface RootEntry {
  readonly path: string;
  readonly node: TreeNode;
  /** Index into the parts. */
  readonly part: number;
}

export interface LinuxkitRoot {
  readonly parts: readonly RootPart[];
  /** By part, and within a part as trees are walked: parents always come first. */
  readonly entries: readonly RootEntry[];
}

/** Of the part with the bill of materials, which comes last in a tar. */
export const sbomLocation = 'sbom';

const apkDatabase = 'lib/apk/db/installed';

/** The root file system of a container, opened only where its files are wanted. */
export interface ImagePart extends Omit<RootPart, 'tree' | 'fallback'> {
  /** Equal for equal trees. */
  readonly key: Digest;
  /** The part of its bundle, after which it comes. */
  readonly part: number;
  /** With the paths that it has in the whole. */
  open(): Promise<ReadonlyTree>;
}

export async function mergeRoot(parts: readonly RootPart[]): Promise<LinuxkitRoot> {
  const numbered = [...parts.entries()];
  const order = [
    ...numbered.filter(([, part]) => part.fallback),
    ...numbered.filter(([, part]) => !part.fallback),
  ];
  const merged = mergeTrees(order.map(([, { source, tree }]) => ({ name: source, tree, override: true })));
  const owner = new Map<TreeNode, number>();
  for (const [index, { tree }] of order) for (const node of tree.values()) owner.set(node, index);
  const inits = numbered.filter(([, { location }]) => location.startsWith('init['));
  for (const [path, node] of await joinDatabases(inits.map(([, { tree }]) => tree))) {
    if (!inits.some(([index]) => index === owner.get(merged.get(path)!))) continue;
    merged.set(path, node);
    owner.set(node, inits.at(-1)![0]);
  }
  const places = new Map<string, number>();
  for (const [path, node] of merged) {
    if (node.type !== 'directory') places.set(path, owner.get(node)!);
  }
  placeDirectories(merged, places, parts);
  const entries = walk(merged).map(([path, node]): RootEntry => ({ path, node, part: places.get(path)! }));
  // The sort is stable: within a part the order of the walk stays.
  return { parts, entries: entries.filter(({ path }) => path !== '').sort((a, b) => a.part - b.part) };
}

/** With the containers' file systems in their places. What the spec's files say of a path in one of them stays. */
export async function withImages(root: LinuxkitRoot, images: readonly ImagePart[]): Promise<LinuxkitRoot> {
  const parts: RootPart[] = [];
  const entries: RootEntry[] = [];
  const said = new Set(root.entries.filter(({ node }) => node.type !== 'directory').map(({ path }) => path));
  const written = new Set<string>();
  const put = (path: string, node: TreeNode, part: RootPart): void => {
    if (written.has(path)) return;
    written.add(path);
    if (parts.at(-1) !== part) parts.push(part);
    entries.push({ path, node, part: parts.length - 1 });
  };
  const own = new Map<number, RootEntry[]>();
  for (const [index] of root.parts.entries()) own.set(index, []);
  for (const entry of root.entries) own.get(entry.part)!.push(entry);
  for (const [index, part] of root.parts.entries()) {
    for (const { path, node } of own.get(index) ?? []) put(path, node, part);
    for (const image of images) {
      if (image.part !== index) continue;
      const { source, location } = image;
      const placed = { source, location, tree: await image.open() };
      for (const [path, node] of walk(placed.tree)) if (!said.has(path)) put(path, node, placed);
    }
  }
  return { parts, entries };
}

/** A directory belongs to the first part that has it, or something in it. */
function placeDirectories(
  merged: ReadonlyTree,
  places: Map<string, number>,
  parts: readonly RootPart[],
): void {
  for (const [index, { tree }] of [...parts.entries()].toReversed()) {
    for (const path of tree.keys()) if (merged.get(path)?.type === 'directory') places.set(path, index);
  }
  for (const [path] of walk(merged).toReversed()) {
    if (path === '') continue;
    const place = places.get(path) ?? parts.length - 1;
    places.set(path, place);
    const parent = parentOf(path);
    places.set(parent, Math.min(place, places.get(parent) ?? place));
  }
}

/** Users and groups, and Alpine's database of packages: of all init images together, as each has only its own. */
async function joinDatabases(inits: readonly ReadonlyTree[]): Promise<Tree> {
  const joined: Tree = new Map();
  for (const [path, mode] of Object.entries(accountFiles) as [AccountFile, number][]) {
    if (inits.filter((tree) => tree.has(path)).length < 2) continue;
    const lines = mergeAccountLines(await Promise.all(inits.map((tree) => accountLines(tree, path))));
    joined.set(path, file(`${lines.join('\n')}\n`, mode));
  }
  const databases = inits.map((tree) => tree.get(apkDatabase)).filter((node) => node?.type === 'file');
  if (databases.length > 1) {
    const texts = await Promise.all(databases.map((node) => contentBytes(node.content)));
    joined.set(apkDatabase, file(Buffer.concat(texts)));
  }
  return joined;
}

/**
 * `containers/volumes/NAME`: what is there at first in lower; init lays memory over it at merged. Without tmp there is no
 * memory, and the volume is read-only: LinuxKit's init knows it by that, but its builder makes tmp in any case.
 */
export function volumeTree({ name, readonly }: Volume, content: ReadonlyTree = new Map()): Tree {
  const place = volumeDirectory(name).slice(1);
  const tree: Tree = new Map();
  for (const [path, node] of content) if (path !== '') tree.set(`${place}/lower/${path}`, node);
  tree.set(`${place}/lower`, content.get('') ?? directory());
  tree.set(`${place}/merged`, directory());
  if (!readonly) tree.set(`${place}/tmp`, directory());
  for (const path of [...tree.keys()]) addParents(tree, path);
  return tree;
}
