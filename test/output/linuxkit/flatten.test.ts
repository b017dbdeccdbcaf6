import { expect, test } from 'vitest';
import { fillImage, flattenImage } from '../../../src/output/linuxkit/flatten.ts';
import type { TreeNode } from '../../../src/tree/node.ts';
import { requireDirectories } from '../../../src/tree/require-directories.ts';
import { directory, file, symlink } from '../../../src/tree/tree.ts';

const tree = (nodes: Record<string, TreeNode>) => new Map(Object.entries(nodes));
const paths = (nodes: Record<string, TreeNode>) => [...flattenImage(tree(nodes)).keys()].sort();
const usual = 'dev dev/pts dev/shm etc etc/hosts etc/mtab etc/resolv.conf proc sys'.split(' ');

test('what a container needs is there in any case, and what Docker leaves is not', () => {
  expect(paths({})).toEqual(usual);
  expect(paths({ '.dockerenv': file(''), 'etc/hostname': file('x'), 'etc/hosts': file('mine') })).toEqual(
    usual,
  );
  expect(paths({ 'a/b': file('') })).toEqual([...usual, 'a', 'a/b'].sort());
});

test.each<[string, TreeNode]>([
  ['a link to the machine’s directory', symlink('/etc')],
  ['a link upwards', symlink('../../../etc')],
  ['a file', file('')],
])('where etc or dev is %s, nothing is laid below it', (_, node) => {
  expect(paths({ etc: node })).toEqual(['dev', 'dev/pts', 'dev/shm', 'etc', 'proc', 'sys']);
  expect(paths({ dev: node })).toEqual(usual.filter((path) => !path.startsWith('dev/')));
  expect(flattenImage(tree({ etc: node })).get('etc')).toEqual(node);
  // Volumes are filled, too.
  const filled = fillImage(tree({ etc: node, dev: node }), 'shared');
  requireDirectories(filled, filled.keys());
  expect([...filled.keys()].sort()).toEqual(['dev', 'etc', 'proc', 'sys']);
});

test('a directory of the image in such a place stays as it is', () => {
  const flat = flattenImage(tree({ etc: directory(0o700), 'etc/hosts': directory(0o711) }));
  expect([flat.get('etc')!.mode, flat.get('etc/hosts')]).toEqual([0o700, directory(0o711)]);
});

test('a tree with something below a link is never laid out', () => {
  expect(() => flattenImage(tree({ l: symlink('/'), 'l/x': file('') }))).toThrow('lies below');
});
