// The real host tools for tests: solved from the real archive on the first run, then from the cache with no network.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { Arch } from '../../src/base/arch.ts';
import { digestFromHex } from '../../src/base/digest.ts';
import type { Json } from '../../src/base/json.ts';
import { silentReporter } from '../../src/base/reporter.ts';
import { loadArchive } from '../../src/debian/archive.ts';
import { packageTree } from '../../src/debian/deb.ts';
import type { LockedPackage } from '../../src/packages/locked.ts';
import { findMirror } from '../../src/debian/mirror.ts';
import { solve } from '../../src/debian/solve.ts';
import { type Cache, openCache } from '../../src/store/cache.ts';
import { openTools } from '../../src/tools/open.ts';
import type { Tools } from '../../src/tools/tools.ts';

export type ToolsComponent =
  | 'tools'
  | 'tools-qemu'
  | 'tools-qemu-arm64'
  | 'tools-grub-amd64'
  | 'tools-grub-arm64'
  /** For the BusyBox in it, in which the scripts of images run. */
  | 'getty';

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
  const text = await readFile(new URL(`../../components/${name}/component.yml`, import.meta.url), 'utf8');
  const arch = name === 'tools-grub-arm64' ? 'arm64' : name === 'tools-grub-amd64' ? 'amd64' : hostArch;
  const key = digestFromHex(createHash('sha256').update(`${arch}\n${text}`).digest('hex'));
  const known = which === 'known' ? await cache.result('test-tools', key) : undefined;
  if (known !== undefined) return known as unknown as LockedPackage[];
  const request = parse(text) as { packages: string[]; without: string[] };
  const archive = await loadArchive({ ...(await target()), suite: 'trixie', arch, now: new Date() });
  const packages = solve({ ...request, requester: name }, archive.packages).map(
    ({ why, ...locked }) => locked,
  );
  await cache.putResult('test-tools', key, packages as unknown as Json);
  return packages;
}

async function target() {
  const mirror = await findMirror({ environment: process.env });
  return { cache: await testCache(), mirror, reporter: silentReporter, offline: false };
}
