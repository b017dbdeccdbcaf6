import fc from 'fast-check';
import { expect, test } from 'vitest';
import { writeCpio } from '../../src/archive/write-cpio.ts';
import { nameOfBytes } from '../../src/tree/byte-name.ts';
import type { TreeNode } from '../../src/tree/node.ts';
import { directory, file, symlink, type Tree } from '../../src/tree/tree.ts';
import { anyTree, bytesOf, inMemory } from '../tree/support.ts';

const never = { clampMtime: Number.MAX_SAFE_INTEGER };

interface Entry {
  readonly name: string;
  readonly ino: number;
  readonly links: number;
  readonly node: Record<string, unknown>;
}

const types = { 1: 'fifo', 2: 'character', 4: 'directory', 6: 'block', 8: 'file', 10: 'symlink' } as const;

/** A reader after the kernel's buffer-format document, and as strict as the kernel's own. */
function parseCpio(bytes: Buffer): Entry[] {
  const entries: Entry[] = [];
  for (let at = 0; ; ) {
    expect(at % 4).toBe(0);
    expect(bytes.toString('latin1', at, at + 6)).toBe('070701');
    const fields = Array.from({ length: 13 }, (_, i) => {
      const hex = bytes.toString('latin1', at + 6 + i * 8, at + 14 + i * 8);
      expect(hex).toMatch(/^[0-9A-F]{8}$/);
      return Number.parseInt(hex, 16);
    });
    const [ino, mode, uid, gid, links, mtime, size, , , major, minor, nameSize, check] = fields as number[];
    expect(check).toBe(0);
    const name = nameOfBytes(bytes.subarray(at + 110, at + 110 + nameSize! - 1));
    expect(bytes[at + 110 + nameSize! - 1]).toBe(0);
    const start = (at + 110 + nameSize! + 3) & ~3;
    const body = bytes.subarray(start, start + size!);
    at = (start + size! + 3) & ~3;
    if (name === 'TRAILER!!!') {
      expect(at).toBe(bytes.length);
      return entries;
    }
    const type = types[(mode! >> 12) as keyof typeof types];
    const own =
      type === 'file'
        ? { content: body.toString('hex') }
        : type === 'symlink'
          ? { target: nameOfBytes(body) }
          : type === 'character' || type === 'block'
            ? { major, minor }
            : {};
    const node = { type, mode: mode! & 0o7777, uid, gid, mtime, xattrs: [], ...own };
    entries.push({ name: name === '.' ? '' : name, ino: ino!, links: links!, node });
  }
}

/** As the kernel does: names of one inode are one file, whose content comes with the last of them. */
function treeOf(entries: readonly Entry[]): Map<string, object> {
  const last = new Map(entries.map((entry) => [entry.ino, entry]));
  for (const { ino, links, node } of entries) {
    if (node.type === 'file') expect(entries.filter((other) => other.ino === ino).length).toBe(links);
  }
  return new Map(entries.map(({ name, ino }) => [name, last.get(ino)!.node]));
}

test('a tree is the same after writing and reading', async () => {
  const trees = anyTree({ xattrs: false, maxId: 2 ** 32 - 2, mtime: { min: 0, max: 2 ** 32 - 1 } });
  await fc.assert(
    fc.asyncProperty(trees, async (tree) => {
      const bytes = await bytesOf(writeCpio(tree, never));
      const found = treeOf(parseCpio(bytes));
      expect(new Map([...found].sort(([a], [b]) => (a < b ? -1 : 1)))).toEqual(await inMemory(tree));
      expect(await bytesOf(writeCpio(new Map([...tree].reverse()), never))).toEqual(bytes);
    }),
    { numRuns: 60 },
  );
});

test('directories come before what is in them, hard links have one number and their content last', async () => {
  const shared = file('shared');
  const tree: Tree = new Map<string, TreeNode>([
    ['b', shared],
    ['a/x', shared],
    ['a', directory()],
    ['', directory()],
    ['a-z', symlink('a')],
  ]);
  const entries = parseCpio(await bytesOf(writeCpio(tree, never)));
  expect(entries.map(({ name, ino, links, node }) => [name, ino, links, node.content ?? ''])).toEqual([
    ['', 2, 2, ''],
    ['a', 3, 2, ''],
    ['a/x', 1, 2, ''],
    ['a-z', 5, 1, ''],
    ['b', 1, 2, Buffer.from('shared').toString('hex')],
  ]);
});

test('times are clamped', async () => {
  const tree: Tree = new Map([['a', { ...file(''), mtime: 5000 }]]);
  expect(parseCpio(await bytesOf(writeCpio(tree, { clampMtime: 1000 })))[0]!.node.mtime).toBe(1000);
});

test.each<[string, string, TreeNode]>([
  ['attributes', 'a', { ...file(''), xattrs: new Map([['security.capability', new Uint8Array(20)]]) }],
  ['4 GiB', 'a', { ...file(''), content: { at: 'file', path: '/dev/zero', offset: 0, size: 2 ** 32 } }],
  ['a large id', 'a', { ...file(''), uid: 2 ** 32 }],
  ['the end’s name', 'TRAILER!!!', file('')],
])('%s cannot be held, which is an error that names the path', async (_, path, node) => {
  await expect(bytesOf(writeCpio(new Map([[path, node]]), never))).rejects.toMatchObject({
    code: 'cpio-unfitting',
    message: expect.stringContaining(`/${path}`),
  });
});
