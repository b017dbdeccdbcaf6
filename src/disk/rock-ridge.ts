// What a directory record of ISO 9660 says in its system use area for Linux: owner, mode, whole name, link, device. SUSP
// (IEEE P1281) and RRIP (IEEE P1282), cited by clause. Bytes alone; placed by iso9660-tree.ts.
import type { TreeNode } from '../tree/node.ts';
import { both32, isoBlock, recordDate } from './iso9660-records.ts';

const types = {
  file: 0o100000,
  directory: 0o040000,
  symlink: 0o120000,
  character: 0o020000,
  block: 0o060000,
  fifo: 0o010000,
} as const;

export interface RockRidgeFacts {
  readonly node: TreeNode;
  /** Undefined for a directory's records of itself and its parent. */
  readonly name?: string | undefined;
  /** A number that hard links have in common. */
  readonly inode: number;
  readonly links: number;
  /** Seconds since the epoch. */
  readonly mtime: number;
}

/** SUSP 5.3: stands first in the root's record of itself. */
export const sharingIndicator = Buffer.from([0x53, 0x50, 7, 1, 0xbe, 0xef, 0]);

/** SUSP 5.5 and RRIP 4.3: which extension it is. */
export function extensionReference(): Buffer {
  const [id, description, source] = ['IEEE_P1282', 'Rock Ridge', 'IEEE P1282'];
  const texts = Buffer.from(id + description + source, 'latin1');
  const head = Buffer.from([
    0x45,
    0x52,
    8 + texts.length,
    1,
    id.length,
    description.length,
    source.length,
    0,
  ]);
  return Buffer.concat([head, texts]);
}

/** One after the other. */
export function rockRidge({ node, name, inode, links, mtime }: RockRidgeFacts): Buffer[] {
  return [
    attributes(node, inode, links),
    timeStamp(mtime),
    ...(name === undefined ? [] : alternateName(Buffer.from(name))),
    ...(node.type === 'symlink' ? symbolicLink(node.target) : []),
    ...(node.type === 'character' || node.type === 'block' ? [device(node.major, node.minor)] : []),
  ];
}

/** RRIP 4.1.1. */
function attributes({ type, mode, uid, gid }: TreeNode, inode: number, links: number): Buffer {
  const entry = entryOf('PX', 44);
  for (const [index, value] of [types[type] | mode, links, uid, gid, inode].entries())
    both32(entry, 4 + 8 * index, value);
  return entry;
}

/** RRIP 4.1.2. */
function device(major: number, minor: number): Buffer {
  const entry = entryOf('PN', 20);
  both32(entry, 4, major);
  both32(entry, 12, minor);
  return entry;
}

/** RRIP 4.1.6: modified, in the short form. */
function timeStamp(mtime: number): Buffer {
  const entry = entryOf('TF', 12);
  entry[4] = 2;
  recordDate(mtime).copy(entry, 5);
  return entry;
}

const longestEntry = 255;
const goesOn = 1;

/** RRIP 4.1.4. */
function alternateName(name: Buffer): Buffer[] {
  return inPieces(name, longestEntry - 5).map((piece, index, { length }) => {
    const entry = entryOf('NM', 5 + piece.length);
    entry[4] = index < length - 1 ? goesOn : 0;
    piece.copy(entry, 5);
    return entry;
  });
}

const components: Readonly<Record<string, number>> = { '.': 2, '..': 4 };
const rootComponent = 8;

/** RRIP 4.1.3: the target, component by component. One that is too long for an entry goes on in the next. */
function symbolicLink(target: string): Buffer[] {
  const records = target.split('/').flatMap((part, index): Buffer[] => {
    if (part === '') return index === 0 ? [Buffer.from([rootComponent, 0])] : [];
    if (components[part] !== undefined) return [Buffer.from([components[part], 0])];
    return inPieces(Buffer.from(part), longestEntry - 7).map((piece, at, { length }) =>
      Buffer.concat([Buffer.from([at < length - 1 ? goesOn : 0, piece.length]), piece]),
    );
  });
  return packed(records, longestEntry - 5).map((group, index, { length }) => {
    const area = Buffer.concat(group);
    const entry = entryOf('SL', 5 + area.length);
    entry[4] = index < length - 1 ? goesOn : 0;
    area.copy(entry, 5);
    return entry;
  });
}

/** SUSP 5.1: where the rest of a record's entries are. */
export function continuation(block: number, offset: number, size: number): Buffer {
  const entry = entryOf('CE', continuationSize);
  both32(entry, 4, block);
  both32(entry, 12, offset);
  both32(entry, 20, size);
  return entry;
}

export const continuationSize = 28;

/** A record's own entries, and groups of the rest, each in room for a continuation of its own and within one block. */
export function splitEntries(entries: readonly Buffer[], room: number): Buffer[][] {
  if (lengthOf(entries) <= room) return [[...entries]];
  const first: Buffer[] = [];
  const rest = [...entries];
  while (lengthOf(first) + rest[0]!.length + continuationSize <= room) first.push(rest.shift()!);
  return [first, ...packed(rest, isoBlock - continuationSize)];
}

export const lengthOf = (entries: readonly Buffer[]): number =>
  entries.reduce((sum, { length }) => sum + length, 0);

/** In order, in groups of at most `room` bytes. */
function packed(entries: readonly Buffer[], room: number): Buffer[][] {
  const groups: Buffer[][] = [[]];
  for (const entry of entries) {
    if (lengthOf(groups.at(-1)!) + entry.length > room) groups.push([]);
    groups.at(-1)!.push(entry);
  }
  return groups;
}

function inPieces(bytes: Buffer, size: number): Buffer[] {
  const count = Math.max(1, Math.ceil(bytes.length / size));
  return Array.from({ length: count }, (_, index) => bytes.subarray(index * size, (index + 1) * size));
}

function entryOf(signature: string, size: number): Buffer {
  const entry = Buffer.alloc(size);
  entry.write(signature, 0, 'latin1');
  entry.set([size, 1], 2);
  return entry;
}
