// The loader's cache beside the one that the real ldconfig makes of the same files, as the real ldconfig prints both.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { compareLibraries, generateLoaderCache } from '../../../src/component/generators/ldconfig.ts';
import { contentBytes } from '../../../src/tree/content.ts';
import { extractTree } from '../../../src/tree/extract.ts';
import type { TreeNode } from '../../../src/tree/node.ts';
import { file, symlink as link, type Tree } from '../../../src/tree/tree.ts';
import { hostTools } from '../../support/tools.ts';
import { freshDirectory, realTree } from '../support.ts';

let real: Tree;
beforeAll(async () => {
  real = await realTree(
    ['openssh-server', 'libc-bin'],
    ['systemd', 'perl-base', 'debconf', 'procps', 'passwd'],
  );
  real.set('lib', link('usr/lib')).set('lib64', link('usr/lib64'));
});

async function cacheOf(tree: Tree): Promise<Uint8Array> {
  await generateLoaderCache(tree);
  const node = tree.get('etc/ld.so.cache');
  return node?.type === 'file' ? contentBytes(node.content) : new Uint8Array();
}

/** `[name (kind), path]`, in the order of the file, as `ldconfig -p` prints it. On a merged /usr, /lib is /usr/lib. */
async function listed(path: string): Promise<[string, string][]> {
  const { stdout } = await (await hostTools()).run('ldconfig', ['-p', '-C', path]);
  return stdout.split('\n').flatMap((line): [string, string][] => {
    const match = /^\t(\S+ \(.*\)) => (\S+)$/.exec(line);
    return match ? [[match[1]!, match[2]!.replace(/^\/lib/, '/usr/lib')]] : [];
  });
}

test('has all that ldconfig’s has, in the same order', async () => {
  const root = join(await freshDirectory(), 'root');
  // One library in two more directories: which of them counts is said by the order.
  const tree: Tree = new Map(real);
  const [path, node] = [...real].find(([path]) => /linux-gnu\/libz\.so\.1$/.test(path))!;
  tree.set('opt/b/libz.so.1', link(`/${path}`)).set('opt/a/libz.so.1', link(`/${path}`));
  tree.set('etc/ld.so.conf.d/a.conf', file('/opt/b\n/opt/a\n'));
  expect(node.type).toBe('symlink');
  await extractTree(tree, root);
  await (await hostTools()).run('ldconfig', ['-X', '-r', root]);
  const theirs = await listed(join(root, 'etc/ld.so.cache'));
  await writeFile(join(root, 'ours'), await cacheOf(tree));
  const ours = await listed(join(root, 'ours'));
  expect(theirs.length).toBeGreaterThan(30);
  expect(theirs.filter(([, found]) => found.startsWith('/opt')).length).toBe(2);
  // The real one leaves out names that are no soname; a loader does not ask for them.
  const known = new Set(theirs.map((entry) => entry.join()));
  expect(ours.filter((entry) => known.has(entry.join()))).toEqual(theirs);
});

test('the names come in the loader’s own order, which searches by halves', async () => {
  const cache = Buffer.from(await cacheOf(new Map(real)));
  expect(cache.toString('latin1', 0, 20)).toBe('glibc-ld.so.cache1.1');
  const count = cache.readUInt32LE(20);
  const names = Array.from({ length: count }, (_, index) => {
    const at = cache.readUInt32LE(48 + index * 24 + 4);
    return cache.toString('latin1', at, cache.indexOf(0, at));
  });
  for (let index = 1; index < names.length; index += 1)
    expect(compareLibraries(names[index - 1]!, names[index]!)).toBeGreaterThanOrEqual(0);
  expect(cache.length).toBe(48 + count * 24 + cache.readUInt32LE(24));
});

test('the loader finds a library by the cache alone', async () => {
  // As in a directory that no loader looks into by itself.
  const tree: Tree = new Map(real);
  for (const [path, node] of real) {
    if (/^usr\/lib\/[^/]+\/libz\.so/.test(path)) {
      tree.delete(path);
      tree.set(path.replace(/^usr\/lib\/[^/]+/, 'opt/lib'), node);
    }
  }
  tree.set('etc/ld.so.conf.d/opt.conf', file('# ours\n/opt/lib # there\n'));
  const path = join(await freshDirectory(), 'cache');
  await writeFile(path, await cacheOf(tree));
  const found = await listed(path);
  expect(found.filter(([name]) => name.startsWith('libz.so.1 '))).toEqual([
    [expect.stringContaining('libc6,'), '/opt/lib/libz.so.1'],
  ]);
});

test('what is no library of the machine is not listed', async () => {
  const elf = Buffer.from(await readFile('/proc/self/exe').then((bytes) => bytes.subarray(0, 64)));
  const other = Buffer.from(elf);
  other.writeUInt16LE(8, 18);
  const tree: Tree = new Map<string, TreeNode>([
    ['usr/lib/libgood.so.1', file(elf)],
    ['usr/lib/libgood.so', link('libgood.so.1')],
    ['usr/lib/libabsolute.so', link('/usr/lib/libgood.so.1')],
    ['usr/lib/libtext.so', file('GROUP ( libc.so.6 )')],
    ['usr/lib/libshort.so', file('\x7fELF')],
    ['usr/lib/libmips.so', file(other)],
    ['usr/lib/libgone.so', link('nowhere')],
    ['usr/lib/libloop.so', link('libloop.so')],
    ['usr/lib/notalib.so', file(elf)],
    ['usr/lib/deep/libdeep.so', file(elf)],
  ]);
  const path = join(await freshDirectory(), 'cache');
  await writeFile(path, await cacheOf(tree));
  expect((await listed(path)).map(([, found]) => found).sort()).toEqual([
    '/usr/lib/libabsolute.so',
    '/usr/lib/libgood.so',
    '/usr/lib/libgood.so.1',
  ]);
});

test('names compare as strings, but digits as numbers', () => {
  const sorted = ['libx.so.10', 'libx.so.9', 'libx.so', 'liba.so.2', 'libx-2.so'].sort(compareLibraries);
  expect(sorted.indexOf('libx.so.9')).toBeLessThan(sorted.indexOf('libx.so.10'));
  fc.assert(
    fc.property(
      fc.array(fc.stringMatching(/^lib[a-c.0-2-]{0,5}$/), { minLength: 3, maxLength: 3 }),
      ([a, b, c]) => {
        expect(Math.sign(compareLibraries(a!, b!))).toBe(-Math.sign(compareLibraries(b!, a!)) || 0);
        if (compareLibraries(a!, b!) <= 0 && compareLibraries(b!, c!) <= 0)
          expect(compareLibraries(a!, c!)).toBeLessThanOrEqual(0);
      },
    ),
  );
});
