// A kernel component out of Debian's real package, with the indexes that the real depmod makes of its modules.
import { beforeAll, describe, expect, test } from 'vitest';
import { generateKernelModules, kernelRelease } from '../../../src/component/generators/kernel-modules.ts';
import { selectModules } from '../../../src/image/initrd.ts';
import { contentBytes } from '../../../src/tree/content.ts';
import { treeDigest } from '../../../src/tree/digest-tree.ts';
import type { TreeNode } from '../../../src/tree/node.ts';
import { directory, file, type Tree } from '../../../src/tree/tree.ts';
import { realTree, toolHost } from '../support.ts';

let tree: Tree;
let release: string;
beforeAll(async () => {
  const without = [
    'linux-base',
    'initramfs-tools',
    'linux-initramfs-tool',
    'dracut',
    'tiny-initramfs',
    'kmod',
  ];
  const real = await realTree(['linux-image-cloud-amd64'], without);
  tree = new Map([...real].filter(([path]) => /^(boot\/vmlinu|usr\/lib\/modules(\/|$))/.test(path)));
  await generateKernelModules(tree, toolHost);
  release = kernelRelease(tree);
});

const textOf = async (path: string) => {
  const node = tree.get(`usr/lib/modules/${release}/${path}`);
  return node?.type === 'file' ? Buffer.from(await contentBytes(node.content)).toString() : '';
};

test('the kernel is /kernel, and nowhere else', async () => {
  expect(release).toMatch(/^\d+\.\d+\.\d+\+deb\d+.*-cloud-amd64$/);
  const kernel = tree.get('kernel');
  expect(kernel?.type).toBe('file');
  // Documentation/arch/x86/boot.rst: the magic of the boot protocol.
  const bytes = Buffer.from(kernel?.type === 'file' ? await contentBytes(kernel.content) : []);
  expect(bytes.toString('latin1', 0x202, 0x206)).toBe('HdrS');
  expect([...tree.keys()].filter((path) => path.startsWith('boot/'))).toEqual([]);
});

test('every module is in modules.dep, and everything there is in the package', async () => {
  const modules = [...tree.keys()].filter((path) => path.includes('.ko'));
  const lines = (await textOf('modules.dep')).trim().split('\n');
  const root = `usr/lib/modules/${release}/`;
  expect(modules.length).toBeGreaterThan(500);
  expect(lines.map((line) => root + line.split(':')[0]).sort()).toEqual(modules.sort());
  const needed = lines.flatMap((line) => line.split(':')[1]!.trim().split(' ').filter(Boolean));
  expect(needed.filter((path) => !tree.has(root + path))).toEqual([]);
});

test.each(['modules.alias', 'modules.symbols', 'modules.builtin', 'modules.order', 'modules.dep.bin'])(
  '%s is there',
  async (name) => {
    expect((await textOf(name)).length).toBeGreaterThan(100);
  },
);

describe('the initrd’s choice of them', () => {
  test('modules with all that they need, unpacked, and indexes of nothing else', async () => {
    const chosen = await selectModules(tree, release, ['virtio-blk', 'dm_verity', 'ext4', 'no_such']);
    const names = [...chosen.tree.keys()].flatMap((path) => /([^/]+)\.ko$/.exec(path)?.[1] ?? []);
    expect(names).toEqual(expect.arrayContaining(['virtio_blk', 'dm-verity', 'dm-mod', 'dm-bufio']));
    expect([...chosen.tree.keys()].filter((path) => /\.ko\./.test(path))).toEqual([]);
    // `ext4` is built in.
    expect(chosen.unknown).toEqual(['no_such']);
    for (const [path, node] of chosen.tree) {
      if (!path.endsWith('.ko') || node.type !== 'file') continue;
      const bytes = Buffer.from(await contentBytes(node.content));
      expect(bytes.toString('latin1', 0, 4)).toBe('\x7fELF');
    }
    const read = async (name: string) => {
      const node = chosen.tree.get(`usr/lib/modules/${release}/${name}`);
      return node?.type === 'file' ? Buffer.from(await contentBytes(node.content)).toString() : '';
    };
    const listed = (await read('modules.dep')).trim().split('\n');
    expect(listed.map((line) => /([^/]+)\.ko:/.exec(line)?.[1]).sort()).toEqual([...names].sort());
    expect(await read('modules.dep')).not.toMatch(/\.ko\./);
    expect(await read('modules.alias')).toContain(' virtio_blk');
    expect(await read('modules.alias')).not.toContain(' nvme');
    const built = tree.get(`usr/lib/modules/${release}/modules.builtin`);
    expect(chosen.tree.get(`usr/lib/modules/${release}/modules.builtin`)).toBe(built);
  });

  test('in any order of asking, the same', async () => {
    const [a, b] = [
      await selectModules(tree, release, ['isofs', 'virtio_blk']),
      await selectModules(tree, release, ['virtio_blk', 'isofs', 'isofs']),
    ];
    expect(await treeDigest(b.tree)).toBe(await treeDigest(a.tree));
  });

  test('a kernel without indexes is malformed', async () => {
    const bare = new Map([...tree].filter(([path]) => !path.endsWith('modules.dep')));
    await expect(selectModules(bare, release, ['ext4'])).rejects.toMatchObject({
      code: 'kernel-malformed',
      message: expect.stringContaining('modules.dep'),
    });
  });
});

describe('what is no kernel', () => {
  test.each<[string, Tree, string]>([
    ['nothing', new Map(), '0 kernel versions'],
    [
      'two of them',
      new Map([
        ['usr/lib/modules/1/a', file('')],
        ['usr/lib/modules/2/a', file('')],
      ]),
      '2 kernel versions',
    ],
    [
      'modules alone',
      new Map<string, TreeNode>([
        ['usr/lib/modules/1', directory()],
        ['usr/lib/modules/1/a', file('')],
      ]),
      'boot/vmlinuz-*',
    ],
  ])('%s', async (_what, broken, why) => {
    await expect(generateKernelModules(broken, toolHost)).rejects.toMatchObject({
      fault: 'spec',
      code: 'kernel-malformed',
      message: expect.stringContaining(why),
    });
  });
});
