// The real host tools for tests: solved from the real archive on the first run, then from the cache with no network.
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import type { Arch } from '../../src/base/arch.ts';
import type { Json } from '../../src/base/json.ts';
import { silentReporter } from '../../src/base/reporter.ts';
import { readComponent } from '../../src/component/definition.ts';
import { loadArchive } from '../../src/debian/archive.ts';
import { packageTree } from '../../src/debian/deb.ts';
import { findMirror } from '../../src/debian/mirror.ts';
import { solve } from '../../src/debian/solve.ts';
import type { LockedPackage } from '../../src/packages/locked.ts';
import { type Cache, openCache } from '../../src/store/cache.ts';
import { digestOf } from '../../src/store/digest-of.ts';
import { openTools } from '../../src/tools/open.ts';
import type { Tools } from '../../src/tools/tools.ts';

export type ToolsComponent =
  | 'tools'
  | 'tools-qemu'
  | 'tools-qemu-arm64'
  | 'tools-grub-amd64'
  | 'tools-grub-arm64'
  | 'tools-glance'
  | 'tools-host'
  | 'tools-deploy'
  | 'tools-ipxe'
  | 'tools-media'
  | 'tools-nft'
  | 'tools-orchestration'
  | 'tools-registry'
  | 'tools-tuf'
  | 'tools-update'
  | 'tools-zoo'
  /** For the BusyBox in it, in which the scripts of images run. */
  | 'getty';

const repository = resolve(import.meta.dirname, '../..');

export const hostArch: Arch = process.arch === 'arm64' ? 'arm64' : 'amd64';

export function testCacheRoot(): string {
  const named = process.env.CATAMARAN_CACHE;
  if (named) return named;
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'catamaran');
}

let cache: Promise<Cache> | undefined;
/** The default cache, shared by all tests: what comes from the archive is fetched once. */
export function testCache(): Promise<Cache> {
  cache ??= openCache(testCacheRoot());
  return cache;
}

const opened = new Map<string, Promise<Tools>>();
/** Default: all that a build for amd64 needs. */
export function hostTools(
  components: readonly ToolsComponent[] = ['tools', 'tools-grub-amd64'],
): Promise<Tools> {
  const name = components.join(' ');
  const tools = opened.get(name) ?? open(components);
  opened.set(name, tools);
  return tools;
}

async function open(components: readonly ToolsComponent[]): Promise<Tools> {
  const known = await packagesOf(components, 'known');
  try {
    return await openPackages(known);
  } catch {
    // The mirror may no longer have what was solved on another day.
    return await openPackages(await packagesOf(components, 'fresh'));
  }
}

async function openPackages(packages: readonly LockedPackage[]): Promise<Tools> {
  const cache = await testCache();
  return openTools({
    cache,
    reporter: silentReporter,
    packages,
    packageTree: async (locked) => packageTree(locked, await target()),
  });
}

export async function packagesOf(
  components: readonly ToolsComponent[],
  which: 'known' | 'fresh' = 'known',
): Promise<LockedPackage[]> {
  return (await Promise.all(components.map((name) => solveOnce(name, which)))).flat();
}

async function solveOnce(name: ToolsComponent, which: 'known' | 'fresh'): Promise<LockedPackage[]> {
  const cache = await testCache();
  const { packages: wanted, without } = await readComponent(directoryOf(name));
  const arch = name === 'tools-grub-arm64' ? 'arm64' : name === 'tools-grub-amd64' ? 'amd64' : hostArch;
  const request = { packages: wanted, without };
  const key = digestOf({ arch, ...request });
  const known = which === 'known' ? await cache.result('test-tools', key) : undefined;
  if (known !== undefined) return known as unknown as LockedPackage[];
  const archive = await loadArchive({ ...(await target()), suite: 'trixie', arch, now: new Date() });
  const packages = solve({ ...request, requester: name }, archive.packages).map(
    ({ why, ...locked }) => locked,
  );
  await cache.putResult('test-tools', key, packages as unknown as Json);
  return packages;
}

/** Of the host's tools, of the tests' own, or of what users build with. */
function directoryOf(name: ToolsComponent): string {
  const places = ['tools', 'test/components', 'components'].map((place) => join(repository, place, name));
  return places.find((directory) => existsSync(directory))!;
}

async function target() {
  const mirror = await findMirror({ environment: process.env });
  return { cache: await testCache(), mirror, reporter: silentReporter, offline: false };
}
