// BusyBox's applets, out of the real binary without running it, beside what the binary says when it is run.
import { execFile } from 'node:child_process';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { appletNames, generateBusyboxLinks } from '../../../src/component/generators/busybox-links.ts';
import { contentBytes } from '../../../src/tree/content.ts';
import { extractTree } from '../../../src/tree/extract.ts';
import { directory, file, symlink, type Tree } from '../../../src/tree/tree.ts';
import { hostArch } from '../../support/tools.ts';
import { freshDirectory, realTree } from '../support.ts';

let real: Tree;
beforeAll(async () => {
  real = await realTree(['busybox'], ['libgcc-s1', 'gcc-14-base'], hostArch);
});

async function binary(): Promise<Buffer> {
  const node = real.get('usr/bin/busybox');
  return Buffer.from(node?.type === 'file' ? await contentBytes(node.content) : []);
}

test('every applet of Debian’s busybox, in order', async () => {
  const names = appletNames(await binary());
  expect(names).toEqual(
    expect.arrayContaining(['[', '[[', 'ash', 'awk', 'ls', 'modprobe', 'mount', 'sh', 'udhcpc']),
  );
  expect(names.length).toBeGreaterThan(200);
  expect(names).toEqual([...new Set(names)].sort());
});

test('the same as it lists itself', async () => {
  const root = join(await freshDirectory(), 'root');
  await extractTree(real, root);
  const [loader, libraries] = [/\/ld-linux-[^/]+$/, /\/libc\.so\.6$/].map((name) => {
    return join(root, [...real.keys()].find((path) => path.includes('-linux-gnu/') && name.test(path))!);
  }) as [string, string];
  const argv = ['--library-path', dirname(libraries), join(root, 'usr/bin/busybox'), '--list'];
  const { stdout } = await promisify(execFile)(loader, argv);
  expect(appletNames(await binary())).toEqual(stdout.trim().split('\n').sort());
});

test('links, but not over what is there, in bin or in sbin', async () => {
  const tree: Tree = new Map(real);
  tree.set('usr/bin/ls', file('mine')).set('usr/sbin', directory()).set('usr/sbin/mount', symlink('mine'));
  await generateBusyboxLinks(tree);
  expect(tree.get('usr/bin/cat')).toMatchObject({ type: 'symlink', target: 'busybox' });
  expect(tree.get('usr/bin/ls')?.type).toBe('file');
  expect(tree.has('usr/bin/mount')).toBe(false);
  expect(tree.get('usr/bin/busybox')).toBe(real.get('usr/bin/busybox'));
});

describe('no busybox', () => {
  test.each<[string, Tree, string]>([
    ['no such file', new Map(), 'there is no usr/bin/busybox'],
    [
      'another program',
      new Map([['usr/bin/busybox', file('\x7fELF\0')]]),
      'its table of applets was not found',
    ],
  ])('%s', async (_what, tree, why) => {
    const wanted = { fault: 'spec', code: 'generator-busybox-links', message: expect.stringContaining(why) };
    await expect(generateBusyboxLinks(tree)).rejects.toMatchObject(wanted);
  });

  test('a table that is cut off ends where the file ends', () => {
    expect(appletNames(Buffer.from('\0[\0[[\0acpid\0ad'))).toEqual(['[', '[[', 'acpid']);
  });
});
