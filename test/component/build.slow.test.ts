// A component to its image: the same inputs give the same digest, each input counts, and what is left out leaves no trace.
import { chmod, cp, mkdir, rename, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { buildComponent, type ComponentBuild, type ComponentHost } from '../../src/component/build.ts';
import { readSources } from '../../src/component/sources.ts';
import { imageTree } from '../../src/oci/flatten.ts';
import { loadImage } from '../../src/oci/store.ts';
import { contentBytes } from '../../src/tree/content.ts';
import { listTree } from '../../src/tree/digest-tree.ts';
import type { TreeNode } from '../../src/tree/node.ts';
import { directory, file, symlink as link, type ReadonlyTree } from '../../src/tree/tree.ts';
import { freshDirectory, hostWith, lockedPackage, writeFiles } from './support.ts';

const one: ReadonlyTree = new Map<string, TreeNode>([
  ['usr', directory()],
  ['usr/bin', directory()],
  ['usr/bin/one', { ...file('#!/bin/sh\n', 0o755), mtime: 1_500_000_000 }],
  ['usr/share', directory()],
  ['usr/share/doc', directory()],
  ['usr/share/doc/one', directory()],
  ['usr/share/doc/one/copyright', file('all rights\n')],
  ['etc', directory()],
  ['etc/one', directory(0o750)],
]);
const two: ReadonlyTree = new Map<string, TreeNode>([
  ['usr/lib/two', file('2', 0o600)],
  ['usr/bin/deux', link('one')],
]);

const componentYml = `summary: A test.
packages: [one, two]
exclude: ["usr/share/doc/**"]
users: [{name: app, uid: 100, gid: 101, gecos: The app}]
groups: [{name: app, gid: 101, members: [app, root]}]
directories: [{path: var/lib/app, mode: "0700", uid: 100, gid: 101}]
files: [{path: etc/app.conf, contents: "a = 1\\n", mode: "0640", gid: 101}]
symlinks: [{path: usr/bin/app, target: one}]
tree: rootfs
modules: [loop]
config: {entrypoint: [/usr/bin/app], cmd: [-v], env: {B: "2", A: "1"}, workingDir: /var/lib/app, user: "100:101"}
runtime: {capabilities: [CAP_SYS_ADMIN], binds: ["/run:/run"]}
`;
const files = {
  'component.yml': componentYml,
  'rootfs/etc/motd': 'hi\n',
  'rootfs/usr/bin/start': '#!/bin/sh\n',
};

let host: ComponentHost;
let root: string;
beforeEach(async () => {
  host = await hostWith({ one, two });
  root = join(await freshDirectory(), 'app');
  await writeFiles(root, files);
  await chmod(join(root, 'rootfs/usr/bin/start'), 0o755);
});

const build = async (directory: string, change: Partial<ComponentBuild> = {}, on = host) => {
  const sources = await readSources(directory);
  const packages = ['one', 'two'].map(lockedPackage);
  const defaults = { sources, packages, arch: 'amd64', epoch: 1_600_000_000 } as const;
  return buildComponent({ ...defaults, ...change }, on);
};
const treeOf = async (directory: string, on = host) => imageTree(on.cache, await build(directory, {}, on));

test('its files and its config', async () => {
  const image = await build(root);
  expect(listTree(await imageTree(host.cache, image))).toMatchInlineSnapshot(`
    "l 0777 0:0         - /bin -> usr/bin
    d 0755 0:0         - /etc
    - 0640 0:101         6 /etc/app.conf
    - 0644 0:0        19 /etc/group
    - 0644 0:0         3 /etc/motd
    d 0750 0:0         - /etc/one
    - 0644 0:0        53 /etc/passwd
    - 0640 0:0        13 /etc/shadow
    l 0777 0:0         - /lib -> usr/lib
    d 0755 0:0         - /usr
    d 0755 0:0         - /usr/bin
    l 0777 0:0         - /usr/bin/app -> one
    l 0777 0:0         - /usr/bin/deux -> one
    - 0755 0:0        10 /usr/bin/one
    - 0755 0:0        10 /usr/bin/start
    d 0755 0:0         - /usr/lib
    - 0600 0:0         1 /usr/lib/two
    d 0755 0:0         - /var
    d 0755 0:0         - /var/lib
    d 0700 100:101         - /var/lib/app
    "
  `);
  expect(image.config).toMatchObject({ architecture: 'amd64', os: 'linux' });
  expect(image.config.config).toEqual({
    User: '100:101',
    Env: ['A=1', 'B=2'],
    Entrypoint: ['/usr/bin/app'],
    Cmd: ['-v'],
    WorkingDir: '/var/lib/app',
    Labels: {
      'org.opencontainers.image.title': 'app',
      'org.catamaran.modules': 'loop',
      'org.mobyproject.config': '{"binds":["/run:/run"],"capabilities":["CAP_SYS_ADMIN"]}',
    },
  });
  expect(image.config.created).toBe('2020-09-13T12:26:40Z');
  expect(await loadImage(host.cache, image.digest)).toEqual(image);
});

test('no time is later than the epoch, and earlier ones stay', async () => {
  const times = new Set(
    [...(await imageTree(host.cache, await build(root, { epoch: 1_400_000_000 }))).values()].map(
      ({ mtime }) => mtime,
    ),
  );
  expect(Math.max(...times)).toBe(1_400_000_000);
  const kept = await imageTree(host.cache, await build(root));
  expect(kept.get('usr/bin/one')?.mtime).toBe(1_500_000_000);
});

test('the same digest from another directory, cache, umask, time zone and time, and with other modes of the checkout', async () => {
  const { digest } = await build(root);
  const elsewhere = join(await freshDirectory(), 'deep/er', 'app');
  const [umask, zone] = [process.umask(0o077), process.env.TZ];
  process.env.TZ = 'Asia/Tokyo';
  try {
    await mkdir(join(elsewhere, '..'), { recursive: true });
    await cp(root, elsewhere, { recursive: true });
    for (const [name, mode] of [
      ['component.yml', 0o600],
      ['rootfs/etc/motd', 0o664],
      ['rootfs/usr/bin/start', 0o700],
    ] as const) {
      await chmod(join(elsewhere, name), mode);
      await utimes(join(elsewhere, name), 1, 1);
    }
    expect((await build(elsewhere, {}, await hostWith({ two, one }))).digest).toBe(digest);
  } finally {
    process.umask(umask);
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  }
});

describe('each input counts', () => {
  const changes: [string, (directory: string) => Promise<unknown>][] = [
    ['a file of the tree', (at) => writeFile(join(at, 'rootfs/etc/motd'), 'ho\n')],
    ['the name of one', (at) => rename(join(at, 'rootfs/etc/motd'), join(at, 'rootfs/etc/motb'))],
    ['whether one is executable', (at) => chmod(join(at, 'rootfs/etc/motd'), 0o755)],
    ['one more link', (at) => symlink('motd', join(at, 'rootfs/etc/motd2'))],
    ['an empty directory', (at) => mkdir(join(at, 'rootfs/etc/empty'))],
    ...(
      [
        ['what is excluded', 'usr/share/doc/**', 'usr/bin/deux'],
        ['what is included', 'packages:', 'include: ["usr/**"]\npackages:'],
        ['a user', 'uid: 100, gid: 101, gecos', 'uid: 102, gid: 101, gecos'],
        ['a member of a group', 'members: [app, root]', 'members: [app]'],
        ['the mode of a directory', 'mode: "0700"', 'mode: "0711"'],
        ['the content of a file', 'a = 1', 'a = 2'],
        ['the owner of a file', 'mode: "0640", gid: 101', 'mode: "0640", gid: 102'],
        ['the target of a link', 'target: one', 'target: deux'],
        ['modules', 'modules: [loop]', 'modules: [loop, fuse]'],
        ['the entrypoint', 'entrypoint: [/usr/bin/app]', 'entrypoint: [/usr/bin/one]'],
        ['the environment', 'A: "1"', 'A: "3"'],
        ['the user of the process', 'user: "100:101"', 'user: "0:0"'],
        ['capabilities', 'CAP_SYS_ADMIN', 'CAP_NET_ADMIN'],
      ] as const
    ).map(([what, from, to]): [string, (at: string) => Promise<unknown>] => [
      what,
      (at) => {
        expect(componentYml).toContain(from);
        return writeFile(join(at, 'component.yml'), componentYml.replace(from, to));
      },
    ]),
  ];
  test.each(changes)('%s', async (_what, change) => {
    const [image, before] = [await build(root), await readSources(root)];
    await change(root);
    expect((await build(root)).digest).not.toBe(image.digest);
    expect((await readSources(root)).inputs).not.toEqual(before.inputs);
  });

  test('a package’s content, the architecture and the epoch', async () => {
    const { digest } = await build(root);
    const other = await hostWith({ one, two: new Map([...two, ['usr/lib/two', file('3', 0o600)]]) });
    expect((await build(root, {}, other)).digest).not.toBe(digest);
    expect((await build(root, { arch: 'arm64' })).digest).not.toBe(digest);
    expect((await build(root, { epoch: 1 })).digest).not.toBe(digest);
  });

  test('but summary, description, comments and the order of keys do not', async () => {
    const { digest } = await build(root);
    const { inputs } = await readSources(root);
    const lines = componentYml
      .replace('summary: A test.', 'summary: Another.\ndescription: Long. # why\n')
      .split('\n');
    await writeFile(join(root, 'component.yml'), `${lines.reverse().filter(Boolean).join('\n')}\n`);
    expect((await build(root)).digest).toBe(digest);
    expect((await readSources(root)).inputs).toEqual(inputs);
  });
});

describe('what is left out leaves no trace', () => {
  const paths = async (selection: string) => {
    await writeFile(join(root, 'component.yml'), `summary: x\npackages: [one, two]\n${selection}`);
    return [...(await treeOf(root)).keys()].filter((path) => path !== '').sort();
  };
  test('excluded: not even the directories that it alone was in', async () => {
    expect(await paths('exclude: ["usr/share/**", "usr/bin/*"]\n')).toEqual([
      'etc',
      'etc/one',
      'lib',
      'usr',
      'usr/lib',
      'usr/lib/two',
    ]);
  });
  test('not included', async () => {
    expect(await paths('include: [usr/bin/one]\n')).toEqual(['bin', 'usr', 'usr/bin', 'usr/bin/one']);
  });
  test('a directory that is asked for itself is there, though empty', async () => {
    expect(await paths('include: [etc/one]\n')).toEqual(['etc', 'etc/one']);
  });
  test('without globs everything is there, empty directories too', async () => {
    expect(await paths('')).toEqual(expect.arrayContaining(['etc/one', 'usr/share/doc/one/copyright']));
  });
});

describe('two sources for one path', () => {
  const conflict = async (packages: Record<string, ReadonlyTree>) =>
    build(root, {}, await hostWith(packages)).catch((error: unknown) => error);

  test('two packages: an error that names both', async () => {
    const thrown = await conflict({ one, two: new Map([['usr/bin/one', file('other', 0o755)]]) });
    expect(thrown).toMatchObject({ fault: 'spec', code: 'tree-conflict' });
    expect(String(thrown)).toContain(
      '/usr/bin/one is a file in the package one and another one in the package two',
    );
  });
  test('two packages that agree are none', async () => {
    const tree = await treeOf(
      root,
      await hostWith({ one, two: new Map([['usr/bin/one', file('#!/bin/sh\n', 0o755)]]) }),
    );
    expect(tree.get('usr/bin/one')?.type).toBe('file');
  });
  test('what is excluded conflicts with nothing', async () => {
    const doc = new Map([['usr/share/doc/one', file('a file here')]]);
    expect(await conflict({ one, two: doc })).toHaveProperty('digest');
  });
  test('a component’s own file takes the place of a package’s', async () => {
    await writeFiles(root, { 'rootfs/usr/bin/one': 'mine' });
    const node = (await treeOf(root)).get('usr/bin/one');
    expect(node?.type === 'file' && Buffer.from(await contentBytes(node.content)).toString()).toBe('mine');
  });
  test('but not of its directory', async () => {
    await writeFiles(root, { 'rootfs/etc/one': 'a file' });
    const thrown = await build(root).catch((error: unknown) => error);
    expect(thrown).toMatchObject({ code: 'tree-conflict' });
    expect(String(thrown)).toMatch(
      /\/etc\/one is a directory .* in (the package one|its packages) and a file in app/,
    );
  });
});

test('Debian’s merged /usr: a package’s files land where its links lead, and the links are there', async () => {
  const old = await hostWith({
    one,
    two: new Map([
      ['lib/two', file('2')],
      ['sbin/two', file('2')],
    ]),
  });
  const tree = await treeOf(root, old);
  expect(tree.get('lib')).toMatchObject({ type: 'symlink', target: 'usr/lib' });
  expect([...tree.keys()]).toEqual(expect.arrayContaining(['usr/lib/two', 'usr/sbin/two', 'sbin']));
  expect(tree.has('lib64')).toBe(false);
});

test.each([
  ['tree: none', 'ENOENT'],
  ['files: [{path: a, source: none}]', 'ENOENT'],
  ['files: [{path: a, source: rootfs}]', 'no regular file'],
])('%s: an error that names the path', async (line, why) => {
  await writeFile(join(root, 'component.yml'), `summary: x\n${line}\n`);
  const thrown = await readSources(root).catch((error: unknown) => error);
  expect(thrown).toMatchObject({ fault: 'spec', code: 'component-file-unreadable' });
  expect(String(thrown)).toContain(join(root, line.includes('rootfs') ? 'rootfs' : 'none'));
  expect(String(thrown)).toContain(why);
});
