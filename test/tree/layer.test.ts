import { expect, test } from 'vitest';
import { applyLayer } from '../../src/tree/layer.ts';
import type { TreeNode } from '../../src/tree/node.ts';
import { directory, file, symlink } from '../../src/tree/tree.ts';

const tree = (nodes: Record<string, TreeNode>) => new Map(Object.entries(nodes));
const paths = (lower: Record<string, TreeNode>, layer: Record<string, TreeNode>) =>
  [...applyLayer(tree(lower), tree(layer)).keys()].sort();

const lower = { a: directory(), 'a/b': directory(), 'a/b/c': file('c'), 'a/d': file('d'), 'a-z': file('') };

test('adds and replaces', () => {
  const merged = applyLayer(tree(lower), tree({ a: directory(0o700), 'a/d': file('new'), e: file('e') }));
  expect(merged.get('a')!.mode).toBe(0o700);
  expect(merged.get('a/d')).toEqual(file('new'));
  expect(merged.has('a/b/c')).toBe(true);
  expect(merged.has('e')).toBe(true);
});

test('a whiteout removes a file, or a directory with all in it', () => {
  expect(paths(lower, { 'a/.wh.d': file('') })).toEqual(['a', 'a-z', 'a/b', 'a/b/c']);
  expect(paths(lower, { '.wh.a': file('') })).toEqual(['a-z']);
});

test('an opaque directory hides what was below it, not what the layer brings', () => {
  expect(paths(lower, { a: directory(), 'a/.wh..wh..opq': file(''), 'a/new': file('') })).toEqual([
    'a',
    'a-z',
    'a/new',
  ]);
  expect(paths(lower, { '.wh..wh..opq': file(''), x: file('') })).toEqual(['x']);
});

test('a whiteout does not touch its own layer', () => {
  expect(paths(lower, { 'a/.wh.d': file(''), 'a/d': file('') })).toContain('a/d');
  expect(paths(lower, { '.wh.a': file(''), a: directory(), 'a/new': file('') })).toEqual([
    'a',
    'a-z',
    'a/new',
  ]);
});

test('a file over a directory removes what was in it; a directory over a file is empty', () => {
  expect(paths(lower, { a: file('') })).toEqual(['a', 'a-z']);
  expect(paths(lower, { 'a/d': directory(), 'a/d/x': file('') })).toContain('a/d/x');
});

test('aufs’ own notes are no files', () => {
  expect(paths({}, { '.wh..wh.plnk': directory(), '.wh..wh.aufs': file(''), x: file('') })).toEqual(['x']);
});

test('a whiteout of nothing is refused', () => {
  expect(() => paths(lower, { '.wh.': file('') })).toThrow('names nothing');
});

test('below a symlink of the lower layers, things land where it leads', () => {
  const merged = { lib: symlink('usr/lib'), 'usr/lib': directory(), 'usr/lib/old': file('') };
  expect(paths(merged, { 'lib/x': file('') })).toEqual(['lib', 'usr/lib', 'usr/lib/old', 'usr/lib/x']);
  expect(paths(merged, { 'lib/.wh.old': file('') })).toEqual(['lib', 'usr/lib']);
});

test('a directory in a symlink’s place replaces it', () => {
  const merged = { lib: symlink('usr/lib'), 'usr/lib': directory() };
  expect(paths(merged, { lib: directory(), 'lib/x': file('') })).toEqual(['lib', 'lib/x', 'usr/lib']);
  expect(paths(merged, { '.wh.lib': file(''), 'lib/x': file('') })).toEqual(['lib/x', 'usr/lib']);
});

test('the trees that come in stay as they are', () => {
  const [one, two] = [tree(lower), tree({ '.wh.a': file('') })];
  applyLayer(one, two);
  expect([one.size, two.size]).toEqual([5, 1]);
});
