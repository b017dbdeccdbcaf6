// Files that several trees have alike: taken together again, the parts are what was there before, and every such file is
// there once, under all of its names.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { digestFromHex } from '../../../src/base/digest.ts';
import {
  type ArchiveOptions,
  makeImageArchives,
  type PackedArchive,
} from '../../../src/output/linuxkit/archives.ts';
import { shareFiles } from '../../../src/output/linuxkit/share-files.ts';
import { type Cache, openCache } from '../../../src/store/cache.ts';
import { contentBytes, contentOf } from '../../../src/tree/content.ts';
import type { FileNode, TreeNode } from '../../../src/tree/node.ts';
import { directory, file, type ReadonlyTree, symlink, type Tree } from '../../../src/tree/tree.ts';
import { unpackInitrd } from '../../support/initrd.ts';
import { hostTools } from '../../support/tools.ts';

let room: string;
let cache: Cache;
beforeAll(async () => {
  room = await mkdtemp(join(tmpdir(), 'catamaran-share-'));
  cache = await openCache(room);
});
afterAll(() => rm(room, { recursive: true }));

const treeOf = (entries: Record<string, TreeNode>): Tree => new Map(Object.entries(entries));

async function factsOf(tree: ReadonlyTree): Promise<Map<string, string>> {
  const facts = new Map<string, string>();
  for (const [path, node] of tree) {
    const bytes = node.type === 'file' ? Buffer.from(await contentBytes(node.content)).toString('hex') : '';
    const { type, mode, uid, gid, mtime } = node;
    facts.set(path, [type, mode, uid, gid, mtime, bytes, node.xattrs?.get('user.x')].join(' '));
  }
  return facts;
}

const someFile = fc.record({
  name: fc.constantFrom('a', 'b', 'c', 'd'),
  text: fc.constantFrom('', 'one', 'two'),
  mode: fc.constantFrom(0o644, 0o755),
  mtime: fc.constantFrom(1, 2),
  mark: fc.constantFrom(undefined, 'x', 'y'),
});

test('what is shared and what is left are together what there was', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(someFile), { minLength: 1, maxLength: 3 }), async (lists) => {
      const trees = lists.map((list, index): Tree => {
        const top = `container-${index}`;
        const files = list.map(({ name, text, mode, mtime, mark }): [string, FileNode] => {
          const xattrs = mark === undefined ? {} : { xattrs: new Map([['user.x', Buffer.from(mark)]]) };
          return [`${top}/${name}`, { ...file(text, mode), mtime, ...xattrs }];
        });
        return new Map<string, TreeNode>([[top, directory()], ...files]);
      });
      const { shared, rests } = await shareFiles(trees);
      const before = new Map(trees.flatMap((tree) => [...tree]));
      const after = new Map([...rests, shared].flatMap((tree) => [...tree]));
      expect(after.size).toBe([...rests, shared].reduce((sum, tree) => sum + tree.size, 0));
      expect([...(await factsOf(after))].sort()).toEqual([...(await factsOf(before))].sort());
      // Nothing is left that two trees have alike.
      const left = await Promise.all(rests.map(async (tree) => [...new Set((await factsOf(tree)).values())]));
      const files = left.flat().filter((each) => each.startsWith('file') && !/ {2}[xy]?$/.test(each));
      expect(new Set(files).size).toBe(files.length);
    }),
  );
});

test('one file under many names: hard links of one tree stay links of one file', async () => {
  const own = file('the same', 0o755);
  const trees = [
    treeOf({ one: directory(), 'one/a': own, 'one/b': own, 'one/c': file('only here') }),
    treeOf({ two: directory(), 'two/a': file('the same', 0o755) }),
  ];
  const { shared, rests } = await shareFiles(trees);
  expect([...shared.keys()]).toEqual(['one/a', 'one/b', 'two/a']);
  expect(new Set(shared.values()).size).toBe(1);
  expect(rests.map((tree) => [...tree.keys()])).toEqual([['one', 'one/c'], ['two']]);
});

test('twins within one tree, empty files, links and what is to be replaced stay where they are', async () => {
  const trees = ['one', 'two'].map((top) =>
    treeOf({
      [top]: directory(),
      [`${top}/empty`]: file(''),
      [`${top}/link`]: symlink('empty'),
      [`${top}/twin-a`]: file(`twins of ${top}`),
      [`${top}/twin-b`]: file(`twins of ${top}`),
      [`${top}/replaced`]: file('replaced in one of them'),
    }),
  );
  const { shared, rests } = await shareFiles(trees, new Set(['one/replaced']));
  expect([...shared.keys()]).toEqual([]);
  expect(rests).toEqual(trees);
});

test('the archives of containers hold a common file once, and unpack to all of it', async () => {
  const common = Buffer.alloc(300_000, 'a library that both containers have ');
  const library = (): FileNode => ({ ...file(''), content: contentOf(common) });
  const opened: string[] = [];
  const images = ['one', 'two'].map((top, index) => ({
    key: digestFromHex(String(index + 1).repeat(64)),
    open: async () => {
      opened.push(top);
      return treeOf({ [top]: directory(), [`${top}/own`]: file(top), [`${top}/lib.so`]: library() });
    },
  }));
  const options: ArchiveOptions = {
    cache,
    code: 'code',
    tools: hostTools,
    epoch: 1,
    level: 3,
    threads: 2,
    limit: (work) => work(),
    signal: new AbortController().signal,
  };
  const archives = await makeImageArchives(images, new Set(), options);
  expect(archives.map(({ unpacked }) => unpacked)).toEqual([4096, 4096, 74 * 4096]);
  const entries = unpackInitrd(await joined(archives));
  expect([...entries.keys()].sort()).toEqual([
    'one',
    'one/lib.so',
    'one/own',
    'two',
    'two/lib.so',
    'two/own',
  ]);
  const contents = ['one', 'two'].map((top) => entries.get(`${top}/own`)?.content);
  expect(contents).toEqual(['one', 'two']);
  expect(entries.get('two/lib.so')?.content).toBe(common.toString('latin1'));

  // Both are known now: neither is opened again.
  expect(await makeImageArchives(images, new Set(), options)).toEqual(archives);
  expect(opened).toEqual(['one', 'two']);
});

async function joined(archives: readonly PackedArchive[]): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for (const { blob } of archives) {
    const path = cache.blobPath(blob.digest);
    pieces.push(await contentBytes({ at: 'file', path, offset: 0, size: blob.size }));
    pieces.push(new Uint8Array(-blob.size & 3));
  }
  return Buffer.concat(pieces);
}
