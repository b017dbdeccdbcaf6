import { mkdtemp, readdir, readFile, readlink, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { mergeForTools, writeTree } from '../../src/tools/unpack.ts';
import type { TreeNode } from '../../src/tree/node.ts';
import { directory, file, symlink } from '../../src/tree/tree.ts';

let target: string;
beforeEach(async () => {
  target = await mkdtemp(join(tmpdir(), 'catamaran-unpack-'));
});
afterEach(() => rm(target, { recursive: true, force: true }));

const source = (name: string, entries: Record<string, TreeNode>) => ({
  name,
  tree: new Map(Object.entries(entries)),
});

test('programs and data are kept, documentation and devices are not', async () => {
  const tree = mergeForTools([
    source('one', {
      'usr/bin/x': file('program', 0o4755),
      'usr/share/doc/x/copyright': file('text'),
      'usr/share/grub/y': file('data'),
      'var/lib/z': file('state'),
      dev: directory(),
      'dev/null': { type: 'character', mode: 0o666, uid: 0, gid: 0, mtime: 0, major: 1, minor: 3 },
    }),
  ]);
  await writeTree(tree, target);
  expect((await readdir(join(target, 'usr'), { recursive: true })).sort()).toEqual(
    ['bin', 'bin/x', 'share', 'share/grub', 'share/grub/y'].sort(),
  );
  expect(await readdir(join(target, 'dev'))).toEqual([]);
  expect((await stat(join(target, 'usr/bin/x'))).mode & 0o7777).toBe(0o755);
});

test('files that a package ships outside usr are found there', async () => {
  const tree = mergeForTools([source('old', { lib: directory(), 'lib/x.so': file('library') })]);
  await writeTree(tree, target);
  expect(await readFile(join(target, 'usr/lib/x.so'), 'utf8')).toBe('library');
  expect(await readlink(join(target, 'lib'))).toBe('usr/lib');
});

test.each([
  ['/etc/alternatives/vi', '../../etc/alternatives/vi'],
  ['../lib/x', '../lib/x'],
  ['../../../../../etc/passwd', '../../etc/passwd'],
  ['y', 'y'],
])('a link to %s stays in the root', async (from, to) => {
  await writeTree(mergeForTools([source('one', { 'usr/bin/link': symlink(from) })]), target);
  expect(await readlink(join(target, 'usr/bin/link'))).toBe(to);
});

test('two packages with one file are named', () => {
  const one = source('one 1.0', { 'usr/bin/x': file('1') });
  const two = source('two 2.0', { 'usr/bin/x': file('2') });
  expect(() => mergeForTools([one, two])).toThrow(/usr\/bin\/x: one 1\.0 and two 2\.0/);
});

test('a file below a link is refused, and nothing is written through the link', async () => {
  const tree = mergeForTools([
    source('one', { 'usr/share/x': symlink('/tmp') }),
    source('two', { 'usr/share/x/file': file('escaped') }),
  ]);
  await expect(writeTree(tree, target)).rejects.toMatchObject({ code: 'tools-conflict' });
});
