// One contract for LinuxKit's formats: its file names, the same root file system in each, the same bytes each time,
// whole or not at all. The images are small and made here, shaped as LinuxKit's own are.

import {
  symlink as link,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { readTarFile } from '../../../src/archive/read-tar.ts';
import { writeTar } from '../../../src/archive/write-tar.ts';
import type { Arch } from '../../../src/base/arch.ts';
import { type Reporter, silentReporter } from '../../../src/base/reporter.ts';
import { createExecutor } from '../../../src/engine/execute.ts';
import type { Step } from '../../../src/engine/step.ts';
import { withWorkshop } from '../../../src/engine/workshop.ts';
import { loadSpec } from '../../../src/lock/load-spec.ts';
import { readLock } from '../../../src/lock/lock-store.ts';
import { resolveSpec } from '../../../src/lock/resolve.ts';
import { pullPlatforms, resolveWhole } from '../../../src/oci/every-platform.ts';
import { layoutTree, writeLayoutDirectory } from '../../../src/oci/export.ts';
import { imageTree } from '../../../src/oci/flatten.ts';
import type { ExecutionConfig } from '../../../src/oci/image.ts';
import type { ImageAccess, ImageOrigin } from '../../../src/oci/origin.ts';
import { writeImage } from '../../../src/oci/store.ts';
import { type BuildAnswer, buildSpec } from '../../../src/output/build.ts';
import { catalogueNames } from '../../../src/output/catalogue.ts';
import { type FormatName, formats } from '../../../src/output/formats.ts';
import { planBuild } from '../../../src/output/plan.ts';
import type { KeptSegment } from '../../../src/steps/segment.ts';
import { type Cache, openCache } from '../../../src/store/cache.ts';
import { toolsDirectory } from '../../../src/store/layout.ts';
import { contentBytes, sizeOf } from '../../../src/tree/content.ts';
import type { TreeNode } from '../../../src/tree/node.ts';
import { directory, file, type ReadonlyTree, symlink, type Tree } from '../../../src/tree/tree.ts';
import { checkSpdx } from '../../image/spdx.ts';
import { describeFiles } from '../../support/build.ts';
import { testContext } from '../../support/context.ts';
import { splitInitrd, unpackInitrd } from '../../support/initrd.ts';
import { hostArch, hostTools, testCache } from '../../support/tools.ts';

const spec = `
kernel: {image: "oci:kernel", initrd: "oci:kernel", cmdline: "console=ttyS0 quiet", ucode: ucode.cpio}
init: ["oci:init", "oci:runc"]
onboot:
  - {name: first, image: "oci:app", command: [/app, one]}
onshutdown:
  - {name: last, image: "oci:app", readonly: true}
services:
  - {name: app, image: "oci:app", binds: ["data:/data"]}
  - {name: sealed, image: "oci:other", readonly: true}
volumes:
  - {name: data, image: "oci:other"}
  - {name: scratch}
  - {name: fixed, image: "oci:other", readonly: true}
  - {name: layout, image: "oci:both", format: oci, readonly: true}
files:
  - {path: etc/motd, contents: "hello", mode: "0644"}
  - {path: etc/issue, contents: "mine", mode: "0644"}
`;

let room: string;
let cache: Cache;
beforeAll(async () => {
  room = await mkdtemp(join(tmpdir(), 'catamaran-linuxkit-'));
  cache = await openCache(join(room, 'images'));
  const modules: Tree = new Map([['./lib/modules/6.12/a.ko'.slice(2), file('a module')]]);
  const packed: Uint8Array[] = [];
  for await (const chunk of writeTar(modules, { clampMtime: 0 })) packed.push(chunk);
  await image('kernel', {
    kernel: file('a kernel'),
    'kernel.tar': file(Buffer.concat(packed)),
    'kernel-dev.tar': file('left out'),
    'ucode.cpio': file('microcode'),
  });
  await image('init', {
    bin: directory(),
    'bin/rc.init': file('#!/bin/sh\n', 0o755),
    dev: directory(),
    'dev/console': { type: 'character', mode: 0o600, uid: 0, gid: 0, mtime: 0, major: 5, minor: 1 },
    etc: directory(),
    'etc/hostname': file('left out'),
    'etc/issue': file('from the image'),
    'etc/passwd': file('root:x:0:0::/root:/bin/sh\n'),
    init: file('an init', 0o755),
    sbin: symlink('usr/sbin'),
    'lib/apk/db/installed': file('P:init\n\n'),
    'usr/sbin': directory(),
    'usr/lib/large': file(Buffer.alloc(200_000, 'large ')),
  });
  await image('runc', {
    'etc/passwd': file('runc:x:1:1::/:/bin/sh\n'),
    'lib/apk/db/installed': file('P:runc\n\n'),
    'sbin/service': file('service', 0o755),
    'usr/bin/runc': file('runc', 0o4755),
  });
  const linked = file(Buffer.alloc(100_000, 'the app '), 0o755);
  await image(
    'app',
    { app: linked, 'app-too': linked, 'etc/hosts': file('left out') },
    { Entrypoint: ['/app'] },
  );
  await image('other', { 'data/x': file('x') }, { Entrypoint: ['/other'] });
  await platforms('both');
  await writeFile(join(room, 'moby.yml'), spec);
});
afterAll(() => rm(room, { recursive: true }));

async function image(
  name: string,
  tree: Record<string, Parameters<Tree['set']>[1]>,
  config: ExecutionConfig = {},
) {
  const made = await writeImage(cache, {
    layers: [{ tree: new Map(Object.entries(tree)) }],
    config,
    arch: 'amd64',
  });
  await rm(join(room, name), { recursive: true, force: true });
  await writeLayoutDirectory(await layoutTree(cache, [made]), join(room, name));
}

/** One image for two platforms. */
async function platforms(name: string) {
  const layers = [{ tree: new Map([['both', file('both')]]) }];
  const made = [];
  for (const arch of ['amd64', 'arm64'] as const)
    made.push(await writeImage(cache, { layers, config: {}, arch }));
  await writeLayoutDirectory(await layoutTree(cache, made, 'v1'), join(room, name));
}

async function build(
  out: string,
  formats: readonly FormatName[],
  more: {
    name?: string;
    memory?: number;
    cache?: Cache;
    text?: string;
    sbom?: boolean;
    reporter?: Reporter;
    arch?: Arch;
  } = {},
): Promise<BuildAnswer> {
  const context = await testContext();
  const path = join(room, 'moby.yml');
  if (more.text !== undefined) await writeFile(path, more.text);
  const { name, memory, sbom, arch = 'amd64' } = more;
  const request = {
    file: path,
    out: join(room, out),
    formats,
    arch,
    frozen: false,
    name,
    memory,
    sbom,
  } as const;
  const { cache: used = context.cache, reporter = context.reporter } = more;
  return buildSpec(request, { ...context, cache: used, reporter });
}

const names = {
  docker: ['moby.docker'],
  'iso-efi-initrd': ['moby-efi-initrd.iso'],
  'kernel+erofs': ['moby-cmdline', 'moby-erofs.img', 'moby-kernel'],
  'kernel+initrd': ['moby-cmdline', 'moby-initrd.img', 'moby-kernel'],
  'kernel+iso': ['moby-cmdline', 'moby-kernel', 'moby.iso'],
  'kernel+squashfs': ['moby-cmdline', 'moby-kernel', 'moby-squashfs.img'],
  tar: ['moby.tar'],
  'tar-kernel-initrd': ['moby-initrd.tar'],
};

const linuxkitNames = Object.keys(names) as (keyof typeof names)[];

test('are all that have a bill of materials beside them, but for what is one', () => {
  const named = formats.filter((format) => format.sbom).map(({ name }) => name);
  expect(named.sort()).toEqual([...linuxkitNames, 'sbom'].sort());
});

const all = () => build('all', linuxkitNames);
const read = (name: string) => readFile(join(room, 'all', name));

/** Without what says of them what they are. */
const outputsIn = async (directory: string): Promise<string[]> => {
  const documents: string[] = Object.values(catalogueNames);
  return (await readdir(join(room, directory))).filter((name) => !documents.includes(name));
};

test.each(linuxkitNames)(
  '%s has LinuxKit’s file names, and --name takes the place of the spec’s',
  async (format) => {
    await build(`names ${format}`, [format]);
    expect(await outputsIn(`names ${format}`)).toEqual(names[format]);
    await build(`named ${format}`, [format], { name: 'other' });
    const renamed = names[format].map((name) => name.replace('moby', 'other'));
    expect(await outputsIn(`named ${format}`)).toEqual(renamed);
  },
);

/** Path, type and permissions, owner, and what is in it. */
async function listTar(path: string): Promise<string[]> {
  const lines: string[] = [];
  for (const [name, node] of await readTarFile(path)) {
    const content =
      node.type === 'file'
        ? Buffer.from(await contentBytes(node.content)).toString('latin1')
        : node.type === 'symlink'
          ? node.target
          : '';
    lines.push(
      `${name} ${node.type} ${node.mode.toString(8)} ${node.uid}:${node.gid} ${content.slice(0, 200)} ${content.length}`,
    );
  }
  return lines.sort();
}

/** As `ls -l` has it. */
function modeText({ type, mode }: TreeNode): string {
  const letters = { file: '-', directory: 'd', symlink: 'l', character: 'c', block: 'b', fifo: 'p' } as const;
  const bits = [...'rwxrwxrwx'].map((letter, index) => (mode & (0o400 >> index) ? letter : '-'));
  if (mode & 0o4000) bits[2] = 's';
  return letters[type] + bits.join('');
}

const types: Readonly<Record<number, string>> = {
  2: 'character',
  4: 'directory',
  6: 'block',
  8: 'file',
  10: 'symlink',
};

function listInitrd(bytes: Uint8Array): string[] {
  const lines = [...unpackInitrd(bytes)].map(([path, { mode, uid, gid, content }]) => {
    const type = types[mode >> 12];
    return `${path} ${type} ${(mode & 0o7777).toString(8)} ${uid}:${gid} ${content.slice(0, 200)} ${content.length}`;
  });
  return lines.sort();
}

describe('the root file system', () => {
  test('is LinuxKit’s layout', async () => {
    await all();
    const tree = await readTarFile(join(room, 'all/moby.tar'));
    expect(
      [...tree]
        .map(([path, node]) => summary(path, node))
        .sort()
        .join(''),
    ).toMatchInlineSnapshot(`
      "directory 0755 bin
      directory 0755 boot
      directory 0755 containers
      directory 0755 containers/onboot
      directory 0755 containers/onboot/000-first
      directory 0755 containers/onboot/000-first/lower
      directory 0755 containers/onboot/000-first/lower/dev
      directory 0755 containers/onboot/000-first/lower/dev/pts
      directory 0755 containers/onboot/000-first/lower/dev/shm
      directory 0755 containers/onboot/000-first/lower/etc
      directory 0755 containers/onboot/000-first/lower/proc
      directory 0755 containers/onboot/000-first/lower/sys
      directory 0755 containers/onboot/000-first/rootfs
      directory 0755 containers/onboot/000-first/tmp
      directory 0755 containers/onshutdown
      directory 0755 containers/onshutdown/000-last
      directory 0755 containers/onshutdown/000-last/rootfs
      directory 0755 containers/services
      directory 0755 containers/services/app
      directory 0755 containers/services/app/lower
      directory 0755 containers/services/app/rootfs
      directory 0755 containers/services/app/tmp
      directory 0755 containers/services/sealed
      directory 0755 containers/services/sealed/rootfs
      directory 0755 containers/services/sealed/rootfs/data
      directory 0755 containers/services/sealed/rootfs/dev
      directory 0755 containers/services/sealed/rootfs/dev/pts
      directory 0755 containers/services/sealed/rootfs/dev/shm
      directory 0755 containers/services/sealed/rootfs/etc
      directory 0755 containers/services/sealed/rootfs/proc
      directory 0755 containers/services/sealed/rootfs/sys
      directory 0755 containers/volumes
      directory 0755 containers/volumes/data
      directory 0755 containers/volumes/data/lower
      directory 0755 containers/volumes/data/lower/data
      directory 0755 containers/volumes/data/lower/dev
      directory 0755 containers/volumes/data/lower/dev/pts
      directory 0755 containers/volumes/data/lower/dev/shm
      directory 0755 containers/volumes/data/lower/etc
      directory 0755 containers/volumes/data/lower/proc
      directory 0755 containers/volumes/data/lower/sys
      directory 0755 containers/volumes/data/merged
      directory 0755 containers/volumes/data/tmp
      directory 0755 containers/volumes/fixed
      directory 0755 containers/volumes/fixed/lower
      directory 0755 containers/volumes/fixed/lower/data
      directory 0755 containers/volumes/fixed/lower/dev
      directory 0755 containers/volumes/fixed/lower/dev/pts
      directory 0755 containers/volumes/fixed/lower/dev/shm
      directory 0755 containers/volumes/fixed/lower/etc
      directory 0755 containers/volumes/fixed/lower/proc
      directory 0755 containers/volumes/fixed/lower/sys
      directory 0755 containers/volumes/fixed/merged
      directory 0755 containers/volumes/layout
      directory 0755 containers/volumes/layout/lower
      directory 0755 containers/volumes/layout/lower/blobs
      directory 0755 containers/volumes/layout/lower/blobs/sha256
      directory 0755 containers/volumes/layout/merged
      directory 0755 containers/volumes/scratch
      directory 0755 containers/volumes/scratch/lower
      directory 0755 containers/volumes/scratch/merged
      directory 0755 containers/volumes/scratch/tmp
      directory 0755 dev
      directory 0755 dev/pts
      directory 0755 dev/shm
      directory 0755 etc
      directory 0755 lib
      directory 0755 lib/apk
      directory 0755 lib/apk/db
      directory 0755 lib/modules
      directory 0755 lib/modules/6.12
      directory 0755 proc
      directory 0755 sys
      directory 0755 usr
      directory 0755 usr/bin
      directory 0755 usr/lib
      directory 0755 usr/sbin
      file      0644 boot/cmdline
      file      0644 boot/kernel
      file      0644 boot/ucode.cpio
      file      0644 containers/onboot/000-first/catamaran.json
      file      0644 containers/onboot/000-first/config.json
      file      0644 containers/onboot/000-first/lower/etc/hosts
      file      0644 containers/onboot/000-first/lower/etc/resolv.conf
      file      0644 containers/onboot/000-first/runtime.json
      file      0644 containers/onshutdown/000-last/catamaran.json
      file      0644 containers/onshutdown/000-last/config.json
      file      0644 containers/onshutdown/000-last/runtime.json
      file      0644 containers/services/app/catamaran.json
      file      0644 containers/services/app/config.json
      file      0644 containers/services/app/runtime.json
      file      0644 containers/services/sealed/catamaran.json
      file      0644 containers/services/sealed/config.json
      file      0644 containers/services/sealed/rootfs/data/x
      file      0644 containers/services/sealed/rootfs/etc/hosts
      file      0644 containers/services/sealed/rootfs/etc/resolv.conf
      file      0644 containers/services/sealed/runtime.json
      file      0644 containers/volumes/data/lower/data/x
      file      0644 containers/volumes/data/lower/etc/hosts
      file      0644 containers/volumes/fixed/lower/data/x
      file      0644 containers/volumes/fixed/lower/etc/hosts
      file      0644 containers/volumes/layout/lower/blobs/sha256/43ccfde51852fb86fbf925f7024d1a04a82c1dcd05c9376bed48dad13f3d3c66
      file      0644 containers/volumes/layout/lower/blobs/sha256/4ed4834873a0e7b9812d95334bf291893df34ec08a97e9e77d7e57f4c79db725
      file      0644 containers/volumes/layout/lower/blobs/sha256/706afffd6cb09116f43feacc8773ac059b24fad0d29aff485360523e54be8561
      file      0644 containers/volumes/layout/lower/blobs/sha256/ced6b6395f5fdcbaa7e9e512cfe976e43d872ada86afc318bddefd8decf8d959
      file      0644 containers/volumes/layout/lower/blobs/sha256/f126c0f96d36dbf045059f1a7e11af4593bb19aeeb3df18704bd26c4cd743fae
      file      0644 containers/volumes/layout/lower/blobs/sha256/ff01f0584c02b432b7fc78bf2d9c9494ecb1ceb4232a524469d56c1f4bd269a3
      file      0644 containers/volumes/layout/lower/index.json
      file      0644 containers/volumes/layout/lower/oci-layout
      file      0644 etc/hosts
      file      0644 etc/issue
      file      0644 etc/motd
      file      0644 etc/passwd
      file      0644 lib/apk/db/installed
      file      0644 lib/modules/6.12/a.ko
      file      0644 sbom.spdx.json
      file      0644 usr/lib/large
      file      0644 usr/lib/os-release
      file      0755 bin/rc.init
      file      0755 containers/onboot/000-first/lower/app
      file      0755 containers/onboot/000-first/lower/app-too
      file      0755 init
      file      0755 usr/sbin/service
      file      4755 usr/bin/runc
      symlink   0777 containers/onboot/000-first/lower/etc/mtab -> /proc/mounts
      symlink   0777 containers/services/sealed/rootfs/etc/mtab -> /proc/mounts
      symlink   0777 containers/volumes/data/lower/etc/mtab -> /proc/mounts
      symlink   0777 containers/volumes/data/lower/etc/resolv.conf -> /run/resolvconf/resolv.conf
      symlink   0777 containers/volumes/fixed/lower/etc/mtab -> /proc/mounts
      symlink   0777 containers/volumes/fixed/lower/etc/resolv.conf -> /run/resolvconf/resolv.conf
      symlink   0777 etc/mtab -> /proc/mounts
      symlink   0777 etc/os-release -> ../usr/lib/os-release
      symlink   0777 etc/resolv.conf -> /run/resolvconf/resolv.conf
      symlink   0777 sbin -> usr/sbin
      "
    `);
  });

  test('is the same in every format', async () => {
    await all();
    const tar = (await listTar(join(room, 'all/moby.tar'))).filter((line) => !line.startsWith('boot'));
    const initrd = splitInitrd((await read('moby-initrd.img')).subarray('microcode'.length + 3));
    expect(
      listInitrd(Buffer.concat(initrd.flatMap(({ packed }) => [packed, Buffer.alloc(-packed.length & 3)]))),
    ).toEqual(tar);
    const docker = await listTar(join(room, 'all/moby.docker'));
    expect(docker.filter((line) => !/^(boot|Dockerfile)/.test(line))).toEqual(tar);
    const packed = await readTarFile(join(room, 'all/moby-initrd.tar'));
    expect([...packed.keys()]).toEqual(['kernel', 'initrd.img', 'cmdline', 'ucode.cpio']);
    const inner = packed.get('initrd.img');
    if (inner?.type !== 'file') throw new Error('no initrd.img');
    expect(listInitrd(await contentBytes(inner.content))).toEqual(tar);
    const { stdout } = await (await hostTools()).run('unsquashfs', [
      '-lln',
      join(room, 'all/moby-squashfs.img'),
    ]);
    const squashed = [...stdout.matchAll(/ squashfs-root\/(\S+)/g)].map((match) => match[1]);
    expect(squashed.sort()).toEqual(tar.map((line) => line.split(' ')[0]).sort());
  });

  test('is the same in an ISO, to the last mode', async () => {
    await all();
    const { stdout } = await (await hostTools()).run('xorriso', [
      ...['-indev', join(room, 'all/moby.iso'), '-find', '/', '-exec', 'lsdl'],
    ]);
    const lines = [
      ...stdout.matchAll(/^(\S+)\s+\d+\s+(\d+)\s+(\d+)\s+(\d+) .{12} '\/(.+?)'(?: -> '(.*)')?$/gm),
    ];
    const listed = lines.map(([, mode = '', uid, gid, size, path, target]) =>
      [path, mode, mode.startsWith('-') ? size : '', `${uid}:${gid}`, target ?? ''].join(' '),
    );
    const tree = await readTarFile(join(room, 'all/moby.tar'));
    const nodes = [...tree].filter(([path]) => !/^(boot(\/|$)|$)/.test(path));
    const wanted = nodes.map(([path, node]) => {
      const size = node.type === 'file' ? sizeOf(node.content) : '';
      const target = node.type === 'symlink' ? node.target : '';
      return [path, modeText(node), size, `${node.uid}:${node.gid}`, target].join(' ');
    });
    expect(listed.sort()).toEqual(wanted.sort());
  });

  test('is the same in an EROFS, to the last byte', async () => {
    await all();
    const to = join(room, 'unpacked-erofs');
    const extract = [`--extract=${to}`, '--no-preserve-owner', '--preserve-perms'];
    await (await hostTools()).run('fsck.erofs', [...extract, join(room, 'all/moby-erofs.img')]);
    const tree = await readTarFile(join(room, 'all/moby.tar'));
    for (const [path, node] of tree) {
      if (/^(boot(\/|$)|$)/.test(path)) continue;
      const stats = await lstat(join(to, path));
      if (node.type !== 'symlink') expect(stats.mode & 0o7777, path).toBe(node.mode);
      if (node.type === 'file')
        expect(await readFile(join(to, path)), path).toEqual(Buffer.from(await contentBytes(node.content)));
      if (node.type === 'symlink') expect(await readlink(join(to, path))).toBe(node.target);
    }
  });

  test('each entry of a tar says where it came from', async () => {
    await all();
    const text = (await read('moby.tar')).toString('latin1');
    const locations = new Set(
      [...text.matchAll(/\d+ LINUXKIT\.location=(\S+)\n\d+ LINUXKIT\.source=(\S+)\n/g)].map(
        ([, location, source]) => `${location} ${source}`,
      ),
    );
    expect([...locations]).toEqual([
      'kernel oci:./kernel',
      'init[0] oci:./init',
      'init[1] oci:./runc',
      'volume[0] oci:./other',
      'volume[1] linuxkit.volumes',
      'volume[2] oci:./other',
      'volume[3] oci:./both',
      'onboot[0] oci:./app',
      'onshutdown[0] oci:./app',
      'services[0] oci:./app',
      'services[1] oci:./other',
      'files linuxkit.files',
      'sbom linuxkit.sbom',
    ]);
    const entries = (await readTarFile(join(room, 'all/moby.tar'))).size;
    expect(text.match(/LINUXKIT\.location=/g)).toHaveLength(entries);
  });

  test('a volume of the format oci holds the image as a layout, with each of its platforms', async () => {
    await all();
    const tree = await readTarFile(join(room, 'all/moby.tar'));
    const place = 'containers/volumes/layout/lower';
    const digests = [...tree.keys()].filter((path) => path.startsWith(`${place}/blobs/sha256/`));
    // Two configs, two manifests, their index, and the layer that both have.
    expect(digests).toHaveLength(6);
    const blob = async (digest: string) =>
      JSON.parse(await textAt(tree, `${place}/blobs/${digest.replace(':', '/')}`));
    const { manifests } = JSON.parse(await textAt(tree, `${place}/index.json`));
    expect(manifests).toMatchObject([{ annotations: { 'org.opencontainers.image.ref.name': 'both' } }]);
    const inner = (await blob(manifests[0].digest)).manifests;
    expect(inner.map(({ platform }: { platform: object }) => platform)).toEqual(
      expect.arrayContaining([
        { architecture: 'amd64', os: 'linux' },
        { architecture: 'arm64', os: 'linux', variant: 'v8' },
      ]),
    );
    const lock = await readFile(join(room, 'moby.lock.yml'), 'utf8');
    expect(lock).toMatch(/^ +oci:\.\/both \(all platforms\): sha256:[0-9a-f]{64}$/m);
    await build('one', ['tar'], { text: spec.replace('format: oci', 'format: oci, platforms: [arm64]') });
    await writeFile(join(room, 'moby.yml'), spec);
    const one = await readTarFile(join(room, 'one/moby.tar'));
    const [entry] = JSON.parse(await textAt(one, `${place}/index.json`)).manifests;
    expect(entry.platform).toEqual({ architecture: 'arm64', os: 'linux', variant: 'v8' });
  });

  test.each<[Arch, object]>([
    ['amd64', { os: 'linux', architecture: 'amd64' }],
    ['arm64', { os: 'linux', architecture: 'arm64', variant: 'v8' }],
  ])(
    'a component is there as what is built of it for %s, the same from every cache',
    async (arch, platform) => {
      onTestFinished(() => writeFile(join(room, 'moby.yml'), spec));
      await mkdir(join(room, 'made'), { recursive: true });
      await writeFile(
        join(room, 'made/component.yml'),
        'summary: Has a file.\nfiles: [{path: etc/made, contents: "made\\n"}]\nconfig: {entrypoint: [/made]}\n',
      );
      const text = 'init: [./made]\nvolumes: [{name: layout, image: ./made, format: oci}]\n';
      const [one, other] = [`made ${arch}`, `made ${arch} elsewhere`];
      await build(one, ['tar'], { text, arch });
      const again = await freshCache(`fresh ${arch}`);
      await build(other, ['tar'], { text, arch, cache: again });
      expect(await describeFiles(join(room, other))).toEqual(await describeFiles(join(room, one)));
      const wanted = text.replace('format: oci', 'format: oci, platforms: [s390x]');
      const refused = build(one, ['tar'], { text: wanted, arch });
      await expect(refused).rejects.toThrow(/made is not for linux\/s390x: it is for linux\/a/);
      await writeFile(join(room, 'moby.yml'), spec);

      const place = 'containers/volumes/layout/lower/';
      const root = await readTarFile(join(room, one, 'moby.tar'));
      const files = [...root].flatMap(([path, node]) =>
        path.startsWith(place) ? [[path.slice(place.length), node] as const] : [],
      );
      await writeLayoutDirectory(new Map(files), join(room, one, 'layout'));
      const origin: ImageOrigin = { kind: 'oci', path: join(one, 'layout'), tag: 'made' };
      const registries = await (await testContext()).registries();
      const reader: ImageAccess = { cache: await freshCache(`reader ${arch}`), registries, directory: room };
      const digest = await resolveWhole(origin, reader);
      const [found, ...others] = await pullPlatforms({ origin, digest }, [], reader);
      expect(others).toEqual([]);
      expect(found).toMatchObject({
        platform,
        image: { digest, config: { config: { Entrypoint: ['/made'] } } },
      });
      expect(await textAt(await imageTree(reader.cache, found.image), 'etc/made')).toBe('made\n');
    },
  );

  test('a disk has that layout as a segment of its own', async () => {
    await all();
    const context = { ...(await testContext()), cache };
    const loaded = await loadSpec({ file: join(room, 'moby.yml') }, context);
    const lock = await readLock(join(room, 'moby.lock.yml'));
    const request = { spec: loaded, arch: 'amd64', hostArch, lock, mode: 'frozen' } as const;
    const { locked } = await resolveSpec(request, { ...context, cache: await testCache() });
    const plan = planBuild(locked, ['raw']);
    const step = plan.steps.find(({ id }) => id.startsWith('segment layout '));
    expect(step?.id).toBe('segment layout oci:./both (all platforms)');
    await withWorkshop(locked, { ...context, cache: await testCache() }, async (workshop) => {
      const { blobs } = await createExecutor(workshop).resultOf(step as Step<KeptSegment>);
      const segment = workshop.cache.blobPath(blobs.segment.digest);
      const { stdout } = await (await hostTools()).run('unsquashfs', ['-lln', segment]);
      const paths = [...stdout.matchAll(/ squashfs-root\/(\S+)/g)].map((match) => match[1]);
      expect(paths).toContain('oci-layout');
      expect(paths.filter((path) => path?.startsWith('blobs/sha256/'))).toHaveLength(6);
    });
  });

  test('has a bill of materials at its root, after all else, unless it is not wanted', async () => {
    await all();
    for (const name of ['moby.tar', 'moby.docker']) {
      const tree = await readTarFile(join(room, 'all', name));
      expect([...tree.keys()].at(-1)).toBe('sbom.spdx.json');
      const document = JSON.parse(await textAt(tree, 'sbom.spdx.json'));
      checkSpdx(document);
      const names = document.packages.map((each: { name: string }) => each.name);
      expect(names).toEqual([
        'moby',
        'oci:./app',
        'oci:./both',
        'oci:./init',
        'oci:./kernel',
        'oci:./other',
        'oci:./runc',
      ]);
    }
    await build('without', ['tar'], { sbom: false });
    const without = await readTarFile(join(room, 'without/moby.tar'));
    expect(without.has('sbom.spdx.json')).toBe(false);
    const own = 'files:\n  - {path: sbom.spdx.json, contents: mine}';
    await build('own', ['tar'], { text: spec.replace('files:', own) });
    await writeFile(join(room, 'moby.yml'), spec);
    expect(await textAt(await readTarFile(join(room, 'own/moby.tar')), 'sbom.spdx.json')).toBe('mine');
  });

  test('an image of several containers is there once, and the others mount it', async () => {
    await all();
    const tree = await readTarFile(join(room, 'all/moby.tar'));
    const holders = [...tree.keys()].filter((path) => path.endsWith('/app-too'));
    expect(holders).toEqual(['containers/onboot/000-first/lower/app-too']);
    const mounts = async (bundle: string) =>
      JSON.parse(await textAt(tree, `containers/${bundle}/runtime.json`)).mounts;
    expect((await mounts('services/app'))[2].options[0]).toBe('lowerdir=/containers/onboot/000-first/lower');
    expect((await mounts('onshutdown/000-last'))[0]).toMatchObject({
      source: '/containers/onboot/000-first/lower',
      destination: '/containers/onshutdown/000-last/rootfs',
    });
  });
});

async function textAt(tree: ReadonlyTree, path: string): Promise<string> {
  const node = tree.get(path);
  if (node?.type !== 'file') throw new Error(`no file ${path}`);
  return Buffer.from(await contentBytes(node.content)).toString();
}

function summary(path: string, node: ReturnType<ReadonlyTree['get']> & object): string {
  const leads = node.type === 'symlink' ? ` -> ${node.target}` : '';
  return `${node.type.padEnd(9)} ${node.mode.toString(8).padStart(4, '0')} ${path}${leads}\n`;
}

test('kernel, arguments and microcode come out as they went in', async () => {
  await all();
  expect(String(await read('moby-kernel'))).toBe('a kernel');
  expect(String(await read('moby-cmdline'))).toBe('console=ttyS0 quiet');
  expect((await read('moby-initrd.img')).toString('latin1', 0, 12)).toBe('microcode\0\0\0');
});

/** Empty but for the host tools. */
async function freshCache(name: string): Promise<Cache> {
  const fresh = await openCache(join(room, name));
  await rm(toolsDirectory(fresh.root), { recursive: true, force: true });
  await link(toolsDirectory((await testCache()).root), toolsDirectory(fresh.root));
  return fresh;
}

test('an empty cache and another directory give the same bytes; what is there is not written again', async () => {
  const { artifacts } = await all();
  const again = await all();
  expect(again.artifacts.map(({ cached }) => cached)).toEqual(artifacts.map(() => true));
  await build('elsewhere', linuxkitNames, { cache: await freshCache('fresh') });
  expect(await describeFiles(join(room, 'elsewhere'))).toEqual(await describeFiles(join(room, 'all')));
});

test('a changed file makes one small archive anew, and no other', async () => {
  await all();
  const before = splitInitrd((await read('moby-initrd.img')).subarray(12)).map(({ packed }) =>
    String(packed),
  );
  await build('changed', ['kernel+initrd'], { text: spec.replace('hello', 'good-bye') });
  const bytes = await readFile(join(room, 'changed/moby-initrd.img'));
  const after = splitInitrd(bytes.subarray(12)).map(({ packed }) => String(packed));
  await writeFile(join(room, 'moby.yml'), spec);
  expect(after.filter((piece) => !before.includes(piece))).toHaveLength(1);
});

test('an initrd that does not fit is an error with the numbers, before anything is written', async () => {
  await mkdir(join(room, 'small'));
  const failed = build('small', ['kernel+initrd'], { memory: 64 << 20 });
  await expect(failed).rejects.toMatchObject({ fault: 'spec', code: 'initrd-too-large' });
  await expect(failed).rejects.toThrow(/needs 64\.\d MiB of memory to boot, and the machine has 64 MiB/);
  expect(await readdir(join(room, 'small'))).toEqual([]);
  await build('small', ['kernel+initrd']);
  const unchanged = build('small', ['kernel+initrd'], { memory: 64 << 20 });
  await expect(unchanged).rejects.toMatchObject({ fault: 'spec', code: 'initrd-too-large' });
});

test('microcode that the kernel’s image has not is told, and left out', async () => {
  const warned: string[] = [];
  const reporter = { ...silentReporter, warn: (message: string) => void warned.push(message) };
  await build('no-ucode', ['tar'], { text: spec.replace('ucode.cpio', 'none.cpio'), reporter });
  await writeFile(join(room, 'moby.yml'), spec);
  expect(warned).toEqual(['oci:./kernel has no /none.cpio: the machine starts without microcode']);
  expect((await readTarFile(join(room, 'no-ucode/moby.tar'))).has('boot/ucode.cpio')).toBe(false);
});

test('without a kernel there is a tar, and an error for what has a kernel', async () => {
  const text = spec.replace(/^kernel: .*$/m, '');
  await build('bare', ['tar'], { text });
  const tree = await readTarFile(join(room, 'bare/moby.tar'));
  expect([...tree.keys()].filter((path) => path.startsWith('boot'))).toEqual([]);
  await expect(build('bare', ['kernel+initrd'])).rejects.toMatchObject({ code: 'spec-no-kernel' });
  await writeFile(join(room, 'moby.yml'), spec);
});
