// The same input gives the same bytes, two seconds later, with another number of processors, from another directory,
// under another umask and time zone: with these arguments, on which the rooms above rely.
import { createHash } from 'node:crypto';
import {
  copyFile,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { writeTar } from '../../src/archive/write-tar.ts';
import type { Tools } from '../../src/tools/tools.ts';
import { directory, file, symlink, type Tree } from '../../src/tree/tree.ts';
import { hostTools } from '../support/tools.ts';

const uuid = 'a6b5c4d3-0000-4000-8000-000000000001';
const env = { SOURCE_DATE_EPOCH: '1700000000' };
let tools: Tools;

/** Makes one file in `path` and gives its name. `round` is 0 or 1. */
type Maker = (path: string, round: number) => Promise<string>;

const makers: Readonly<Record<string, Maker>> = {
  async sqfstar(path, round) {
    const squash = '-comp zstd -Xcompression-level 9 -quiet -no-progress -exit-on-error'.split(' ');
    const root = '-mkfs-time 0 -root-time 0 -root-mode 0755 -root-uid 0 -root-gid 0'.split(' ');
    const image = join(path, 'image.sqfs');
    await tools.run('sqfstar', [...squash, ...root, '-processors', String(round + 1), image], {
      stdin: writeTar(sampleTree(), { clampMtime: 0 }),
    });
    return 'image.sqfs';
  },
  async mke2fs(path) {
    const image = join(path, 'data.ext4');
    const identity = ['-U', uuid, '-L', 'data', '-E', `hash_seed=${uuid},root_owner=0:0,nodiscard`];
    await tools.run('mke2fs', ['-q', '-F', '-t', 'ext4', ...identity, image, '64M'], { env });
    return 'data.ext4';
  },
  async mtools(path) {
    const image = await sparseFile(join(path, 'esp.fat'), 64 << 20);
    await writeFile(join(path, 'grub.cfg'), 'set timeout=0\n');
    await tools.run('mformat', ['-i', image, '-F', '-N', '12345678', '-v', 'ESP', '::'], { env });
    await tools.run('mmd', ['-i', image, '::EFI'], { env });
    await tools.run('mcopy', ['-i', image, join(path, 'grub.cfg'), '::EFI/grub.cfg'], { env });
    return 'esp.fat';
  },
  async sfdisk(path) {
    const disk = await sparseFile(join(path, 'disk.raw'), 64 << 20);
    const script = `label: gpt\nlabel-id: ${uuid}\nsize=1MiB, uuid=${uuid}\n`;
    await tools.run('sfdisk', ['--quiet', '--no-reread', '--no-tell-kernel', disk], {
      stdin: [Buffer.from(script)],
    });
    return 'disk.raw';
  },
  async veritysetup(path) {
    const data = await sparseFile(join(path, 'data.raw'), 1 << 20);
    const salt = '00'.repeat(32);
    await tools.run('veritysetup', [
      'format',
      '--salt',
      salt,
      '--uuid',
      uuid,
      data,
      join(path, 'hashes.raw'),
    ]);
    return 'hashes.raw';
  },
  'grub-mkimage i386-pc': grubMaker('i386-pc'),
  'grub-mkimage x86_64-efi': grubMaker('x86_64-efi'),
  'grub-mkimage arm64-efi': grubMaker('arm64-efi'),
  async 'qemu-img'(path) {
    const raw = join(path, 'raw');
    await writeFile(raw, Buffer.alloc(3 << 20, 'catamaran '));
    const format = ['-O', 'qcow2', '-c', '-o', 'compression_type=zstd'];
    await tools.run('qemu-img', ['convert', '-f', 'raw', ...format, raw, join(path, 'disk.qcow2')]);
    return 'disk.qcow2';
  },
  async xorriso(path) {
    const source = join(path, 'file');
    await writeFile(source, 'hello\n');
    await utimes(source, 1_600_000_000, 1_600_000_000);
    const words = ['-as', 'mkisofs', '-quiet', '-o', join(path, 'image.iso'), '-r', '-J', '-V', 'CATAMARAN'];
    await tools.run('xorriso', [...words, '-graft-points', `file=${source}`], { env });
    return 'image.iso';
  },
  async ldconfig(path) {
    const root = join(path, 'root');
    const triplet = (await readdir(tools.path('usr/lib'))).find((name) => name.endsWith('-linux-gnu'));
    await mkdir(join(root, 'usr/lib'), { recursive: true });
    await mkdir(join(root, 'etc'));
    await writeFile(join(root, 'etc/ld.so.conf'), '/usr/lib\n');
    await copyFile(tools.path(`usr/lib/${triplet}/libz.so.1`), join(root, 'usr/lib/libz.so.1'));
    await tools.run('ldconfig', ['-X', '-r', root]);
    return 'root/etc/ld.so.cache';
  },
  zstd: compressor('zstd'),
  xz: compressor('xz'),
};

function grubMaker(platform: string): Maker {
  return async (path) => {
    const early = join(path, 'early.cfg');
    await writeFile(early, 'echo hello\n');
    const modules = ['normal', 'part_gpt', 'fat', 'tar', 'linux', 'loadenv'];
    const where = ['-d', tools.path(`usr/lib/grub/${platform}`), '-p', '/grub', '-c', early];
    await tools.run('grub-mkimage', ['-O', platform, ...where, '-o', join(path, platform), ...modules]);
    return platform;
  };
}

function compressor(name: string): Maker {
  return async (path) => {
    const text = Buffer.from('some text that shrinks\n'.repeat(10_000));
    await tools.run(name, ['-c', '-T2'], { stdin: [text], stdout: { file: join(path, name) } });
    return name;
  };
}

function sampleTree(): Tree {
  const tree: Tree = new Map();
  tree.set('etc', directory());
  for (let index = 0; index < 300; index += 1)
    tree.set(`etc/${index}`, file(`${index}\n`.repeat(index * 20)));
  tree.set('etc/suid', { ...file('x', 0o4755), uid: 1000, gid: 300_000 });
  tree.set('link', symlink('etc/1'));
  const capability = Buffer.from('0100000200040000000000000000000000000000', 'hex');
  tree.set('cap', { ...file('y', 0o755), xattrs: new Map([['security.capability', capability]]) });
  tree.set('null', { type: 'character', mode: 0o666, uid: 0, gid: 0, mtime: 0, major: 1, minor: 3 });
  return tree;
}

async function sparseFile(path: string, size: number): Promise<string> {
  await writeFile(path, '');
  await truncate(path, size);
  return path;
}

/** By maker: the digest of what each round made, or why it failed. */
const made = new Map<string, unknown[]>();
const paths: string[] = [];

async function makeAll(round: number): Promise<void> {
  const path = await mkdtemp(join(tmpdir(), `catamaran-round-${'x'.repeat(round * 7)}-`));
  paths.push(path);
  for (const [name, make] of Object.entries(makers)) {
    const result = await make(path, round).then(
      async (file) =>
        createHash('sha256')
          .update(await readFile(join(path, file)))
          .digest('hex'),
      (thrown: unknown) => thrown,
    );
    made.set(name, [...(made.get(name) ?? []), result]);
  }
}

beforeAll(async () => {
  tools = await hostTools(['tools', 'tools-grub-amd64', 'tools-grub-arm64']);
  const umask = process.umask(0o022);
  const zone = process.env.TZ;
  try {
    await makeAll(0);
    process.umask(0o077);
    process.env.TZ = 'Pacific/Auckland';
    // FAT counts in steps of two seconds.
    await sleep(2_100);
    await makeAll(1);
  } finally {
    process.umask(umask);
    if (zone === undefined) delete process.env.TZ;
    else process.env.TZ = zone;
  }
});
afterAll(() => Promise.all(paths.map((path) => rm(path, { recursive: true }))));

test.each(Object.keys(makers))('%s', (name) => {
  const [first, second] = made.get(name)!;
  if (typeof first !== 'string') throw first;
  expect(second).toBe(first);
});

test('sqfstar keeps ids, modes, devices and capabilities', async () => {
  const image = join(paths[0]!, 'image.sqfs');
  const { stdout } = await tools.run('unsquashfs', ['-lln', image]);
  expect(stdout).toMatch(/drwxr-xr-x 0\/0 +\d+ 1970-01-01 00:00 squashfs-root\n/);
  expect(stdout).toMatch(/-rwsr-xr-x 1000\/300000 +1 1970-01-01 00:00 squashfs-root\/etc\/suid/);
  expect(stdout).toMatch(/crw-rw-rw- 0\/0 +1, +3 1970-01-01 00:00 squashfs-root\/null/);
  expect((await tools.run('unsquashfs', ['-s', image])).stdout).toMatch(/Number of xattr ids 1/);
});
