// sysusers, tmpfiles, var and alternatives over trees made by hand: what a package ships of them comes out as files.
import { expect, test } from 'vitest';
import type { GeneratorPackages } from '../../../src/component/generators/generator.ts';
import { accountNumber, generateSysusers } from '../../../src/component/generators/sysusers.ts';
import { generateTmpfiles } from '../../../src/component/generators/tmpfiles.ts';
import { generateVar } from '../../../src/component/generators/var.ts';
import { contentBytes } from '../../../src/tree/content.ts';
import { listTree } from '../../../src/tree/digest-tree.ts';
import type { TreeNode } from '../../../src/tree/node.ts';
import { directory, file, type Tree } from '../../../src/tree/tree.ts';

const context = {
  scratch: () => Promise.reject(new Error('no tool')),
  runTool: () => Promise.reject(new Error('no tool')),
};
const packagesOf = (files: Readonly<Record<string, TreeNode>>): GeneratorPackages => ({
  all: [],
  shipped: [{ name: 'the package one', tree: new Map(Object.entries(files)) }],
  scripts: async () => [],
});
const textOf = async (tree: Tree, path: string) => {
  const node = tree.get(path);
  return node?.type === 'file' ? Buffer.from(await contentBytes(node.content)).toString() : undefined;
};

test('sysusers: numbers that are said, Debian’s own, and else one for each name, wherever it is', async () => {
  const tree: Tree = new Map();
  const conf = `# comment
u etcd - "etcd: a store" /var/lib/etcd
u! fixed 123:adm - /srv
u inside -:docker
g docker -
m etcd docker
r - 500-900
u bad/name -
`;
  await generateSysusers(tree, context, packagesOf({ 'usr/lib/sysusers.d/one.conf': file(conf) }));
  const [etcd, inside, docker] = ['etcd', 'inside', 'docker'].map(accountNumber);
  expect(await textOf(tree, 'etc/passwd')).toBe(
    [
      `etcd:x:${etcd}:${etcd}:etcd  a store:/var/lib/etcd:/usr/sbin/nologin`,
      'fixed:x:123:4::/srv:/usr/sbin/nologin',
      `inside:x:${inside}:${docker}::/:/usr/sbin/nologin`,
      '',
    ].join('\n'),
  );
  expect(await textOf(tree, 'etc/group')).toBe(
    [`etcd:x:${etcd}:`, 'adm:x:4:', `docker:x:${docker}:etcd`, ''].join('\n'),
  );
  // A number that moved would give the files of a data partition to somebody else.
  expect([etcd, docker]).toMatchInlineSnapshot(`
    [
      40690,
      36216,
    ]
  `);
});

test('tmpfiles: directories, links and files with their owners; what is the machine’s is left', async () => {
  const tree: Tree = new Map([
    ['etc/passwd', file('app:x:31000:31001::/:\n')],
    ['etc/group', file('app:x:31001:\n')],
  ]);
  const conf = `d /var/lib/app 0750 app app -
d /var/run/app 2755 root adm
D /run/app/sub - - -
L+ /etc/app/link - - - - ../there
f /run/app/file 0600 app - - a\\nb c
d /var/lib/%m
z /var/log/old 0700
d /usr/lib/no
r! /run/gone
d /var/lib/up/../x
`;
  await generateTmpfiles(tree, context, packagesOf({ 'usr/lib/tmpfiles.d/one.conf': file(conf) }));
  tree.delete('etc/passwd');
  tree.delete('etc/group');
  expect(listTree(tree)).toMatchInlineSnapshot(`
    "d 0755 0:0         - /etc
    d 0755 0:0         - /etc/app
    l 0777 0:0         - /etc/app/link -> ../there
    d 0755 0:0         - /run
    d 2755 0:4         - /run/app
    - 0600 31000:0         5 /run/app/file
    d 0755 0:0         - /run/app/sub
    d 0755 0:0         - /var
    d 0755 0:0         - /var/lib
    d 0750 31000:31001         - /var/lib/app
    "
  `);
  expect(await textOf(tree, 'run/app/file')).toBe('a\nb c');
});

test('tmpfiles: of two files of one name /etc’s counts; an owner that nobody has is an error with the place', async () => {
  const own: Tree = new Map([['etc/tmpfiles.d/one.conf', file('d /var/lib/mine\n')]]);
  const packages = packagesOf({
    'usr/lib/tmpfiles.d/one.conf': file('d /var/lib/theirs 0700 nobody-has-it\n'),
  });
  await generateTmpfiles(own, context, packages);
  expect([...own.keys()]).toEqual(['etc/tmpfiles.d/one.conf', 'var/lib/mine', 'var/lib', 'var']);
  await expect(generateTmpfiles(new Map(), context, packages)).rejects.toMatchObject({
    code: 'generator-tmpfiles',
    message: 'tmpfiles cannot make what usr/lib/tmpfiles.d/one.conf:1 says: nobody is named "nobody-has-it"',
  });
});

test('var: the directories that packages ship, with their owners', async () => {
  const tree: Tree = new Map([['usr/bin/app', file('x')]]);
  await generateVar(
    tree,
    context,
    packagesOf({
      var: directory(),
      'var/lib': directory(),
      'var/lib/app': { ...directory(0o2770), uid: 5 },
      'var/lib/app/file': file('not taken'),
      'usr/share': directory(),
    }),
  );
  expect(listTree(tree)).toMatchInlineSnapshot(`
    "- 0644 0:0         1 /usr/bin/app
    d 0755 0:0         - /var
    d 0755 0:0         - /var/lib
    d 2770 5:0         - /var/lib/app
    "
  `);
});
