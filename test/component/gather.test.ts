// Which files of its packages a component takes, and what tells why: BusyBox's applets give way to programs, alternatives are
// read from scripts only where they are needed.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { digestFromHex } from '../../src/base/digest.ts';
import { explainPath } from '../../src/component/explain.ts';
import { type GatherRequest, gatherFiles, type PackageTrees } from '../../src/component/gather.ts';
import { readSources } from '../../src/component/sources.ts';
import type { TreeNode } from '../../src/tree/node.ts';
import { directory, file, type ReadonlyTree } from '../../src/tree/tree.ts';
import { makeElf } from './closure/make-elf.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'catamaran-gather-'));
});
afterEach(() => rm(root, { recursive: true }));

const program = file(makeElf({}), 0o755);
const busybox = file(Buffer.concat([makeElf({}), Buffer.from('\0[\0[[\0cat\0mke2fs\0~')]), 0o755);
const tree = (entries: Readonly<Record<string, TreeNode>>): ReadonlyTree => new Map(Object.entries(entries));
const packages: Readonly<Record<string, ReadonlyTree>> = {
  busybox: tree({ 'bin/busybox': busybox }),
  e2fsprogs: tree({
    'usr/sbin/mke2fs': program,
    'usr/share/doc/e2fsprogs': file('text'),
    'etc/mke2fs.conf': file(''),
  }),
  iptables: tree({ 'usr/sbin/iptables-nft': program, 'var/lib/iptables': directory() }),
};
const postinst =
  '#!/bin/sh\nupdate-alternatives --install /usr/sbin/iptables iptables /usr/sbin/iptables-nft 20\n';

async function setting(text: string): Promise<[GatherRequest, PackageTrees, string[]]> {
  await writeFile(join(root, 'component.yml'), `summary: x\n${text}`);
  const asked: string[] = [];
  const locked = Object.keys(packages).map((name) => {
    const digest = digestFromHex('0'.repeat(64));
    return { name, version: '1', arch: 'all', pocket: 'main', path: `${name}.deb`, digest, size: 1 } as const;
  });
  const host: PackageTrees = {
    packageTree: async ({ name }) => packages[name]!,
    packageControl: async ({ name }) => {
      asked.push(name);
      return name === 'iptables' ? tree({ postinst: file(postinst, 0o755) }) : new Map();
    },
  };
  return [{ sources: await readSources(root), packages: locked, arch: 'amd64' }, host, asked];
}

async function pathsOf(text: string): Promise<string[]> {
  const [request, host] = await setting(text);
  const { trees } = await gatherFiles(request, host);
  const files = trees.flatMap((each) => [...each.tree].filter(([, node]) => node.type !== 'directory'));
  return files.map(([path]) => path).sort();
}

test('a program comes before BusyBox’s applet of its name, wherever it lies', async () => {
  expect(await pathsOf('programs: [mke2fs, cat]\ngenerate: [busybox-links]\n')).toEqual([
    'usr/bin/busybox',
    'usr/sbin/mke2fs',
  ]);
});

test('data is taken by include beside programs, and nothing else is', async () => {
  expect(await pathsOf('programs: [mke2fs]\ninclude: [etc/*.conf]\n')).toEqual([
    'etc/mke2fs.conf',
    'usr/sbin/mke2fs',
  ]);
});

test('scripts are read only where a program is not there', async () => {
  const [without, host, asked] = await setting('programs: [iptables-nft]\n');
  await gatherFiles(without, host);
  expect(asked).toEqual([]);
  expect(await pathsOf('programs: [iptables]\n')).toEqual([
    'etc/alternatives/iptables',
    'usr/sbin/iptables',
    'usr/sbin/iptables-nft',
  ]);
});

test('what is excluded is not there for a program either', async () => {
  const [request, host] = await setting('programs: [mke2fs]\nexclude: [usr/sbin/*]\n');
  await expect(gatherFiles(request, host)).rejects.toMatchObject({ code: 'component-program-missing' });
});

test.each([
  ['/sbin/mke2fs', 'a program brought it', ['e2fsprogs']],
  ['etc/mke2fs.conf', 'include: etc/*.conf', ['e2fsprogs']],
  ['usr/share/doc/e2fsprogs', 'nothing asked for it', ['e2fsprogs']],
  ['usr/bin/none', 'no package ships it', []],
])('why %s: %s', async (path, why, from) => {
  const [request, host] = await setting('programs: [mke2fs]\ninclude: [etc/*.conf]\n');
  const { trees } = await gatherFiles(request, host);
  const built = new Map(trees.flatMap((each) => [...each.tree]));
  expect(await explainPath(path, request, built, host)).toMatchObject({ why, packages: from });
});
