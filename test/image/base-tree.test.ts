// What the base segment holds: init images, bundles and the spec's files, merged; users together; the index of segments.
import { expect, test } from 'vitest';
import { modulesLoadPath } from '../../src/contract/modules-load.ts';
import { bareInterface } from '../../src/contract/network/bare.ts';
import { imageNetworkPath, readNetworkFile } from '../../src/contract/network/document.ts';
import { assembleBase, type BaseParts } from '../../src/image/base-tree.ts';
import { contentBytes } from '../../src/tree/content.ts';
import { listTree } from '../../src/tree/digest-tree.ts';
import type { TreeNode } from '../../src/tree/node.ts';
import { directory, file, symlink, type Tree } from '../../src/tree/tree.ts';

const tree = (...entries: [string, TreeNode][]): Tree => new Map(entries);

const parts = (change: Partial<BaseParts> = {}): BaseParts => ({
  init: [],
  bundles: [],
  files: tree(),
  os: {
    id: 'x',
    name: 'X "Y" $Z',
    version: '1.0-RC1',
    release: new Map([['HOME_URL', 'https://x.example']]),
  },
  segments: [],
  ...change,
});

async function textOf(base: Tree, path: string): Promise<string | undefined> {
  const node = base.get(path);
  return node?.type === 'file' ? Buffer.from(await contentBytes(node.content)).toString() : undefined;
}

test('with nothing in it: where things are mounted, what it is called', async () => {
  const base = await assembleBase(parts());
  expect(listTree(base)).toMatchInlineSnapshot(`
    "d 0755 0:0         - /containers
    d 0755 0:0         - /dev
    d 0755 0:0         - /etc
    l 0777 0:0         - /etc/os-release -> ../usr/lib/os-release
    d 0755 0:0         - /proc
    d 0755 0:0         - /run
    d 0755 0:0         - /sys
    d 0755 0:0         - /tmp
    d 0755 0:0         - /usr
    d 0755 0:0         - /usr/lib
    d 0755 0:0         - /usr/lib/catamaran
    - 0644 0:0         9 /usr/lib/catamaran/segments
    d 0755 0:0         - /usr/lib/modules
    - 0644 0:0       165 /usr/lib/os-release
    d 0755 0:0         - /var
    "
  `);
  expect(await textOf(base, 'usr/lib/os-release')).toMatchInlineSnapshot(`
    "ID="x"
    NAME="X \\"Y\\" \\$Z"
    PRETTY_NAME="X \\"Y\\" \\$Z 1.0-RC1"
    VERSION="1.0-RC1"
    VERSION_ID="1.0-rc1"
    IMAGE_ID="x"
    IMAGE_VERSION="1.0-RC1"
    HOME_URL="https://x.example"
    "
  `);
});

test('users of the init images together: the first place, the last word', async () => {
  const init = [
    {
      name: 'init',
      tree: tree(['etc/passwd', file('root:1\nnobody:1\n')], ['etc/group', file('root:x:0:\n')]),
    },
    {
      name: 'more',
      tree: tree(['etc/passwd', file('app:2\nroot:2\n')], ['etc/shadow', file('app:*\n', 0o600)]),
    },
  ];
  const base = await assembleBase(parts({ init }));
  expect(await textOf(base, 'etc/passwd')).toBe('root:2\nnobody:1\napp:2\n');
  expect(await textOf(base, 'etc/group')).toBe('root:x:0:\n');
  expect(base.get('etc/shadow')?.mode).toBe(0o640);
  expect(base.has('etc/gshadow')).toBe(false);
});

const init = [
  {
    name: 'init',
    tree: tree(['etc/motd', file('init\n')], ['etc/conf', directory()], ['sbin', symlink('usr/sbin')]),
  },
];
const conflict = async (change: Partial<BaseParts>) =>
  assembleBase(parts({ init, ...change })).then(
    () => 'no conflict',
    (thrown: { code: string; message: string }) => `${thrown.code}: ${thrown.message}`,
  );

test('two init images for one path: an error that names both', async () => {
  const two = [...init, { name: 'more', tree: tree(['etc/motd', file('more\n')]) }];
  expect(await conflict({ init: two })).toBe(
    'tree-conflict: /etc/motd is a file in init and another one in more',
  );
});

test('an init image and a bundle for one path: an error that names both', async () => {
  const bundles = [{ name: 'the container a', tree: tree(['etc/motd', file('a\n')]) }];
  expect(await conflict({ bundles })).toContain('in init and another one in the container a');
});

test('a file of the spec over one of init is what its author means', async () => {
  const files = tree(['etc/motd', { ...file('spec\n', 0o600), uid: 5 }], ['etc/passwd', file('root:3\n')]);
  const base = await assembleBase(parts({ init, files }));
  expect(await textOf(base, 'etc/motd')).toBe('spec\n');
  expect(base.get('etc/motd')).toMatchObject({ mode: 0o600, uid: 5 });
  expect(await textOf(base, 'etc/passwd')).toBe('root:3\n');
});

test('but a file over a directory, or a directory over a file, is not', async () => {
  expect(await conflict({ files: tree(['etc/conf', file('')]) })).toBe(
    'tree-conflict: /etc/conf is a directory (0755 0:0) in init and a file in the files of the spec',
  );
  expect(await conflict({ files: tree(['etc/motd', directory()]) })).toContain(
    '/etc/motd is a file in init and a directory',
  );
  expect(await conflict({ files: tree(['etc/motd/x', file('')]) })).toContain('lies below /etc/motd');
});

test('a file of the spec below a link of init lands where the link leads', async () => {
  const linked = [{ name: 'init', tree: tree(...init[0]!.tree, ['usr/sbin', directory()]) }];
  const base = await assembleBase(parts({ init: linked, files: tree(['sbin/mine', file('')]) }));
  expect(base.has('usr/sbin/mine')).toBe(true);
  expect(base.get('sbin')?.type).toBe('symlink');
});

test('what init has at a mount point stays', async () => {
  const own = [{ name: 'init', tree: tree(['tmp', directory(0o1777)], ['var', directory(0o700)]) }];
  const base = await assembleBase(parts({ init: own }));
  expect([base.get('tmp')?.mode, base.get('var')?.mode, base.get('run')?.mode]).toEqual([
    0o1777, 0o700, 0o755,
  ]);
});

test('the spec’s network is there for the agent, in the form that it reads', async () => {
  const network = {
    interfaces: [{ ...bareInterface('eth0'), addresses: ['192.0.2.7/24'] }],
    dns: { servers: ['192.0.2.53'], search: [] },
  };
  const base = await assembleBase(parts({ network }));
  expect(readNetworkFile((await textOf(base, imageNetworkPath))!, imageNetworkPath)).toEqual(network);
  expect((await assembleBase(parts())).has(imageNetworkPath)).toBe(false);
});

test('what init images have below /var and /run is listed, for there the machine mounts something else', async () => {
  const owned = { ...directory(0o700), uid: 7, gid: 8 };
  const one = tree(['var', directory()], ['var/lib', directory()], ['var/lib/one', owned]);
  const two = tree(['run', directory()], ['run/two', directory(0o1777)]);
  const base = await assembleBase(
    parts({
      init: [
        { name: 'one', tree: one },
        { name: 'two', tree: two },
      ],
    }),
  );
  expect(await textOf(base, 'usr/lib/catamaran/directories')).toBe(
    'format 1\n1777 0 0 /run/two\n0755 0 0 /var/lib\n0700 7 8 /var/lib/one\n',
  );
});

test('the modules that images need are listed once each, for the boot to load', async () => {
  const base = await assembleBase(parts({ modules: ['veth', 'overlay', 'veth'] }));
  expect(await textOf(base, modulesLoadPath)).toBe('overlay\nveth\n');
  expect((await assembleBase(parts())).has(modulesLoadPath)).toBe(false);
});
