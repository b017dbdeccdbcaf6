import {
  lstat,
  mkdir,
  readdir,
  readFile,
  readlink,
  stat,
  symlink as symlinkOnDisk,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { extractTree } from '../../src/tree/extract.ts';
import type { TreeNode } from '../../src/tree/node.ts';
import { directory, file, symlink } from '../../src/tree/tree.ts';
import { freshDirectory } from './support.ts';

async function extract(nodes: Record<string, TreeNode>) {
  const base = await freshDirectory();
  const target = join(base, 'out');
  await extractTree(new Map(Object.entries(nodes)), target);
  return target;
}

const mode = async (path: string) => ((await lstat(path)).mode & 0o7777).toString(8);

test('files, directories, symlinks and hard links come out with their modes', async () => {
  const shared = file('x'.repeat(100_000), 0o4555);
  const out = await extract({
    '': directory(0o711),
    a: directory(0o555),
    'a/f': shared,
    'b/g': shared,
    l: symlink('/etc/passwd'),
    empty: file('', 0o666),
  });
  expect(await mode(out)).toBe('711');
  expect(await mode(join(out, 'a'))).toBe('555');
  expect(await mode(join(out, 'a/f'))).toBe('555');
  expect(await mode(join(out, 'empty'))).toBe('666');
  expect((await stat(join(out, 'a/f'))).ino).toBe((await stat(join(out, 'b/g'))).ino);
  expect((await readFile(join(out, 'b/g'))).length).toBe(100_000);
  expect(await readlink(join(out, 'l'))).toBe('/etc/passwd');
});

test('names that are not UTF-8 have their bytes on the host too', async () => {
  const out = await extract({ 'd\udce9/f\udcff': file('x'), 'd\udce9/l': symlink('f\udcff') });
  const place = Buffer.concat([Buffer.from(`${out}/d`), Buffer.from([0xe9])]);
  expect((await readdir(place, 'latin1')).sort()).toEqual(['f\xff', 'l']);
  expect(await readlink(Buffer.concat([place, Buffer.from('/l')]), 'latin1')).toBe('f\xff');
});

describe('nothing leaves the directory:', () => {
  test.each<[string, Record<string, TreeNode>, string]>([
    ['below a symlink', { a: symlink('..'), 'a/x': file('') }, 'extract-refused'],
    ['below a file', { a: file(''), 'a/x': file('') }, 'extract-refused'],
    ['upwards', { '../x': file('') }, 'extract-refused'],
    [
      'a device',
      { d: { type: 'block', mode: 0o600, uid: 0, gid: 0, mtime: 0, major: 8, minor: 0 } },
      'extract-refused',
    ],
    ['a fifo', { p: { type: 'fifo', mode: 0o600, uid: 0, gid: 0, mtime: 0 } }, 'extract-refused'],
  ])('%s', async (_, nodes, code) => {
    await expect(extract(nodes)).rejects.toMatchObject({ code });
  });

  test('a directory with something in it, a symlink say, is refused', async () => {
    const base = await freshDirectory();
    await mkdir(join(base, 'out'));
    await writeFile(join(base, 'precious'), 'precious');
    await symlinkOnDisk('../precious', join(base, 'out/f'));
    const extracting = extractTree(new Map([['f', file('overwritten')]]), join(base, 'out'));
    await expect(extracting).rejects.toMatchObject({ fault: 'environment', code: 'extract-failed' });
    expect(await readFile(join(base, 'precious'), 'utf8')).toBe('precious');
  });
});
