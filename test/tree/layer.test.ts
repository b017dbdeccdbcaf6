import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyLayer } from '../../src/tree/layer.ts';
import type { TreeNode } from '../../src/tree/node.ts';
import { directory, file, symlink, walk } from '../../src/tree/tree.ts';

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

test('a link of the lower layers leads to no place above the root, and so to none on the host', () => {
  const merged = { up: symlink('../../../etc'), abs: symlink('/etc'), etc: directory() };
  expect(paths(merged, { 'up/a': file(''), 'abs/b': file('') })).toEqual([
    'abs',
    'etc',
    'etc/a',
    'etc/b',
    'up',
  ]);
});

test.each<[string, Record<string, TreeNode>, string]>([
  ['a file', { f: file('') }, 'f/x'],
  ['a link to a file', { f: file(''), l: symlink('f') }, 'l/x'],
  ['a link to itself', { l: symlink('l') }, 'l/x'],
  ['links in a circle', { a: symlink('b'), b: symlink('a') }, 'a/d/x'],
  [
    'links that name each other twice, thirty deep',
    Object.fromEntries(
      Array.from({ length: 30 }, (_, at) => [`l${at}`, symlink(`l${at + 1}/../l${at + 1}`)]),
    ),
    'l0/x',
  ],
])('below %s nothing can be', (_, merged, path) => {
  expect(() => paths(merged, { [path]: file('') })).toThrow('lies below');
  expect(paths(merged, { [path.split('/')[0]!]: directory(), [path]: file('') })).toContain(path);
});

test.each<[string, Record<string, TreeNode>]>([
  ['in a directory that is removed', { '.wh.a': file('') }],
  ['in a directory that is emptied', { a: directory(), 'a/.wh..wh..opq': file('') }],
  ['that is removed through another link', { 'm/.wh.l': file('') }],
  ['in whose place a directory comes through another link', { 'm/l': directory() }],
])('a link %s leads nowhere any more', (_, layer) => {
  const merged = { a: directory(), 'a/l': symlink('/usr'), m: symlink('a'), usr: directory() };
  expect(paths(merged, { ...layer, 'a/l/x': file('') })).toContain('a/l/x');
  expect(paths(merged, { ...layer, 'm/l/x': file('') })).toContain('a/l/x');
  expect(paths(merged, { ...layer, 'm/l/x': file('') })).not.toContain('usr/x');
});

test('a removed link does not remove anything, either', () => {
  const merged = { a: directory(), 'a/l': symlink('/usr'), usr: directory(), 'usr/x': file('') };
  expect(paths(merged, { '.wh.a': file(''), 'a/l/.wh.x': file('') })).toEqual(['usr', 'usr/x']);
});

test('links whose long targets lead through each other are refused, not followed for minutes', () => {
  const round = 'd/../'.repeat(800);
  const chain = Array.from({ length: 38 }, (_, at) => [`c${at}`, symlink(`${round}c${at + 1}`)]);
  const many = Array.from({ length: 400 }, (_, at) => [`m${at}`, symlink('c0')]);
  const users = Array.from({ length: 400 }, (_, at) => [`m${at}/x`, file('')]);
  const merged = Object.fromEntries([...chain, ...many, ['c38', directory()], ['d', directory()]]);
  expect(paths(merged, { 'm0/x': file('') })).toContain('c38/x');
  expect(() => paths(merged, Object.fromEntries(users))).toThrow('more than 16777216 directories');
});

test('a directory that was there for what lay in it stays when that is taken away', () => {
  expect(paths({ 'a/b/c': file('') }, { 'a/b/.wh.c': file('') })).toEqual(['a', 'a/b']);
  expect(paths({ 'a/b/c': file('') }, { 'a/.wh.b': file('') })).toEqual(['a']);
});

test('the order of a layer’s entries makes no difference', () => {
  const below = tree({ ...lower, l: symlink('a/b'), 'a/b/e': file('e') });
  const entries: [string, TreeNode][] = Object.entries({
    'l/.wh.e': file(''),
    'a/.wh.d': file(''),
    'a/d': file('back'),
    'a/new': directory(),
    'a/new/.wh..wh..opq': file(''),
    'a/new/x': file('x'),
    'a/b': directory(0o700),
    'a/b/.wh..wh..opq': file(''),
    'a/b/y': file('y'),
    '.wh.a-z': file(''),
    'a-z': directory(),
    'a-z/z': file('z'),
  });
  const expected = walk(applyLayer(below, new Map(entries)));
  expect(expected.map(([path]) => path)).toEqual([
    'a',
    'a/b',
    'a/b/y',
    'a/d',
    'a/new',
    'a/new/x',
    'a-z',
    'a-z/z',
    'l',
  ]);
  fc.assert(
    fc.property(fc.shuffledSubarray(entries, { minLength: entries.length }), (shuffled) => {
      expect(walk(applyLayer(below, new Map(shuffled)))).toEqual(expected);
    }),
  );
});

test('the trees that come in stay as they are', () => {
  const [one, two] = [tree(lower), tree({ '.wh.a': file('') })];
  applyLayer(one, two);
  expect([one.size, two.size]).toEqual([5, 1]);
});
