import { expect, test } from 'vitest';
import type { TreeNode } from '../../src/tree/node.ts';
import { requireDirectories } from '../../src/tree/require-directories.ts';
import { directory, file, type Tree } from '../../src/tree/tree.ts';

/** Counts how often a path is looked up. */
class CountingTree extends Map<string, TreeNode> {
  lookups = 0;
  override get(path: string): TreeNode | undefined {
    this.lookups += 1;
    return super.get(path);
  }
}

test('each directory is looked at once, however many deep paths lie below it', () => {
  const deep = 'd/'.repeat(500);
  const tree = new CountingTree();
  for (let at = 0; at < 200; at += 1) tree.set(`${deep}${at}/f`, file(''));
  requireDirectories(tree, tree.keys());
  expect(tree.lookups).toBe(500 + 200);
});

test('directories that are missing count eightfold with the paths', () => {
  const tree: Tree = new Map([['aa/bb/c', file('')]]);
  // aa/bb/c, aa/bb and aa.
  expect(() => requireDirectories(tree, tree.keys(), 7 + 8 * (5 + 2))).not.toThrow();
  expect(() => requireDirectories(tree, tree.keys(), 7 + 8 * (5 + 2) - 1)).toThrow(
    'more than 62 characters together',
  );
  tree.set('aa/bb', directory());
  expect(() => requireDirectories(tree, ['aa/bb/c'], 7)).not.toThrow();
});

test.each(['a/x', 'a/b/x'])('%s below a file is found, also after a sibling', (path) => {
  const tree: Tree = new Map([
    ['a', file('')],
    [path, file('')],
  ]);
  expect(() => requireDirectories(tree, ['b', path])).toThrow(`"${path}" lies below "a", which is a file`);
});
