// A whole tree to an ISO 9660 volume with Rock Ridge, which Linux mounts as a root: owners, modes, names, links and devices
// are as in the tree. Extended attributes have no place in it. Nothing is copied. By ISO 9660 alone the names are numbers;
// directories may be deeper than its eight levels, as Linux takes them.
import { roundUp } from '../base/size.ts';
import { contentOf, sizeOf as sizeOfContent } from '../tree/content.ts';
import type { FileNode, TreeNode } from '../tree/node.ts';
import { addParents, directory, parentOf, type ReadonlyTree, type Tree, walk } from '../tree/tree.ts';
import { packRecords } from './iso9660.ts';
import {
  descriptor,
  directoryRecord,
  fileFlags,
  isoBlock,
  longestSection,
  pathRecord,
  primaryDescriptor,
  recordSize,
  systemBlocks,
} from './iso9660-records.ts';
import {
  continuation,
  continuationSize,
  extensionReference,
  lengthOf,
  rockRidge,
  sharingIndicator,
  splitEntries,
} from './rock-ridge.ts';
import { concatenate, type Extent, type SparseImage, shift, sparseImage } from './sparse.ts';

export interface TreeIsoOptions {
  /** At most 32 of [A-Z0-9_]. */
  readonly label: string;
  /** Seconds since the epoch: the volume's, and no file is newer. */
  readonly epoch: number;
}

/** A record before it is known where anything lies. */
interface Draft {
  readonly identifier: string;
  readonly path: string;
  /** How often it is there: once for each section of a file. */
  readonly sections: number;
  /** What stands in the record, and then what stands behind the directory. */
  readonly groups: readonly (readonly Buffer[])[];
}

interface PlacedDirectory {
  readonly path: string;
  readonly identifier: string;
  readonly drafts: readonly Draft[];
  /** In bytes from the volume's beginning. */
  readonly offset: number;
  readonly size: number;
  readonly continuations: number;
}

interface Places {
  readonly directories: ReadonlyMap<string, PlacedDirectory>;
  readonly files: ReadonlyMap<FileNode, number>;
  readonly pathTable: { readonly size: number; readonly little: number; readonly big: number };
  readonly size: number;
}

const longestRecord = 255;

export function writeTreeIso(tree: ReadonlyTree, { label, epoch }: TreeIsoOptions): SparseImage {
  const whole = withParents(tree);
  const places = layout(whole, epoch);
  const { directories, files, pathTable, size } = places;
  const extents: Extent[] = [];
  const put = (bytes: Uint8Array, offset: number) => extents.push({ offset, content: contentOf(bytes) });
  const root = directories.get('')!;
  const table = {
    size: pathTable.size,
    little: pathTable.little / isoBlock,
    big: pathTable.big / isoBlock,
  };
  const rootRecord = directoryRecord(recordOf(root, '\0'), epoch);
  const volume = { label, blocks: size / isoBlock, pathTable: table, root: rootRecord, epoch };
  put(primaryDescriptor(volume), systemBlocks * isoBlock);
  put(descriptor(255), (systemBlocks + 1) * isoBlock);
  put(pathTableOf(directories, 'little'), pathTable.little);
  put(pathTableOf(directories, 'big'), pathTable.big);
  for (const each of directories.values()) {
    const { records, continuations } = render(each, whole, places, epoch);
    put(records, each.offset);
    put(continuations, each.continuations);
  }
  for (const [{ content }, offset] of files) extents.push(...shift(concatenate([content]), offset));
  return sparseImage(size, extents);
}

function layout(tree: ReadonlyTree, epoch: number): Places {
  const draft = drafting(tree, epoch);
  const children = childrenOf(tree);
  let offset = (systemBlocks + 2) * isoBlock;
  const place = (size: number): number => {
    const at = offset;
    offset += roundUp(size, isoBlock);
    return at;
  };
  const levels = levelsOf(children, tree);
  const size = levels.reduce((sum, { identifier }) => sum + pathRecord(identifier, 0, 0, 'little').length, 0);
  const pathTable = { size, little: place(size), big: place(size) };
  const directories = new Map<string, PlacedDirectory>();
  for (const { path, identifier } of levels) {
    const drafts = [
      draft(path, '\0'),
      draft(parentOf(path), '\x01'),
      ...children.get(path)!.map((child, index) => draft(child, identifierOf(tree.get(child)!, index))),
    ];
    const room = packRecords(drafts.map(recordLengths)).size;
    const behind = packContinuations(drafts).size;
    const at = { offset: place(room), continuations: place(behind) };
    directories.set(path, { path, identifier, drafts, size: room, ...at });
  }
  const files = new Map<FileNode, number>();
  for (const node of tree.values())
    if (node.type === 'file' && !files.has(node)) files.set(node, place(sizeOfContent(node.content)));
  return { directories, files, pathTable, size: offset };
}

function drafting(tree: ReadonlyTree, epoch: number): (path: string, identifier: string) => Draft {
  const inodes = new Map<TreeNode, number>();
  for (const node of tree.values()) if (!inodes.has(node)) inodes.set(node, inodes.size + 1);
  const links = countLinks(tree);
  return (path, identifier) => {
    const node = tree.get(path)!;
    const isOwn = identifier === '\0' || identifier === '\x01';
    const entries = rockRidge({
      node,
      name: isOwn ? undefined : path.slice(path.lastIndexOf('/') + 1),
      inode: inodes.get(node)!,
      links: links.get(node)!,
      mtime: Math.max(0, Math.min(node.mtime, epoch)),
    });
    const room = longestRecord - recordSize(identifier);
    const size = node.type === 'file' ? sizeOfContent(node.content) : 0;
    const sections = Math.max(1, Math.ceil(size / longestSection));
    // SUSP 5.3 and 5.5: which extension it is stands with the root's record of itself, behind it, as it is long.
    const isRoot = path === '' && identifier === '\0';
    const groups = isRoot
      ? [[sharingIndicator, ...entries], [extensionReference()]]
      : splitEntries(entries, room);
    return { identifier, path, sections, groups };
  };
}

/** Of ISO 9660, where Rock Ridge has the names: in their order. */
function identifierOf({ type }: TreeNode, index: number): string {
  const number = `_${String(index).padStart(7, '0')}`;
  return type === 'directory' ? number : `${number}.;1`;
}

/** Sorted, for each directory. */
function childrenOf(tree: ReadonlyTree): Map<string, string[]> {
  const children = new Map<string, string[]>();
  for (const [path, node] of walk(tree)) {
    if (node.type === 'directory') children.set(path, []);
    if (path !== '') children.get(parentOf(path))!.push(path);
  }
  return children;
}

/** ECMA-119, 6.9.1: the path tables' order, level by level. */
function levelsOf(children: ReadonlyMap<string, readonly string[]>, tree: ReadonlyTree) {
  const found = [{ path: '', identifier: '\0' }];
  for (const { path } of found) {
    for (const [index, child] of children.get(path)!.entries()) {
      const node = tree.get(child)!;
      if (node.type === 'directory') found.push({ path: child, identifier: identifierOf(node, index) });
    }
  }
  return found;
}

function countLinks(tree: ReadonlyTree): Map<TreeNode, number> {
  const links = new Map<TreeNode, number>();
  const count = (node: TreeNode, more: number) => links.set(node, (links.get(node) ?? 0) + more);
  for (const [path, node] of tree) {
    // A directory has its own record of itself, and that of each directory in it.
    count(node, node.type === 'directory' ? 2 : 1);
    if (node.type === 'directory' && path !== '') count(tree.get(parentOf(path))!, 1);
  }
  return links;
}

const recordLengths = ({ identifier, sections, groups }: Draft): number[] => {
  const use = lengthOf(groups[0]!) + (groups.length > 1 ? continuationSize : 0);
  return Array(sections).fill(recordSize(identifier) + roundUp(use, 2));
};

/** Where the groups of each record lie behind the directory: none goes over the end of a block. */
function packContinuations(drafts: readonly Draft[]): { starts: number[][]; size: number } {
  const lengths = drafts.map(({ groups }) =>
    groups
      .slice(1)
      .map((group, index) => lengthOf(group) + (index < groups.length - 2 ? continuationSize : 0)),
  );
  const { starts, size } = packRecords(lengths);
  const left = [...starts];
  return { starts: lengths.map((each) => left.splice(0, each.length)), size };
}

function render(
  { drafts, size, continuations: at }: PlacedDirectory,
  tree: ReadonlyTree,
  places: Places,
  epoch: number,
) {
  const behind = packContinuations(drafts);
  const records = Buffer.alloc(size);
  const continuations = Buffer.alloc(behind.size);
  const { starts } = packRecords(drafts.map(recordLengths));
  let number = 0;
  for (const [index, draft] of drafts.entries()) {
    const own = behind.starts[index]!;
    const parts = draft.groups.map((group, part) => {
      const next = draft.groups[part + 1];
      if (!next) return Buffer.concat(group);
      const start = own[part]!;
      const length = lengthOf(next) + (part + 2 < draft.groups.length ? continuationSize : 0);
      const block = at / isoBlock + Math.floor(start / isoBlock);
      return Buffer.concat([...group, continuation(block, start % isoBlock, length)]);
    });
    for (const [part, bytes] of parts.slice(1).entries()) bytes.copy(continuations, own[part]!);
    for (const section of sectionsOf(draft, tree, places)) {
      directoryRecord(section, epoch, parts[0]).copy(records, starts[number]);
      number += 1;
    }
  }
  return { records, continuations };
}

function sectionsOf(
  { path, identifier, sections }: Draft,
  tree: ReadonlyTree,
  { directories, files }: Places,
) {
  const node = tree.get(path)!;
  if (node.type === 'directory') return [recordOf(directories.get(path)!, identifier)];
  const [offset, size] = node.type === 'file' ? [files.get(node)!, sizeOfContent(node.content)] : [0, 0];
  return Array.from({ length: sections }, (_, section) => {
    const start = section * longestSection;
    return {
      name: identifier,
      block: (offset + start) / isoBlock,
      size: Math.min(size - start, longestSection),
      flags: section < sections - 1 ? fileFlags.moreSections : 0,
    };
  });
}

function recordOf({ offset, size }: PlacedDirectory, name: string) {
  return { name, block: offset / isoBlock, size, flags: fileFlags.directory };
}

/** Parents' numbers have 16 bits; Linux goes by the records alone. */
function pathTableOf(directories: ReadonlyMap<string, PlacedDirectory>, order: 'little' | 'big'): Uint8Array {
  const numbers = new Map([...directories.keys()].map((path, index) => [path, index + 1]));
  return Buffer.concat(
    [...directories.values()].map(({ path, identifier, offset }) =>
      pathRecord(identifier, offset / isoBlock, Math.min(numbers.get(parentOf(path))!, 0xffff), order),
    ),
  );
}

function withParents(tree: ReadonlyTree): ReadonlyTree {
  const whole: Tree = new Map([['', tree.get('') ?? directory()], ...tree]);
  for (const path of tree.keys()) addParents(whole, path);
  return new Map(walk(whole));
}
