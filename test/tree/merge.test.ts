import { describe, expect, test } from 'vitest';
import type { CatamaranError } from '../../src/base/errors.ts';
import { listTree } from '../../src/tree/digest-tree.ts';
import { type MergeSource, mergeTrees } from '../../src/tree/merge.ts';
import type { TreeNode } from '../../src/tree/node.ts';
import { directory, file, symlink } from '../../src/tree/tree.ts';
import { fileOf } from './support.ts';

const source = (name: string, nodes: Record<string, TreeNode>, override = false): MergeSource => ({
  name,
  tree: new Map(Object.entries(nodes)),
  override,
});

function conflicts(...sources: MergeSource[]): string[] {
  try {
    mergeTrees(sources);
  } catch (thrown) {
    const error = thrown as CatamaranError;
    expect([error.fault, error.code]).toEqual(['spec', 'tree-conflict']);
    return error.diagnostics.map(({ message }) => message);
  }
  return [];
}

describe('what agrees is merged:', () => {
  test('other paths, and missing parents', () => {
    expect(
      listTree(mergeTrees([source('A', { 'a/b': file('1') }), source('B', { 'a/c/d': file('2') })])),
    ).toBe(
      [
        'd 0755 0:0         - /a',
        '- 0644 0:0         1 /a/b',
        'd 0755 0:0         - /a/c',
        '- 0644 0:0         1 /a/c/d',
        '',
      ].join('\n'),
    );
  });

  test('equal nodes, with the later time', () => {
    const merged = mergeTrees([
      source('A', { a: { ...directory(), mtime: 5 }, 'a/f': { ...file('x'), mtime: 9 }, l: symlink('x') }),
      source('B', { a: { ...directory(), mtime: 7 }, 'a/f': { ...file('x'), mtime: 2 }, l: symlink('x') }),
    ]);
    expect([...merged.values()].map(({ mtime }) => mtime)).toEqual([7, 9, 0]);
  });

  test('equal nodes of which the second is later', () => {
    const merged = mergeTrees([
      source('A', { a: { ...directory(), mtime: 7 }, 'a/f': { ...file('x'), mtime: 2 } }),
      source('B', { a: { ...directory(), mtime: 5 }, 'a/f': { ...file('x'), mtime: 9 } }),
    ]);
    expect([...merged.values()].map(({ mtime }) => mtime)).toEqual([7, 9]);
  });

  test('equal contents at different places', async () => {
    const path = await fileOf(Buffer.from('..hello..'));
    const slice = { ...file(''), content: { at: 'file', path, offset: 2, size: 5 } as const };
    expect(conflicts(source('A', { f: slice }), source('B', { f: file('hello') }))).toEqual([]);
    expect(conflicts(source('A', { f: slice }), source('B', { f: file('hellO') })).length).toBe(1);
  });

  test('hard links stay links', () => {
    const shared = file('x');
    const merged = mergeTrees([source('A', { a: shared, b: shared }), source('B', { a: file('x') })]);
    expect(merged.get('a')).toBe(merged.get('b'));
  });
});

describe('a link to BusyBox', () => {
  const links = source('init', { 'usr/bin/sum': symlink('busybox'), 'usr/bin/tr': symlink('busybox') });
  const program = source('tools', { 'usr/bin/sum': file('real') });

  test.each([
    ['before', [links, program]],
    ['after', [program, links]],
  ])('gives way to a program, %s it', (_, sources) => {
    const merged = mergeTrees(sources);
    expect(merged.get('usr/bin/sum')).toMatchObject({ type: 'file' });
    expect(merged.get('usr/bin/tr')).toMatchObject({ type: 'symlink' });
  });

  test('but of two programs none is chosen, and another link is no less than a program', () => {
    const other = source('other', { 'usr/bin/sum': file('other') });
    const another = source('another', { 'usr/bin/sum': symlink('toybox') });
    expect(conflicts(links, program, other)).toEqual([
      '/usr/bin/sum is a file in tools and another one in other',
    ]);
    expect(conflicts(program, links, another)).toEqual([
      '/usr/bin/sum is a file in tools and a symlink to toybox in another',
    ]);
  });
});

test('all conflicts are told, sorted, with both sources', () => {
  const capable = { ...file('x'), xattrs: new Map([['user.a', Buffer.from('1')]]) };
  const found = conflicts(
    source('A', {
      z: file('1'),
      y: directory(),
      x: directory(),
      w: file(''),
      v: symlink('1'),
      u: directory(0o700),
      t: { ...file(''), uid: 1 },
      s: file('x'),
    }),
    source('B', {
      z: file('2'),
      y: file(''),
      x: symlink('nowhere'),
      'w/below': file(''),
      v: symlink('2'),
      u: directory(),
      t: file(''),
      s: capable,
    }),
  );
  expect(found).toEqual([
    '/s is a file in A and another one in B',
    '/t is a file in A and another one in B',
    '/u is a directory (0700 0:0) in A and a directory (0755 0:0) in B',
    '/v is a symlink to 1 in A and a symlink to 2 in B',
    '/w/below of B lies below /w, which is a file in A',
    '/x is a directory (0755 0:0) in A and a symlink to nowhere in B',
    '/y is a directory (0755 0:0) in A and a file in B',
    '/z is a file in A and another one in B',
  ]);
});

describe('through symlinks of other sources', () => {
  const base = source('base', {
    lib: symlink('usr/lib'),
    usr: directory(),
    'usr/lib': directory(),
    'usr/lib/x': file('x'),
  });

  test.each([
    ['with', { lib: directory(), 'lib/modules': directory(), 'lib/modules/m': file('m') }],
    ['without', { 'lib/modules/m': file('m') }],
  ])('paths land where they lead, %s directories of their own', (_, nodes) => {
    for (const sources of [
      [base, source('kernel', nodes)],
      [source('kernel', nodes), base],
    ]) {
      const merged = mergeTrees(sources);
      expect([...merged.keys()].sort()).toEqual([
        'lib',
        'usr',
        'usr/lib',
        'usr/lib/modules',
        'usr/lib/modules/m',
        'usr/lib/x',
      ]);
      expect(merged.get('lib')!.type).toBe('symlink');
    }
  });

  test('a conflict is one under the true name', () => {
    expect(conflicts(base, source('B', { 'lib/x': file('other') }))).toEqual([
      '/usr/lib/x is a file in base and another one in B',
    ]);
  });

  test('two names of one source for one path are a conflict', () => {
    expect(conflicts(base, source('B', { 'lib/y': file('1'), 'usr/lib/y': file('2') }))).toEqual([
      '/usr/lib/y is reached by two paths of B, which differ',
    ]);
  });

  test('links below links, upwards and absolute, are followed', () => {
    const merged = mergeTrees([
      base,
      source('A', { 'lib/deep': symlink('../share/deep'), 'usr/share': symlink('/opt/share') }),
      source('B', { 'opt/share/deep': directory(), 'lib/deep/file': file('') }),
    ]);
    expect(merged.has('opt/share/deep/file')).toBe(true);
  });

  test('a ring is a conflict', () => {
    const ring = source('A', { a: symlink('b'), b: symlink('a') });
    expect(conflicts(ring, source('B', { 'a/x': file('') }))).toEqual([
      '/a/x of B lies below /a, which is a symlink to b in A',
    ]);
  });

  test('a link that leads to a file is a conflict', () => {
    expect(
      conflicts(source('A', { l: symlink('f'), f: file('') }), source('B', { 'l/x': file('') })),
    ).toEqual(['/l/x of B lies below /l, which is a symlink to f in A']);
  });
});

describe('a source that may override', () => {
  test('replaces files and links of earlier ones, and a directory’s metadata', () => {
    const merged = mergeTrees([
      source('A', { 'etc/motd': file('old'), l: symlink('x'), d: directory(), 'd/f': file('') }),
      source('files', { 'etc/motd': file('new'), l: file('now a file'), d: directory(0o700) }, true),
    ]);
    expect(merged.get('etc/motd')).toEqual(file('new'));
    expect(merged.get('l')!.type).toBe('file');
    expect(merged.get('d')!.mode).toBe(0o700);
  });

  test('does not replace a directory by something else', () => {
    const files = source('files', { d: file('') }, true);
    expect(conflicts(source('A', { d: directory(), 'd/f': file('') }), files)).toEqual([
      '/d is a directory (0755 0:0) in A and a file in files',
    ]);
  });
});
