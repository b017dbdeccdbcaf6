// Names that are not UTF-8, as other programs find them in what we write.
import { mkdir, readdir, readFile, readlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeCpio } from '../../src/archive/write-cpio.ts';
import { writeTar } from '../../src/archive/write-tar.ts';
import { makeErofs } from '../../src/image/erofs.ts';
import { makeSegment } from '../../src/image/segment.ts';
import { openCache } from '../../src/store/cache.ts';
import type { Tools } from '../../src/tools/tools.ts';
import { extractTree } from '../../src/tree/extract.ts';
import type { TreeNode } from '../../src/tree/node.ts';
import { directory, file, symlink, type Tree } from '../../src/tree/tree.ts';
import { hostTools } from '../support/tools.ts';
import { bytesOf, freshDirectory } from '../tree/support.ts';

const shared = file('shared');
/** Short names are in ustar's header to some programs, long ones in a pax header to all. */
const tree: Tree = new Map<string, TreeNode>([
  ['usr', directory()],
  ['usr/caf\udce9.txt', file('latin')],
  ['usr/café.txt', file('utf8')],
  ['usr/d\udcff', directory()],
  [`usr/d\udcff/${'\udce9'.repeat(200)}`, shared],
  ['usr/d\udcff/again', shared],
  ['usr/link', symlink('d\udcff/again')],
]);

const options = { epoch: 1_700_000_000, processors: 1 };

type Unpack = (tools: Tools, directory: string, out: string) => Promise<unknown>;

const makers: [string, Unpack][] = [
  [
    'squashfs',
    async (tools, room, out) => {
      const cache = await openCache(join(room, 'cache'));
      const { digest } = await makeSegment(cache, tools, tree, { ...options, level: 1 });
      await tools.run('unsquashfs', ['-no-xattrs', '-d', out, cache.blobPath(digest)]);
    },
  ],
  [
    'erofs',
    async (tools, room, out) => {
      const cache = await openCache(join(room, 'cache'));
      const uuid = '5d1ddb44-3f06-4f53-8a4c-3c5e1d5d0a11';
      const { digest } = await makeErofs(cache, tools, tree, { ...options, level: 1, uuid });
      await tools.run('fsck.erofs', [`--extract=${out}`, '--no-preserve', cache.blobPath(digest)]);
    },
  ],
  [
    'cpio',
    async (tools, _room, out) => {
      await mkdir(out);
      const bytes = await bytesOf(writeCpio(tree, { clampMtime: 0 }));
      await tools.run('cpio', ['-id', '--quiet', '--no-absolute-filenames'], { stdin: [bytes], cwd: out });
    },
  ],
  [
    'tar',
    async (tools, room, out) => {
      await mkdir(out);
      await writeFile(join(room, 'x.tar'), await bytesOf(writeTar(tree, { clampMtime: 0 })));
      await tools.run('tar', ['-xf', join(room, 'x.tar'), '-C', out, '--no-same-owner']);
    },
  ],
  [
    'bsdtar',
    async (tools, room, out) => {
      await mkdir(out);
      await writeFile(join(room, 'x.tar'), await bytesOf(writeTar(tree, { clampMtime: 0 })));
      const env = { LC_ALL: 'C.UTF-8' };
      await tools.run('bsdtar', ['-xf', join(room, 'x.tar'), '-C', out, '--no-same-owner'], { env });
    },
  ],
  ['the host’s file system', async (_tools, _room, out) => extractTree(tree, out)],
];

test.each(makers)('%s has them byte by byte', async (what, unpack) => {
  const room = await freshDirectory();
  const out = join(room, 'out');
  const others = ['tar', 'bsdtar'].includes(what);
  await unpack(await hostTools(others ? ['tools-zoo'] : ['tools']), room, out);
  const at = (path: string) => Buffer.from(`${out}/${path}`, 'latin1');
  const long = '\xe9'.repeat(200);
  expect((await readdir(at('usr'), 'latin1')).sort()).toEqual(
    ['caf\xc3\xa9.txt', 'caf\xe9.txt', 'd\xff', 'link'].sort(),
  );
  expect((await readdir(at('usr/d\xff'), 'latin1')).sort()).toEqual(['again', long]);
  expect(String(await readFile(at('usr/caf\xe9.txt')))).toBe('latin');
  expect(String(await readFile(at(`usr/d\xff/${long}`)))).toBe('shared');
  expect(await readlink(at('usr/link'), 'latin1')).toBe('d\xff/again');
});
