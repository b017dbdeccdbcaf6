// The tools' root directory in the cache: `<cache>/tools/<key>`. Made aside and renamed, so that it is whole or absent,
// and two processes that make the same one at once both end with it.
import { createHash } from 'node:crypto';
import { lstat, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Digest, digestFromHex, digestHex } from '../base/digest.ts';
import { canonicalJson } from '../base/json.ts';
import { byName } from '../base/order.ts';
import type { Reporter } from '../base/reporter.ts';
import type { LockedPackage } from '../packages/locked.ts';
import type { Cache } from '../store/cache.ts';
import { errorCode, withDisk } from '../store/disk.ts';
import { eachLimited } from '../store/each-limited.ts';
import { toolsDirectory } from '../store/layout.ts';
import { sizeOf } from '../tree/content.ts';
import type { ReadonlyTree } from '../tree/tree.ts';
import { layoutVersion, mergeForTools, writeTree } from './unpack.ts';

export interface RootRequest {
  readonly cache: Pick<Cache, 'root' | 'scratch' | 'recordUse'>;
  readonly reporter: Reporter;
  readonly packages: readonly LockedPackage[];
  /** Fetches, verifies and reads one package. */
  readonly packageTree: (locked: LockedPackage) => Promise<ReadonlyTree>;
}

/** Sizes by path: tells after a power cut whether what was renamed also reached the disk. */
type Manifest = readonly (readonly [path: string, size: number])[];

export function keyOfTools(packages: readonly LockedPackage[]): Digest {
  const digests = packages.map((locked) => locked.digest).sort(byName);
  return digestFromHex(
    createHash('sha256')
      .update(canonicalJson({ layoutVersion, packages: digests }))
      .digest('hex'),
  );
}

type RootPlace = Pick<RootRequest, 'packages'> & { readonly cache: Pick<Cache, 'root'> };

/** Whether `prepareRoot` has nothing to do. */
export async function isPrepared(request: RootPlace): Promise<boolean> {
  return isWhole(homeOf(request));
}

const homeOf = ({ cache, packages }: RootPlace): string =>
  join(toolsDirectory(cache.root), digestHex(keyOfTools(packages)));

/** The absolute path of the unpacked root. */
export async function prepareRoot(request: RootRequest): Promise<string> {
  const final = homeOf(request);
  if (await isWhole(final)) {
    await request.cache.recordUse(final);
    return join(final, 'root');
  }

  const aside = await request.cache.scratch();
  try {
    const made = join(aside.path, 'tools');
    const tree = mergeForTools(await readPackages(request));
    await withDisk(made, async () => {
      await mkdir(join(made, 'root'), { recursive: true });
      await writeTree(tree, join(made, 'root'));
      await writeFile(join(made, 'manifest.json'), JSON.stringify(manifestOf(tree)), { mode: 0o644 });
      await mkdir(dirname(final), { recursive: true });
      await moveIn(made, final);
    });
  } finally {
    await aside.dispose();
  }
  return join(final, 'root');
}

async function readPackages({ packages, packageTree, reporter }: RootRequest) {
  const task = reporter.task('unpacking the host tools', { total: packages.length, unit: 'steps' });
  const sorted = packages.toSorted((a, b) => byName(a.path, b.path));
  const unpack = async (locked: LockedPackage) => {
    const tree = await packageTree(locked);
    task.advance(1);
    return { name: `${locked.name} ${locked.version} (${locked.arch})`, tree };
  };
  const trees = await eachLimited(sorted, unpack, { parallel: 8 });
  task.done();
  return trees;
}

function manifestOf(tree: ReadonlyTree): Manifest {
  return [...tree].flatMap(([path, node]) =>
    node.type === 'file' ? [[path, sizeOf(node.content)] as const] : [],
  );
}

async function isWhole(directory: string): Promise<boolean> {
  try {
    const manifest = JSON.parse(await readFile(join(directory, 'manifest.json'), 'utf8')) as Manifest;
    const sizes = await Promise.all(manifest.map(([path]) => lstat(join(directory, 'root', path))));
    return sizes.every((found, index) => found.isFile() && found.size === manifest[index]![1]);
  } catch (thrown) {
    if (errorCode(thrown) === 'ENOENT' || thrown instanceof SyntaxError) return false;
    throw thrown;
  }
}

/** Where another process was first, its directory stays; where what is there is damaged, it goes. */
async function moveIn(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (thrown) {
    if (!['ENOTEMPTY', 'EEXIST'].includes(errorCode(thrown) ?? '')) throw thrown;
    if (await isWhole(to)) return;
    await rm(to, { recursive: true, force: true });
    await moveIn(from, to);
  }
}
