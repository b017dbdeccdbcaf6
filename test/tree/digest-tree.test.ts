import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { contentBytes, contentOf, openContents } from '../../src/tree/content.ts';
import { digestContent, listTree, treeDigest } from '../../src/tree/digest-tree.ts';
import type { TreeNode } from '../../src/tree/node.ts';
import { directory, file, symlink } from '../../src/tree/tree.ts';
import { fileOf } from './support.ts';

const device: TreeNode = { type: 'character', mode: 0o666, uid: 0, gid: 5, mtime: 0, major: 1, minor: 3 };
const shared = file('shared', 0o4755);
const nodes: Record<string, TreeNode> = {
  a: directory(0o1777),
  'a/one': shared,
  'a/two': shared,
  'a-b': { ...file('x'), uid: 1000, xattrs: new Map([['user.a', Buffer.from('v')]]) },
  l: symlink('a/one'),
  null: device,
  pipe: { type: 'fifo', mode: 0o600, uid: 0, gid: 0, mtime: 0 },
};

test('the listing shows what there is', () => {
  expect(listTree(new Map(Object.entries(nodes)))).toMatchInlineSnapshot(`
    "d 1777 0:0         - /a
    - 4755 0:0         6 /a/one
    - 4755 0:0         6 /a/two = /a/one
    - 0644 1000:0         1 /a-b [user.a=dg==]
    l 0777 0:0         - /l -> a/one
    c 0666 0:5       1,3 /null
    p 0600 0:0         - /pipe
    "
  `);
});

test('the digest does not depend on the order, nor on where the content lies', async () => {
  const path = await fileOf(Buffer.from('--shared--'));
  const slice: TreeNode = { ...shared, content: { at: 'file', path, offset: 2, size: 6 } } as TreeNode;
  const moved = new Map(Object.entries({ ...nodes, 'a/one': slice, 'a/two': slice }).reverse());
  expect(await treeDigest(moved)).toBe(await treeDigest(new Map(Object.entries(nodes))));
});

test.each<[string, Record<string, TreeNode>]>([
  ['a path', { other: directory() }],
  ['a mode', { a: directory(0o755) }],
  ['an owner', { null: { ...device, uid: 1 } }],
  ['a time', { null: { ...device, mtime: 1 } }],
  ['a content', { 'a-b': { ...nodes['a-b'], content: contentOf('y') } as TreeNode }],
  ['an attribute', { 'a-b': { ...nodes['a-b'], xattrs: new Map() } as TreeNode }],
  ['a target', { l: symlink('a/two') }],
  ['a device number', { null: { ...device, minor: 4 } as TreeNode }],
  ['a hard link', { 'a/two': file('shared', 0o4755) }],
])('the digest depends on %s', async (_, change) => {
  const digest = await treeDigest(new Map(Object.entries(nodes)));
  expect(await treeDigest(new Map(Object.entries({ ...nodes, ...change })))).not.toBe(digest);
});

test('contents are read the same from slices small and large, near and far', async () => {
  const bytes = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7 + (i >> 8)) & 0xff));
  const path = await fileOf(bytes);
  const contents = openContents();
  const slices = [
    [0, 10],
    [5, 100],
    [299_990, 10],
    [100, 65_536],
    [1, 299_999],
    [64_000, 5000],
    [7, 0],
  ];
  for (const [offset, size] of slices as [number, number][]) {
    const content = { at: 'file', path, offset, size } as const;
    const expected = bytes.subarray(offset, offset + size);
    const chunks = [];
    for await (const chunk of contents.read(content)) chunks.push(chunk);
    expect(Buffer.concat(chunks).equals(expected)).toBe(true);
    expect(Buffer.from(await contentBytes(content)).equals(expected)).toBe(true);
    expect(await digestContent(content)).toBe(
      `sha256:${createHash('sha256').update(expected).digest('hex')}`,
    );
  }
  await contents.close();
});

test.each([100, 100_000])(
  'a slice of %d bytes beyond the end is an error that names the file',
  async (size) => {
    const path = await fileOf(Buffer.alloc(50));
    await expect(digestContent({ at: 'file', path, offset: 0, size })).rejects.toMatchObject({
      fault: 'environment',
      message: expect.stringContaining(path),
    });
  },
);
