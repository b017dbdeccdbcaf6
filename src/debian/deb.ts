// A .deb file's content: its data member, decompressed once into the cache, read as a tree; and its control member alike,
// of which components read what a maintainer script would have done. Nothing of the package is run.

import { open } from 'node:fs/promises';
import { readTarFile } from '../archive/read-tar.ts';
import { type DataFormat, type UnpackRequest, unpackIntoCache, writeUnpacked } from '../archive/unpack.ts';
import { isDigest } from '../base/digest.ts';
import { CatamaranError } from '../base/errors.ts';
import { byName } from '../base/order.ts';
import type { LockedPackage } from '../packages/locked.ts';
import type { PackageAccess } from '../packages/source.ts';
import { eachLimited } from '../store/each-limited.ts';
import type { Content } from '../tree/content.ts';
import type { Tree } from '../tree/tree.ts';
import { type ArMember, listArMembers } from './ar.ts';
import { fetchPackage } from './fetch-package.ts';

/** Fetches and unpacks whatever of it the cache does not have yet, several at a time, so that their trees are at hand. */
export async function preparePackages(
  packages: readonly LockedPackage[],
  options: PackageAccess,
  parallel = 6,
): Promise<void> {
  const total = packages.reduce((sum, { size }) => sum + size, 0);
  const task = options.reporter.task('packages', { total, unit: 'bytes' });
  // The largest first, so that none of them is left alone at the end.
  const ordered = [...packages].sort((a, b) => b.size - a.size || byName(a.name, b.name));
  try {
    const prepare = async (wanted: LockedPackage, _: number, signal: AbortSignal) => {
      let arrived = 0;
      const advance = (bytes: number) => {
        arrived += bytes;
        task.advance(bytes);
      };
      // All of them are one task for people: a package's own download adds to it.
      const reporter = { ...options.reporter, task: () => ({ advance, done() {} }) };
      await dataTar(wanted, { ...options, reporter, signal });
      advance(wanted.size - arrived);
    };
    await eachLimited(ordered, prepare, { parallel, signal: options.signal });
  } finally {
    task.done();
  }
}

/** The files of a package, which is fetched if the cache does not have it. */
export async function packageTree(wanted: LockedPackage, options: PackageAccess): Promise<Tree> {
  return readTarFile(await dataTar(wanted, options));
}

/** Its control files, by their names: postinst, triggers, …; it is fetched again if the cache has dropped the .deb. */
export async function packageControl(wanted: LockedPackage, options: PackageAccess): Promise<Tree> {
  return readTarFile(await memberTar('control', wanted, options));
}

/** The path of the package's data.tar, uncompressed, in the cache. */
export const dataTar = (wanted: LockedPackage, options: PackageAccess): Promise<string> =>
  memberTar('data', wanted, options);

type Member = 'data' | 'control';

async function memberTar(member: Member, wanted: LockedPackage, options: PackageAccess): Promise<string> {
  const { cache, unpack = writeUnpacked } = options;
  const kind = `deb-${member}`;
  const made = await cache.result(kind, wanted.digest);
  const known = typeof made === 'string' && isDigest(made) ? await cache.verifiedBlob(made) : undefined;
  if (known !== undefined) return known;
  const deb = await fetchPackage(wanted, options);
  const request = await describeMember(cache.blobPath(deb.digest), member, wanted);
  const tar = await unpackIntoCache(request, cache, unpack);
  await cache.putResult(kind, wanted.digest, tar.digest);
  return cache.blobPath(tar.digest);
}

async function describeMember(path: string, member: Member, wanted: LockedPackage): Promise<UnpackRequest> {
  const { offset, size, format } = await findMember(path, member, wanted);
  const content: Content = { at: 'file', path, offset, size };
  return { content, format, limit: unpackedLimit(wanted.size), what: nameOf(wanted) };
}

/** No real package comes near it: the most compressible in the archive shrink to a fiftieth. */
function unpackedLimit(compressed: number): number {
  return Math.min(Math.max(compressed * 100, 64 << 20), 8 * 2 ** 30);
}

const formats: Readonly<Record<string, DataFormat>> = {
  tar: 'none',
  'tar.gz': 'gzip',
  'tar.xz': 'xz',
  'tar.zst': 'zstd',
};

const formatOf = (name: string, member: Member): DataFormat | undefined =>
  name.startsWith(`${member}.`) ? formats[name.slice(member.length + 1)] : undefined;

/** deb(5): debian-binary, control.tar[.*], data.tar.*, in this order; names that begin with `_` may stand between. */
async function findMember(
  path: string,
  member: Member,
  wanted: LockedPackage,
): Promise<ArMember & { format: DataFormat }> {
  const file = await open(path, 'r');
  try {
    const all = await listArMembers(file);
    if (typeof all === 'string') throw malformed(wanted, all);
    const [first, control, data] = all.filter(({ name }) => !name.startsWith('_'));
    if (first === undefined || first !== all[0] || first.name !== 'debian-binary' || first.size > 64) {
      throw malformed(wanted, 'its first member is not debian-binary');
    }
    const version = Buffer.alloc(first.size);
    await file.read(version, 0, first.size, first.offset);
    if (!/^2\.\d+\n/.test(version.toString('latin1'))) {
      throw malformed(wanted, `its format version is ${JSON.stringify(version.toString('latin1'))}, not 2.x`);
    }
    const controlFormat = formatOf(control?.name ?? '', 'control');
    if (!control || controlFormat === undefined) {
      throw malformed(wanted, `its second member is ${control?.name ?? 'missing'}, not control.tar`);
    }
    const format = formatOf(data?.name ?? '', 'data');
    if (!data || format === undefined) {
      throw malformed(
        wanted,
        `its third member is ${data?.name ?? 'missing'}, not data.tar with gz, xz, zst or none`,
      );
    }
    return member === 'data' ? { ...data, format } : { ...control, format: controlFormat };
  } finally {
    await file.close();
  }
}

const nameOf = ({ name, version }: LockedPackage) => `the package ${name} ${version}`;

function malformed(wanted: LockedPackage, problem: string): CatamaranError {
  return new CatamaranError('integrity', {
    code: 'debian-deb-malformed',
    message: `${nameOf(wanted)} (${wanted.path}) is not a Debian package that can be read: ${problem}`,
    hint: 'Its digest is right, so the archive has it like this: report it.',
  });
}
