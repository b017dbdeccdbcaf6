// What the tree's tests share: archives made by hand, trees by chance, streams in pieces.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { onTestFinished } from 'vitest';
import { renderPax } from '../../src/archive/pax.ts';
import { renderTarHeader, type TarHeader } from '../../src/archive/tar-header.ts';
import { contentBytes, contentOf } from '../../src/tree/content.ts';
import type { FileNode, TreeNode } from '../../src/tree/node.ts';
import { parentOf, type ReadonlyTree, type Tree } from '../../src/tree/tree.ts';

export async function freshDirectory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'catamaran-tree-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

export async function fileOf(bytes: Uint8Array): Promise<string> {
  const path = join(await freshDirectory(), 'file');
  await writeFile(path, bytes);
  return path;
}

export async function bytesOf(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) chunks.push(chunk);
  return Buffer.concat(chunks);
}

export async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

/** The tree with all contents in memory and in plain objects, so that two of them can be compared. */
export async function inMemory(tree: ReadonlyTree): Promise<Map<string, object>> {
  const shared = new Map<TreeNode, object>();
  const plain = new Map<string, object>();
  for (const [path, node] of [...tree].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const { xattrs, ...rest } = node;
    const copy = shared.get(node) ?? {
      ...rest,
      xattrs: [...(xattrs ?? [])].map(([key, value]) => [key, Buffer.from(value).toString('hex')]).sort(),
      ...(node.type === 'file'
        ? { content: Buffer.from(await contentBytes(node.content)).toString('hex') }
        : {}),
    };
    shared.set(node, copy);
    plain.set(path, copy);
  }
  return plain;
}

export type RawEntry = Partial<Omit<TarHeader, 'name' | 'linkName'>> & {
  readonly name?: string | Uint8Array;
  readonly link?: string | Uint8Array;
  readonly body?: string | Uint8Array;
  /** Changes the finished header; its checksum is made right again. */
  readonly patch?: (block: Buffer) => void;
};

/** An archive with exactly these headers, however hostile, and its end. */
export function rawTar(...entries: RawEntry[]): Buffer {
  return Buffer.concat([...entries.map(rawEntry), Buffer.alloc(1024)]);
}

export function rawEntry({ name = 'x', link = '', body = '', patch, ...rest }: RawEntry): Buffer {
  const bytes = Buffer.from(body);
  const block = renderTarHeader({
    mode: 0o644,
    uid: 0,
    gid: 0,
    size: bytes.length,
    mtime: 0,
    type: '0',
    major: 0,
    minor: 0,
    ...rest,
    name: Buffer.from(name),
    linkName: Buffer.from(link),
  });
  if (patch !== undefined) {
    patch(block);
    block.fill(' ', 148, 156);
    const sum = block.reduce((a, b) => a + b, 0);
    block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  }
  return Buffer.concat([block, bytes, Buffer.alloc(-bytes.length & 511)]);
}

export function paxEntry(records: Record<string, string | Uint8Array>, type = 'x'): RawEntry {
  const bytes = new Map(Object.entries(records).map(([key, value]) => [key, Buffer.from(value)]));
  return { name: 'pax', type, body: renderPax(bytes) };
}

/** RFC 8878, 3.1.1. `head`: the frame's header after the magic; by default a window of 2 MiB, and no size. */
export function zstdFrame(blocks: readonly Buffer[], { head = [0x00, 11 << 3] } = {}): Buffer {
  const last = Buffer.from(blocks.at(-1)!);
  last[0]! |= 1;
  return Buffer.concat([Buffer.from('28b52ffd', 'hex'), Buffer.from(head), ...blocks.slice(0, -1), last]);
}

/** `size`: how often the byte of a run comes. */
export function zstdBlock(
  type: 'raw' | 'run' | 'packed',
  body: string | Uint8Array,
  size = body.length,
): Buffer {
  const head = Buffer.alloc(3);
  head.writeUIntLE((size << 3) | ({ raw: 0, run: 1, packed: 2 }[type] << 1), 0, 3);
  return Buffer.concat([head, Buffer.from(body)]);
}

/** As little compressed as can be. */
export function zstdOf(bytes: Uint8Array): Buffer {
  const blocks = [zstdBlock('raw', bytes.subarray(0, 1 << 17))];
  for (let at = 1 << 17; at < bytes.length; at += 1 << 17)
    blocks.push(zstdBlock('raw', bytes.subarray(at, at + (1 << 17))));
  return zstdFrame(blocks);
}

const part = fc
  .string({
    unit: fc.constantFrom('a', 'b', '-', '.', 'é', '\udce9', '𝄞', ' ', '\n', '='),
    minLength: 1,
    maxLength: 60,
  })
  .filter((name) => name !== '.' && name !== '..');

interface TreeLimits {
  readonly xattrs: boolean;
  readonly maxId: number;
  readonly mtime: { readonly min: number; readonly max: number };
}

/** Trees of every kind of node, with hard links and names of every length; parents are there. */
export function anyTree({ xattrs, maxId, mtime }: TreeLimits): fc.Arbitrary<Tree> {
  const meta = fc.record({
    mode: fc.nat(0o7777),
    uid: fc.oneof(fc.nat(70_000), fc.nat(maxId)),
    gid: fc.oneof(fc.nat(70_000), fc.nat(maxId)),
    mtime: fc.integer(mtime),
    xattrs: fc.dictionary(
      fc.constantFrom('user.a', 'security.capability'),
      fc.uint8Array({ minLength: 1, maxLength: 30 }),
      {
        maxKeys: xattrs ? 2 : 0,
        noNullPrototype: true,
      },
    ),
  });
  const device = { major: fc.nat(4095), minor: fc.nat(1 << 20) };
  const kind = fc.oneof(
    fc.record({ type: fc.constant('file'), content: fc.uint8Array({ maxLength: 1500 }).map(contentOf) }),
    fc.record({
      type: fc.constant('symlink'),
      target: fc.string({
        unit: fc.constantFrom('a', '/', '.', 'é', '\udce9'),
        minLength: 1,
        maxLength: 150,
      }),
    }),
    fc.record({ type: fc.constantFrom('character', 'block'), ...device }),
    fc.record({ type: fc.constantFrom('directory', 'fifo') }),
  );
  const node = fc.tuple(meta, kind).map(([{ xattrs: attributes, ...rest }, own]) => {
    const entries = Object.entries(attributes);
    return { ...rest, ...own, ...(entries.length > 0 ? { xattrs: new Map(entries) } : {}) } as TreeNode;
  });
  const entry = fc.tuple(fc.array(part, { minLength: 1, maxLength: 5 }), node, fc.boolean());
  return fc.array(entry, { maxLength: 20 }).map((entries) => {
    const tree: Tree = new Map();
    let last: FileNode | undefined;
    for (const [parts, made, linked] of entries) {
      const path = parts.join('/');
      for (let parent = parentOf(path); parent !== ''; parent = parentOf(parent)) {
        tree.set(parent, { type: 'directory', mode: 0o755, uid: 0, gid: 0, mtime: Math.max(0, mtime.min) });
      }
      if (tree.get(path)?.type === 'directory') continue;
      tree.set(path, linked && last !== undefined ? last : made);
      if (made.type === 'file' && !linked) last = made;
    }
    // A later path may have made a directory of what was something else, or the other way round.
    for (const path of tree.keys()) {
      for (let parent = parentOf(path); parent !== ''; parent = parentOf(parent)) {
        if (tree.get(parent)?.type !== 'directory') tree.delete(path);
      }
    }
    return tree;
  });
}
