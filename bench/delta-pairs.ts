// The pairs of bench/delta.ts: what two versions of a real image differ in, from the packages that Debian's archive has both
// of, packed as the command packs them. Each is one segment; what stands before it in a root is a base of a few files that
// says the version, as in every release.

import { silentReporter } from '../src/base/reporter.ts';
import { loadArchive } from '../src/debian/archive.ts';
import { packageTree } from '../src/debian/deb.ts';
import type { PackageIndex } from '../src/debian/index.ts';
import { findMirror } from '../src/debian/mirror.ts';
import type { Package } from '../src/debian/packages.ts';
import { makeSegment } from '../src/image/segment.ts';
import type { PackageAccess } from '../src/packages/source.ts';
import { segmentLevel } from '../src/steps/levels.ts';
import type { Blob } from '../src/store/blob.ts';
import type { Cache } from '../src/store/cache.ts';
import { contentBytes } from '../src/tree/content.ts';
import type { Tree } from '../src/tree/tree.ts';
import { noise } from '../test/agent/update/support/releases.ts';
import { hostTools, testCache } from '../test/support/tools.ts';

export interface PairSide {
  readonly version: string;
  readonly segment: Blob;
  /** Of the boot image. */
  readonly kernel: Buffer;
}

export interface Pair {
  readonly name: string;
  readonly old: PairSide;
  readonly fresh: PairSide;
}

interface Archive {
  readonly cache: Cache;
  readonly packages: PackageIndex;
  readonly access: PackageAccess;
}

/** The suite, as every pair needs it. */
async function openArchive(): Promise<Archive> {
  const cache = await testCache();
  const mirror = await findMirror({ environment: process.env });
  const access = { mirror, cache, reporter: silentReporter, offline: false };
  const { packages } = await loadArchive({ ...access, suite: 'trixie', arch: 'amd64', now: new Date() });
  return { cache, packages, access };
}

const openssh = [
  ...['openssh-server', 'openssh-client', 'openssh-sftp-server', 'libssl3t64'],
  ...[
    'libc6',
    'libcrypt1',
    'libpam0g',
    'libselinux1',
    'libaudit1',
    'zlib1g',
    'libcom-err2',
    'libgssapi-krb5-2',
  ],
];
const docker = ['docker.io', 'docker-cli', 'containerd', 'runc'];

/** Those that are named, or all. */
export async function makePairs(names: readonly string[]): Promise<Pair[]> {
  const archive = await openArchive();
  const makers: Readonly<Record<string, () => Promise<Pair>>> = {
    openssh: () => packagesPair(archive, 'openssh with libssl', openssh, openssh),
    docker: () => packagesPair(archive, 'docker.io rebuilt', ['docker.io'], docker),
    kernel: () => kernelPair(archive),
  };
  const pairs: Pair[] = [];
  for (const [name, make] of Object.entries(makers))
    if (names.length === 0 || names.includes(name)) pairs.push(await make());
  return pairs;
}

/** `changed` of `names` go from the version before to the newest, where the archive has two. */
async function packagesPair(
  archive: Archive,
  name: string,
  changed: readonly string[],
  names: readonly string[],
): Promise<Pair> {
  const newest = (each: string) => archive.packages.candidates(each)[0]!;
  const before = (each: string) => archive.packages.candidates(each)[1] ?? newest(each);
  const side = async (choose: (name: string) => Package): Promise<PairSide> => {
    const chosen = names.map((each) => (changed.includes(each) ? choose(each) : newest(each)));
    const segment = await pack(archive, await treeOf(archive, chosen));
    return { version: choose(changed[0]!).version, segment, kernel: noise('kernel', 1 << 20) };
  };
  return { name, old: await side(before), fresh: await side(newest) };
}

async function kernelPair(archive: Archive): Promise<Pair> {
  const [fresh, old] = archive.packages
    .candidates('linux-image-cloud-amd64')
    .map(({ depends }) => archive.packages.candidates(/linux-image-\S+/.exec(depends)![0])[0]!);
  const side = async (chosen: Package): Promise<PairSide> => {
    const all = await treeOf(archive, [chosen]);
    const [, image] = [...all].find(([path]) => path.startsWith('boot/vmlinuz-'))!;
    const modules: Tree = new Map(
      [...all]
        .filter(([path]) => path.startsWith('usr/lib/modules/'))
        .map(([path, node]) => [path.slice(16), node]),
    );
    if (image.type !== 'file') throw new Error('vmlinuz is no file');
    const kernel = Buffer.from(await contentBytes(image.content));
    return { version: chosen.version, segment: await pack(archive, modules), kernel };
  };
  return { name: 'kernel and its modules', old: await side(old!), fresh: await side(fresh!) };
}

async function treeOf({ access }: Archive, packages: readonly Package[]): Promise<Tree> {
  const tree: Tree = new Map();
  for (const each of packages) {
    for (const [path, node] of await packageTree(each, access)) {
      if (!/^(usr\/share\/(doc|man|locale|lintian)|var|etc\/init)\//.test(path)) tree.set(path, node);
    }
  }
  return tree;
}

async function pack({ cache }: Archive, tree: Tree): Promise<Blob> {
  return makeSegment(cache, await hostTools(), tree, {
    epoch: 1_700_000_000,
    level: segmentLevel,
    processors: 2,
  });
}
