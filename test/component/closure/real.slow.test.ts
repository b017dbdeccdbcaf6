// Closures of Debian's own programs: as small as they can be, and whole, as the real loader says that maps them.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import type { Arch } from '../../../src/base/arch.ts';
import { sizeOf } from '../../../src/tree/content.ts';
import { extractTree } from '../../../src/tree/extract.ts';
import type { ReadonlyTree } from '../../../src/tree/tree.ts';
import { hostArch } from '../../support/tools.ts';
import { buildReal, freshDirectory, writeFiles } from '../support.ts';

async function build(text: string, arch: Arch = hostArch): Promise<ReadonlyTree> {
  const root = join(await freshDirectory(), 'x');
  await writeFiles(root, { 'component.yml': text });
  return buildReal(root, arch);
}

const filesOf = (tree: ReadonlyTree) =>
  [...tree].filter(([, { type }]) => type === 'file').map(([path]) => path.replace(/^.*\//, ''));

/** What the loader of the tree maps for a program, by its own word: `NAME => PATH`, or that it is not found. */
async function mapped(tree: ReadonlyTree, program: string): Promise<{ found: string[]; outside: string[] }> {
  const root = join(await freshDirectory(), 'root');
  await extractTree(new Map(tree), root);
  const libraries = [...tree.keys()]
    .find((path) => /-linux-gnu\/libc\.so\.6$/.test(path))!
    .replace(/\/[^/]+$/, '');
  const loader = [...tree.keys()].find(
    (path) => path.startsWith(libraries) && /\/ld-linux-[^/]+$/.test(path),
  )!;
  const argv = ['--inhibit-cache', '--library-path', join(root, libraries), '--list', join(root, program)];
  const { stdout } = await promisify(execFile)(join(root, loader), argv);
  const lines = stdout.split('\n').filter((line) => line.includes('=>') || line.includes('not found'));
  return {
    found: lines.map((line) => line.trim().split(' ')[0]!).sort(),
    outside: lines.filter((line) => !line.includes(`=> ${root}/`) && !line.includes('ld-linux')),
  };
}

test.each<Arch>(['amd64', 'arm64'])('%s: BusyBox in five lines is as small as BusyBox', async (arch) => {
  const tree = await build(
    `summary: BusyBox.
packages: [busybox]
programs: [busybox]
generate: [busybox-links]
config: {entrypoint: [/bin/sh]}
`,
    arch,
  );
  expect(filesOf(tree).sort()).toEqual([
    'busybox',
    expect.stringMatching(/^ld-linux-/),
    'libc.so.6',
    'libresolv.so.2',
  ]);
  expect(tree.get('usr/bin/sh')).toMatchObject({ type: 'symlink', target: 'busybox' });
  const size = [...tree.values()].reduce(
    (sum, node) => sum + (node.type === 'file' ? sizeOf(node.content) : 0),
    0,
  );
  expect(size).toBeLessThan(4 << 20);
});

test('openssl: what its loader maps is there, and all that is there is mapped; a provider is a plugin', async () => {
  const openssl = 'summary: x\npackages: [openssl]\nprograms: [openssl]\n';
  const tree = await build(openssl);
  const { found, outside } = await mapped(tree, 'usr/bin/openssl');
  expect(outside).toEqual([]);
  const names = [...tree.keys()].filter((path) => /-linux-gnu\/lib[^/]+$/.test(path));
  // Each library by its soname, and its file where that is called otherwise.
  expect(
    names
      .filter((path) => tree.get(path)?.type === 'symlink' || /\.so\.\d+$/.test(path))
      .map((path) => path.replace(/^.*\//, ''))
      .sort(),
  ).toEqual(found.filter((name) => name.startsWith('lib')));
  const withPlugin = await build(`${openssl}plugins: ["usr/lib/*-linux-gnu/ossl-modules/*.so"]\n`);
  expect(filesOf(withPlugin)).toContain('legacy.so');
  expect(filesOf(tree)).not.toContain('legacy.so');
});

test('containerd, curl and a program that only update-alternatives makes', async () => {
  const tree = await build(`summary: x
packages: [containerd, curl, iptables]
without: [openssl-provider-legacy]
programs: [containerd, curl, iptables]
`);
  for (const program of ['usr/bin/containerd', 'usr/bin/curl', 'usr/sbin/xtables-nft-multi'])
    expect((await mapped(tree, program)).outside, program).toEqual([]);
  expect(tree.get('usr/sbin/iptables')).toMatchObject({ target: '/etc/alternatives/iptables' });
  expect(tree.get('etc/alternatives/iptables')).toMatchObject({ target: '/usr/sbin/iptables-nft' });
  expect(filesOf(tree)).not.toContain('libgcc_s.so.1');
});

test('what a package that is cut has is missing, with the chain', async () => {
  const text = 'summary: x\npackages: [curl]\nwithout: [libnghttp2-14]\nprograms: [curl]\n';
  await expect(build(text)).rejects.toThrow(
    /^usr\/bin\/curl → usr\/lib\/.*\/libcurl\.so\.4 → .*\/libcurl\.so\.4\.[\d.]+ → libnghttp2\.so\.14: no package has this library$/,
  );
});
