// What is written is read again, by us and by another program's reader.
import fc from 'fast-check';
import { extract } from 'tar-stream';
import { describe, expect, test } from 'vitest';
import { readTar, readTarFile } from '../../src/archive/read-tar.ts';
import { writeTar } from '../../src/archive/write-tar.ts';
import { contentOf } from '../../src/tree/content.ts';
import type { TreeNode } from '../../src/tree/node.ts';
import { directory, file, symlink, type Tree } from '../../src/tree/tree.ts';
import { anyTree, bytesOf, fileOf, inMemory, inPieces } from '../tree/support.ts';

const never = { clampMtime: Number.MAX_SAFE_INTEGER };
const trees = anyTree({ xattrs: true, maxId: 2 ** 32 - 2, mtime: { min: 0, max: 2 ** 35 } });

test('a tree is the same after writing and reading, from a file and from a stream', async () => {
  await fc.assert(
    fc.asyncProperty(trees, fc.integer({ min: 1, max: 2000 }), async (tree, pieces) => {
      const bytes = await bytesOf(writeTar(tree, never));
      const expected = await inMemory(tree);
      expect(await inMemory(await readTarFile(await fileOf(bytes)))).toEqual(expected);
      const again = await readTar(inPieces(bytes, pieces));
      expect(await inMemory(again)).toEqual(expected);
      expect(await bytesOf(writeTar(again, never))).toEqual(bytes);
    }),
    { numRuns: 60 },
  );
});

test('equal trees give equal bytes, whatever the order in which they were made', async () => {
  const entries = [
    ['a', directory()],
    ['a/b', file('1')],
    ['a-b', file('2')],
  ] as [string, TreeNode][];
  const bytes = await bytesOf(writeTar(new Map(entries), never));
  expect(await bytesOf(writeTar(new Map([...entries].reverse()), never))).toEqual(bytes);
});

test('hard links are kept as links', async () => {
  const shared = file('shared');
  const tree: Tree = new Map([
    ['a', shared],
    ['b', shared],
    ['c', file('shared')],
  ]);
  const again = await readTar(writeTar(tree, never));
  expect(again.get('a')).toBe(again.get('b'));
  expect(again.get('a')).not.toBe(again.get('c'));
});

test('times are clamped', async () => {
  const again = await readTar(writeTar(new Map([['a', { ...file(''), mtime: 5000 }]]), { clampMtime: 1000 }));
  expect(again.get('a')!.mtime).toBe(1000);
});

test('times before 1970 become 1970, without the pax header that sqfstar cannot read', async () => {
  const bytes = await bytesOf(writeTar(new Map([['a', { ...file(''), mtime: -1 }]]), never));
  expect((await readTar(inPieces(bytes, 512))).get('a')!.mtime).toBe(0);
  expect(bytes.length).toBe(3 * 512);
});

test('nothing but ustar is used where ustar suffices', async () => {
  const long = `${'d'.repeat(60)}/${'e'.repeat(60)}`;
  const bytes = await bytesOf(writeTar(new Map([[long, { ...file('x'), uid: 0o7777777 }]]), never));
  expect(bytes.length).toBe(4 * 512);
});

test('chunks are large', async () => {
  const tree: Tree = new Map();
  for (let i = 0; i < 2000; i += 1) tree.set(`f${i}`, file(Buffer.alloc(i % 900)));
  tree.set('large', file(Buffer.alloc(300_000)));
  const sizes: number[] = [];
  for await (const chunk of writeTar(tree, never)) sizes.push(chunk.length);
  expect(Math.min(...sizes.slice(0, -1))).toBeGreaterThanOrEqual(1 << 16);
});

test('a size of 8 GiB and more is told by pax', async () => {
  const size = 8 * 2 ** 30;
  const node = { ...file(''), content: { at: 'file', path: '/dev/zero', offset: 0, size } as const };
  const stream = writeTar(new Map([['a', node]]), never);
  const { value } = await stream.next();
  await stream.return(undefined);
  expect(Buffer.from(value!).subarray(512, 540).toString()).toMatch(/^19 size=8589934592\n/);
});

describe('tar-stream reads', () => {
  async function readByOther(bytes: Buffer) {
    const found: Record<string, unknown>[] = [];
    const reader = extract();
    reader.on('entry', ({ name, type, mode, uid, gid, linkname, size, mtime, pax }, stream, next) => {
      const seconds = mtime!.getTime() / 1000;
      found.push({ name, type, mode, uid, gid, linkname, size, mtime: seconds, ...(pax ? { pax } : {}) });
      stream.on('end', next).resume();
    });
    await new Promise<void>((resolve, reject) => reader.on('finish', resolve).on('error', reject).end(bytes));
    return found;
  }

  test('what we write', async () => {
    const shared = { ...file('12345', 0o4755), uid: 5, gid: 6, mtime: 77 };
    const long = `${'ü'.repeat(70)}/${'x'.repeat(120)}`;
    const tree: Tree = new Map<string, TreeNode>([
      ['', directory()],
      ['a', directory(0o1777)],
      ['a/file', shared],
      ['a/link', shared],
      ['a/symlink', symlink('../somewhere')],
      ['dev', { type: 'character', mode: 0o600, uid: 0, gid: 0, mtime: 0, major: 4, minor: 64 } as const],
      [long, symlink('y'.repeat(130))],
    ]);
    expect(await readByOther(await bytesOf(writeTar(tree, never)))).toMatchInlineSnapshot(`
      [
        {
          "gid": 0,
          "linkname": null,
          "mode": 493,
          "mtime": 0,
          "name": "./",
          "size": 0,
          "type": "directory",
          "uid": 0,
        },
        {
          "gid": 0,
          "linkname": null,
          "mode": 1023,
          "mtime": 0,
          "name": "a/",
          "size": 0,
          "type": "directory",
          "uid": 0,
        },
        {
          "gid": 6,
          "linkname": null,
          "mode": 2541,
          "mtime": 77,
          "name": "a/file",
          "size": 5,
          "type": "file",
          "uid": 5,
        },
        {
          "gid": 6,
          "linkname": "a/file",
          "mode": 2541,
          "mtime": 77,
          "name": "a/link",
          "size": 0,
          "type": "link",
          "uid": 5,
        },
        {
          "gid": 0,
          "linkname": "../somewhere",
          "mode": 511,
          "mtime": 0,
          "name": "a/symlink",
          "size": 0,
          "type": "symlink",
          "uid": 0,
        },
        {
          "gid": 0,
          "linkname": null,
          "mode": 384,
          "mtime": 0,
          "name": "dev",
          "size": 0,
          "type": "character-device",
          "uid": 0,
        },
        {
          "gid": 0,
          "linkname": "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy",
          "mode": 511,
          "mtime": 0,
          "name": "üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüü/xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
          "pax": {
            "linkpath": "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy",
            "path": "üüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüüü/xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
          },
          "size": 0,
          "type": "symlink",
          "uid": 0,
        },
      ]
    `);
  });
});

test('reading does not copy: contents of a file are slices of it', async () => {
  const path = await fileOf(await bytesOf(writeTar(new Map([['a', file('hello')]]), never)));
  const tree = await readTarFile(path);
  expect(tree.get('a')).toMatchObject({ content: { at: 'file', path, offset: 512, size: 5 } });
  expect((await readTar(inPieces(Buffer.alloc(1024), 100))).size).toBe(0);
  expect(contentOf('x').at).toBe('memory');
});
