// Components made by hand for tests, and real packages of the archive.
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { Arch } from '../../src/base/arch.ts';
import { digestFromHex } from '../../src/base/digest.ts';
import type { Json } from '../../src/base/json.ts';
import { silentReporter } from '../../src/base/reporter.ts';
import { buildComponent, type ComponentHost } from '../../src/component/build.ts';
import { readSources } from '../../src/component/sources.ts';
import { loadArchive } from '../../src/debian/archive.ts';
import { packageControl, packageTree } from '../../src/debian/deb.ts';
import { findMirror } from '../../src/debian/mirror.ts';
import { solve } from '../../src/debian/solve.ts';
import { imageTree } from '../../src/oci/flatten.ts';
import type { LockedPackage } from '../../src/packages/locked.ts';
import { openCache } from '../../src/store/cache.ts';
import { digestOf } from '../../src/store/digest-of.ts';
import { mergeTrees } from '../../src/tree/merge.ts';
import type { ReadonlyTree, Tree } from '../../src/tree/tree.ts';
import { hostTools, testCache } from '../support/tools.ts';

export async function freshDirectory(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'catamaran-component-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** Writes files, by their paths below `root`. */
export async function writeFiles(root: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}

export function lockedPackage(name: string): LockedPackage {
  const digest = digestFromHex(createHash('sha256').update(name).digest('hex'));
  return { name, version: '1', arch: 'all', pocket: 'main', path: `pool/${name}.deb`, digest, size: 1 };
}

/** A host whose archive has these packages, in a cache of its own. */
export async function hostWith(
  packages: Readonly<Record<string, ReadonlyTree>>,
  controls: Readonly<Record<string, ReadonlyTree>> = {},
): Promise<ComponentHost> {
  return {
    cache: await openCache(join(await freshDirectory(), 'cache')),
    packageTree: async ({ name }) => {
      const tree = packages[name];
      if (tree === undefined) throw new Error(`no package ${name}`);
      return tree;
    },
    packageControl: async ({ name }) => controls[name] ?? new Map(),
    ...toolHost,
  };
}

/** What generators that run a tool are given: the real tools. */
export const toolHost = {
  // Also outside of a test, in a hook: the cache clears away what the process leaves there.
  scratch: async (): Promise<string> => (await (await testCache()).scratch()).path,
  runTool: async (name: string, args: readonly string[]): Promise<void> => {
    await (await hostTools()).run(name, args);
  },
};

/** The files of real packages together. */
export async function realTree(
  packages: readonly string[],
  without: readonly string[] = [],
  arch: Arch = 'amd64',
): Promise<Tree> {
  return withRealPackages(packages, without, arch, async (locked, { packageTree }) =>
    mergeTrees(
      await Promise.all(locked.map(async (each) => ({ name: each.name, tree: await packageTree(each) }))),
    ),
  );
}

/** A component of real packages, built; and the files that it has. */
export async function buildReal(directory: string, arch: Arch = 'amd64'): Promise<Tree> {
  const sources = await readSources(directory);
  const { packages, without } = sources.definition;
  return withRealPackages(packages, without, arch, async (locked, host) => {
    const image = await buildComponent({ sources, packages: locked, arch, epoch: 1_700_000_000 }, host);
    return imageTree(host.cache, image);
  });
}

/** Real packages, solved once, then remembered by the cache that tests share. */
async function withRealPackages<T>(
  packages: readonly string[],
  without: readonly string[],
  arch: Arch,
  use: (locked: readonly LockedPackage[], host: ComponentHost) => Promise<T>,
): Promise<T> {
  const cache = await testCache();
  const common = { cache, reporter: silentReporter, offline: false };
  const mirror = () => findMirror({ environment: process.env });
  const request = { packages, without };
  const key = digestOf({ ...request, arch } as Json);
  const host: ComponentHost = {
    cache,
    packageTree: (each) => packageTree(each, { ...common, mirror }),
    packageControl: (each) => packageControl(each, { ...common, mirror }),
    ...toolHost,
  };
  const solveAnew = async () => {
    const archive = await loadArchive({
      ...common,
      mirror: await mirror(),
      suite: 'trixie',
      arch,
      now: new Date(),
    });
    const solved = solve({ ...request, requester: 'a test' }, archive.packages);
    const locked = solved.map(({ why: _, ...each }) => each);
    await cache.putResult('test-packages', key, locked as unknown as Json);
    return locked;
  };
  const known = (await cache.result('test-packages', key)) as unknown as LockedPackage[] | undefined;
  if (known === undefined) return use(await solveAnew(), host);
  // What was solved on another day may have left the mirror.
  return use(known, host).catch(async () => use(await solveAnew(), host));
}
