// tree → tar: ustar, with a pax header only where ustar cannot hold what is to be said. Equal trees give equal bytes.

import { bytesOfName, isByteName } from '../tree/byte-name.ts';
import { openContents, sizeOf } from '../tree/content.ts';
import type { FileNode, TreeNode } from '../tree/node.ts';
import { type ReadonlyTree, type TreePath, walk } from '../tree/tree.ts';
import { collectChunks } from './chunks.ts';
import { type PaxRecords, renderPax } from './pax.ts';
import { maxOctal8, maxOctal12, renderTarHeader, splitName, tarBlockSize } from './tar-header.ts';

export interface WriteOptions {
  /** Seconds since the epoch; later times become this one, and earlier ones than the epoch it. */
  readonly clampMtime: number;
}

export interface TarEntry {
  readonly path: TreePath;
  readonly node: TreeNode;
  /** Further records of its pax header. */
  readonly records?: PaxRecords;
}

/** In chunks of 64 KiB and more. A chunk is the reader's. */
export function writeTar(tree: ReadonlyTree, options: WriteOptions): AsyncGenerator<Uint8Array> {
  return writeTarEntries(
    walk(tree).map(([path, node]) => ({ path, node })),
    options,
  );
}

/** In the order given, in which a directory is to come before what lies in it. */
export function writeTarEntries(
  entries: Iterable<TarEntry>,
  options: WriteOptions,
): AsyncGenerator<Uint8Array> {
  return collectChunks(blocksOf(entries, options));
}

async function* blocksOf(entries: Iterable<TarEntry>, options: WriteOptions): AsyncGenerator<Uint8Array> {
  const contents = openContents();
  const written = new Map<FileNode, TreePath>();
  try {
    for (const { path, node, records } of entries) {
      const first = node.type === 'file' ? written.get(node) : undefined;
      yield headersOf(path, node, first, options.clampMtime, records);
      if (node.type !== 'file' || first !== undefined) continue;
      written.set(node, path);
      yield* contents.read(node.content);
      yield paddingAfter(sizeOf(node.content));
    }
  } finally {
    await contents.close();
  }
  yield Buffer.alloc(2 * tarBlockSize);
}

const types = { file: '0', symlink: '2', character: '3', block: '4', directory: '5', fifo: '6' } as const;

/** `first` is the path that the same file was written under. */
function headersOf(
  path: TreePath,
  node: TreeNode,
  first: TreePath | undefined,
  clampMtime: number,
  records: PaxRecords = new Map(),
): Uint8Array {
  const name = bytesOfName(node.type === 'directory' ? `${path === '' ? '.' : path}/` : path);
  const target = first ?? (node.type === 'symlink' ? node.target : '');
  const link = bytesOfName(target);
  const size = node.type === 'file' && first === undefined ? sizeOf(node.content) : 0;
  // Not before 1970: sqfstar cannot read it, and neither cpio nor squashfs can say it.
  const mtime = Math.max(0, Math.min(node.mtime, clampMtime));
  const device = node.type === 'character' || node.type === 'block';

  const pax = new Map<string, Uint8Array>(records);
  /** What the ustar field holds: `value`, or, where only pax can say it, 0. */
  const field = (key: string, value: number, max: number): number => {
    if (value >= 0 && value <= max) return value;
    pax.set(key, Buffer.from(String(value)));
    return 0;
  };
  const fitting = isAscii(name) && splitName(name) !== undefined;
  if (!fitting) pax.set('path', name);
  if (!isAscii(link) || link.length > 100) pax.set('linkpath', link);
  // POSIX: else the records are UTF-8, and bsdtar would not take them.
  if (isByteName(path) || isByteName(target)) pax.set('hdrcharset', Buffer.from('BINARY'));
  for (const [key, value] of first === undefined ? (node.xattrs ?? []) : [])
    pax.set(`SCHILY.xattr.${key}`, value);

  const header = renderTarHeader({
    name: fitting ? name : shortened(name),
    linkName: pax.has('linkpath') ? shortened(link) : link,
    mode: node.mode,
    uid: field('uid', node.uid, maxOctal8),
    gid: field('gid', node.gid, maxOctal8),
    size: field('size', size, maxOctal12),
    mtime: field('mtime', mtime, maxOctal12),
    type: first === undefined ? types[node.type] : '1',
    major: device ? requireDevice(path, node.major) : 0,
    minor: device ? requireDevice(path, node.minor) : 0,
  });
  return pax.size === 0 ? header : Buffer.concat([paxHeader(name, pax), header]);
}

function paxHeader(name: Uint8Array, records: PaxRecords): Uint8Array {
  const bytes = renderPax(records);
  const header = renderTarHeader({
    name: Buffer.concat([Buffer.from('PaxHeaders/'), shortened(name).subarray(0, 88)]),
    linkName: new Uint8Array(),
    mode: 0o644,
    uid: 0,
    gid: 0,
    size: bytes.length,
    mtime: 0,
    type: 'x',
    major: 0,
    minor: 0,
  });
  return Buffer.concat([header, bytes, paddingAfter(bytes.length)]);
}

/** What a program without pax sees of a name. Never ends in a slash: pre-POSIX readers take that for a directory. */
function shortened(name: Uint8Array): Uint8Array {
  const ascii = Buffer.from(name.map((byte) => (byte < 0x80 ? byte : 0x5f))).subarray(0, 100);
  let end = ascii.length;
  while (end > 1 && ascii[end - 1] === 0x2f) end -= 1;
  return ascii.subarray(0, end);
}

function requireDevice(path: TreePath, value: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= maxOctal8) return value;
  throw new Error(`${path} has the device number ${value}, which tar cannot hold`);
}

const isAscii = (bytes: Uint8Array): boolean => bytes.every((byte) => byte < 0x80);

function paddingAfter(size: number): Uint8Array {
  return Buffer.alloc((tarBlockSize - (size % tarBlockSize)) % tarBlockSize);
}
