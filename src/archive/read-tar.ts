// tar → tree: ustar, pax and GNU archives. Archives come from outside: whatever is ambiguous, unsafe or unbounded is
// refused, and a name never means a place on the host, because nothing is extracted.
import { open } from 'node:fs/promises';
import type { Content } from '../tree/content.ts';
import { resolveLinks } from '../tree/hard-links.ts';
import type { Meta, TreeNode } from '../tree/node.ts';
import { tarError } from '../tree/refused.ts';
import { requireDirectories } from '../tree/require-directories.ts';
import type { ReadonlyTree, Tree } from '../tree/tree.ts';
import { createEntries, type Entries } from './entries.ts';
import { type PaxRecords, parsePax } from './pax.ts';
import { readOldSparse, readPaxSparse } from './read-sparse.ts';
import { paxSparse } from './sparse-map.ts';
import { parseTarHeader, type TarHeader, tarBlockSize } from './tar-header.ts';
import { decodeName, treePath } from './tar-name.ts';
import { fileSource, streamSource, type TarSource, truncated } from './tar-source.ts';

export interface TarLimits {
  readonly entries: number;
  /** In bytes: of one pax header or GNU long name, and of all global pax headers together. */
  readonly extension: number;
  /** In bytes: of all extended attributes together, with what it takes to hold them. */
  readonly attributes: number;
  /** In bytes: of all contents together, where they go to memory. */
  readonly memory: number;
  /** In bytes: of all sparse files together, with their holes. */
  readonly sparse: number;
}

export const usualTarLimits: TarLimits = {
  entries: 1_000_000,
  extension: 1 << 20,
  attributes: 64 << 20,
  memory: 256 << 20,
  sparse: 16 * 2 ** 30,
};

/** What it takes to hold one extended attribute beside its name and value, in bytes. */
const attributeCost = 128;

/** Zeros after the end, as tar's blocking makes them. In bytes. */
const maxPadding = 16 << 20;

/** An uncompressed tar on disk. The contents are slices of it: it must stay as it is while the tree is used. */
export async function readTarFile(path: string, limits: Partial<TarLimits> = {}): Promise<Tree> {
  return readLayerFile(path, new Map(), limits);
}

/** As readTarFile, of a layer: names may go by way of the links that lie below it, and hard links to its files. */
export async function readLayerFile(
  path: string,
  below: ReadonlyTree,
  limits: Partial<TarLimits> = {},
): Promise<Tree> {
  const file = await open(path, 'r');
  try {
    return await readFrom(await fileSource(file, path), below, { ...usualTarLimits, ...limits });
  } finally {
    await file.close();
  }
}

/** Contents go to memory, within `limits.memory`. The stream is read to its end. */
export async function readTar(
  stream: AsyncIterable<Uint8Array>,
  limits: Partial<TarLimits> = {},
): Promise<Tree> {
  const all = { ...usualTarLimits, ...limits };
  const source = streamSource(stream, all.memory);
  try {
    return await readFrom(source, new Map(), all);
  } finally {
    await source.close();
  }
}

/** What headers before an entry say about it. */
interface Extensions {
  pax: PaxRecords;
  longName?: Uint8Array;
  longLink?: Uint8Array;
}

/** What is known of an archive while it is read. */
interface Reading {
  readonly source: TarSource;
  readonly limits: TarLimits;
  readonly entries: Entries;
  readonly globals: Map<string, Uint8Array>;
  /** In bytes, of the global headers. */
  globalSize: number;
  /** In bytes, as `limits.attributes` counts. */
  attributes: number;
  /** In bytes, as `limits.sparse` counts. */
  sparse: number;
}

async function readFrom(source: TarSource, below: ReadonlyTree, limits: TarLimits): Promise<Tree> {
  const entries = createEntries(below);
  const globals = new Map<string, Uint8Array>();
  const reading: Reading = {
    source,
    limits,
    entries,
    globals,
    globalSize: 0,
    attributes: 0,
    sparse: 0,
  };
  let extensions: Extensions | undefined;
  for (let count = 0; ; count += 1) {
    const offset = source.offset;
    const block = await source.take(tarBlockSize);
    // Programs that make layers leave the blocks out which end an archive, and all of an empty one.
    if (block.length === 0) break;
    if (block.length < tarBlockSize) throw truncated(source.offset);
    const header = parseTarHeader(block, offset);
    if (header === undefined) break;
    if (count >= limits.entries)
      throw tarError('entries', `the archive has more than ${limits.entries} entries`);
    if ('xgLK'.includes(header.type)) {
      const bytes = await readExtension(source, header, limits);
      if (header.type === 'g') addGlobals(reading, bytes);
      else extensions = { pax: new Map(), ...extensions, ...extensionOf(header.type, bytes) };
      continue;
    }
    await readEntry(reading, header, block, extensions ?? noExtensions);
    extensions = undefined;
  }
  if (extensions !== undefined) throw truncated(source.offset);
  await requireEnd(source);
  const { tree, links } = entries;
  resolveLinks(tree, links);
  requireDirectories(tree, tree.keys());
  return tree;
}

const noExtensions: Extensions = { pax: new Map() };

function addGlobals(reading: Reading, bytes: Uint8Array): void {
  reading.globalSize += bytes.length;
  if (reading.globalSize > reading.limits.extension) {
    throw tarError('extension', `the global headers have more than ${reading.limits.extension} bytes`);
  }
  for (const [key, value] of parsePax(bytes)) {
    if (key.startsWith('GNU.sparse.'))
      throw tarError('sparse', 'the archive says of all files that they are sparse');
    reading.globals.set(key, value);
  }
}

function extensionOf(type: string, bytes: Uint8Array): Partial<Extensions> {
  if (type === 'x') return { pax: parsePax(bytes) };
  const end = bytes.indexOf(0);
  const name = end === -1 ? bytes : bytes.subarray(0, end);
  return type === 'L' ? { longName: name } : { longLink: name };
}

async function readExtension(source: TarSource, header: TarHeader, limits: TarLimits): Promise<Uint8Array> {
  if (header.size < 0 || header.size > limits.extension) {
    throw tarError('extension', `an extended header has ${header.size} bytes, more than ${limits.extension}`);
  }
  const bytes = await source.take(header.size);
  if (bytes.length < header.size) throw truncated(source.offset);
  await skipPadding(source, header.size);
  return bytes;
}

async function readEntry(
  reading: Reading,
  header: TarHeader,
  block: Uint8Array,
  { pax: own, longName, longLink }: Extensions,
): Promise<void> {
  const { source, limits, entries, globals } = reading;
  // POSIX: an empty value takes back what a global header said.
  const record = (key: string) => {
    const value = own.get(key) ?? globals.get(key);
    return value?.length ? value : undefined;
  };
  const sparse = paxSparse(own);
  const name = decodeName(sparse?.name ?? record('path') ?? longName ?? header.name);
  const path = entries.placeOf(treePath(name));
  const type = typeOf(header, name);
  const said = numberOf(record('size'), 'size') ?? header.size;
  // Nothing follows these, whatever size they name: so Go reads them, by which images are made and unpacked.
  const size = headerOnly.has(header.type) && said > 0 ? 0 : said;
  if (size < 0 || (size > 0 && type !== '0')) {
    // Programs differ in what a file is whose name ends in a slash: the content of one is headers to another.
    throw tarError(
      'size',
      `${JSON.stringify(path)} has a size of ${size} bytes although it cannot have content`,
    );
  }
  const meta = metaOf(header, record, attributesOf(reading, own));
  const left = limits.sparse - reading.sparse;
  let content: Content | undefined;
  if (header.type === 'S') content = await readOldSparse(source, block, size, path, left);
  else if (sparse && type === '0') content = await readPaxSparse(source, sparse, size, path, left);
  else if (type === '0') content = await source.content(size);
  if (content?.at === 'sparse') reading.sparse += content.size;
  await skipPadding(source, size);
  if (path === '' && type !== '5')
    throw tarError('name', 'the archive names the root, but not as a directory');

  const linkName = () => record('linkpath') ?? longLink ?? header.linkName;
  if (type === '1') {
    entries.link(path, entries.placeOf(treePath(decodeName(linkName()))));
    return;
  }
  entries.put(path, nodeOf(type, meta, header, content, linkName, path));
}

/** Links, devices, directories and fifos: what archive/tar of Go calls header-only. */
const headerOnly: ReadonlySet<string> = new Set(['1', '2', '3', '4', '5', '6']);

/** '7' is a contiguous file, 'S' a sparse one; a file whose name ends in a slash is a directory of pre-POSIX archives. */
function typeOf({ type }: TarHeader, name: string): string {
  if (type === '7' || type === 'S') return '0';
  return type === '0' && name.endsWith('/') ? '5' : type;
}

function nodeOf(
  type: string,
  meta: Meta,
  header: TarHeader,
  content: Content | undefined,
  linkName: () => Uint8Array,
  path: string,
): TreeNode {
  const { major, minor } = header;
  switch (type) {
    case '0':
      return { type: 'file', ...meta, content: content! };
    case '2':
      return { type: 'symlink', ...meta, target: targetOf(linkName(), path) };
    case '3':
      return { type: 'character', ...meta, major, minor };
    case '4':
      return { type: 'block', ...meta, major, minor };
    case '5':
      return { type: 'directory', ...meta };
    case '6':
      return { type: 'fifo', ...meta };
    default:
      throw tarError('type', `${JSON.stringify(path)} is of the unknown type ${JSON.stringify(type)}`);
  }
}

function targetOf(linkName: Uint8Array, path: string): string {
  const target = decodeName(linkName);
  if (target !== '') return target;
  throw tarError('name', `the symlink ${JSON.stringify(path)} has no target`);
}

const attributePrefix = 'SCHILY.xattr.';

/** The extended attributes, as copies: a few bytes must not keep the whole header alive. */
function attributesOf(reading: Reading, own: PaxRecords): Map<string, Uint8Array> | undefined {
  if (own.size === 0 && reading.globals.size === 0) return undefined;
  const xattrs = new Map<string, Uint8Array>();
  for (const records of [reading.globals, own]) {
    for (const [key, value] of records) {
      if (!key.startsWith(attributePrefix)) continue;
      reading.attributes += attributeCost + key.length + value.length;
      if (reading.attributes > reading.limits.attributes) {
        throw tarError(
          'attributes',
          `the extended attributes take more than ${reading.limits.attributes} bytes`,
        );
      }
      // POSIX, and Go: an empty value takes back what a global header said, and says nothing itself.
      if (value.length === 0) xattrs.delete(key.slice(attributePrefix.length));
      else xattrs.set(key.slice(attributePrefix.length), value.slice());
    }
  }
  return xattrs.size > 0 ? xattrs : undefined;
}

function metaOf(
  header: TarHeader,
  record: (key: string) => Uint8Array | undefined,
  xattrs: Map<string, Uint8Array> | undefined,
): Meta {
  return {
    mode: header.mode & 0o7777,
    uid: requireId(numberOf(record('uid'), 'uid') ?? header.uid),
    gid: requireId(numberOf(record('gid'), 'gid') ?? header.gid),
    mtime: numberOf(record('mtime'), 'mtime') ?? header.mtime,
    ...(xattrs && { xattrs }),
  };
}

/** A pax number is decimal; of a time's fraction nothing is kept. */
function numberOf(value: Uint8Array | undefined, key: string): number | undefined {
  if (value === undefined) return undefined;
  const text = Buffer.from(value).toString('latin1');
  const number = /^-?\d{1,20}(\.\d*)?$/.test(text) ? Math.floor(Number(text)) : Number.NaN;
  if (Number.isSafeInteger(number)) return number;
  throw tarError('pax', `a pax header has a malformed ${key}: ${JSON.stringify(text.slice(0, 50))}`);
}

function requireId(id: number): number {
  if (id >= 0 && id < 2 ** 32 - 1) return id;
  throw tarError('number', `${id} is no user or group id`);
}

async function skipPadding(source: TarSource, size: number): Promise<void> {
  const padding = (tarBlockSize - (size % tarBlockSize)) % tarBlockSize;
  if ((await source.take(padding)).length < padding) throw truncated(source.offset);
}

/** After the first block of zeros, only zeros: a second archive behind it would be seen by some programs only. */
async function requireEnd(source: TarSource): Promise<void> {
  for (let padding = 0; padding <= maxPadding; padding += 1 << 16) {
    const bytes = await source.take(1 << 16);
    if (bytes.length === 0) return;
    if (bytes.some((byte) => byte !== 0)) break;
  }
  throw tarError('trailing', 'the archive has something after its end');
}
