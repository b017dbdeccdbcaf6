// The whole way from a mirror to packages, on a small archive that the test makes and signs, with each thing that a
// mirror can do wrong.
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { CatamaranError } from '../../src/base/errors.ts';
import { silentReporter } from '../../src/base/reporter.ts';
import { type ArchiveRequest, loadArchive } from '../../src/debian/archive.ts';
import { packageTree, preparePackages } from '../../src/debian/deb.ts';
import { solve } from '../../src/debian/solve.ts';
import type { PackageAccess } from '../../src/packages/source.ts';
import { type Cache, openCache } from '../../src/store/cache.ts';
import { contentBytes } from '../../src/tree/content.ts';
import { temporaryCache } from './support/temporary-cache.ts';
import {
  makeSigner,
  makeTinyArchive,
  type Signer,
  type TinyArchive,
  testNow,
} from './support/tiny-archive.ts';
import { serveMirror, type TinyMirror } from './support/tiny-mirror.ts';

let signer: Signer;
let archive: TinyArchive;
let served: TinyMirror;
let cache: Cache;
let removeCache: () => Promise<void>;

const packages = [
  { name: 'app', fields: { Depends: 'lib (>= 1)' } },
  { name: 'lib', version: '1.0-1' },
  { name: 'data', arch: 'all' },
];
const security = [{ name: 'lib', version: '1.0-1+deb13u1' }];
const inRelease = 'debian/dists/trixie/InRelease';
const impatient = { tries: 2, stall: 200, backOff: 1 };

beforeAll(async () => {
  signer = await makeSigner();
});

beforeEach(async () => {
  archive = await makeTinyArchive({ signer, packages, security });
  served = await serveMirror(archive.files);
  ({ cache, remove: removeCache } = await temporaryCache());
});

afterEach(async () => {
  await served.close();
  await removeCache();
});

function load(more: Partial<ArchiveRequest> = {}) {
  return loadArchive({
    mirror: served.mirror,
    suite: 'trixie',
    arch: 'amd64',
    cache,
    reporter: silentReporter,
    offline: false,
    now: testNow,
    keys: [signer.trusted],
    patience: impatient,
    ...more,
  });
}

const fetching = (more: Partial<PackageAccess> = {}): PackageAccess => ({
  mirror: served.mirror,
  cache,
  reporter: silentReporter,
  offline: false,
  patience: impatient,
  ...more,
});

async function failureOf(work: Promise<unknown>) {
  const thrown = await work.then(
    () => new Error('it went well'),
    (thrown) => thrown,
  );
  if (!(thrown instanceof CatamaranError)) throw thrown;
  const { fault, code, message } = thrown;
  return { fault, code, message: message.replaceAll(served.url, 'URL').replaceAll(/[0-9a-f]{64}/g, 'HEX') };
}

function flipByte(path: string): void {
  const bytes = Uint8Array.from(archive.files.get(path)!);
  bytes[bytes.length >> 1]! ^= 1;
  archive.files.set(path, bytes);
}

function flipIndex(): void {
  for (const path of archive.files.keys()) {
    if (path.startsWith('debian/dists/trixie/main/')) flipByte(path);
  }
}

describe('an archive in order', () => {
  test('the pockets are searched together, and the dates are kept', async () => {
    const { packages, releases, snapshotEpoch } = await load();
    expect(packages.names()).toEqual(['app', 'data', 'lib']);
    expect(
      solve({ packages: ['app', 'data'] }, packages).map(({ name, version, pocket }) => [
        name,
        version,
        pocket,
      ]),
    ).toEqual([
      ['app', '1.0-1', 'main'],
      ['data', '1.0-1', 'main'],
      ['lib', '1.0-1+deb13u1', 'security'],
    ]);
    expect(releases.map(({ suite, date }) => [suite, date])).toEqual([
      ['trixie', '2026-02-28T12:00:00Z'],
      ['trixie-updates', '2026-02-28T12:00:00Z'],
      ['trixie-security', '2026-02-28T12:00:00Z'],
    ]);
    expect(snapshotEpoch).toBe(Date.parse('2026-02-28T12:00:00Z') / 1000);
  });

  test('of the archive’s components those that are named are searched, and main alone where none is', async () => {
    const firmware = [{ name: 'microcode' }];
    await served.close();
    served = await serveMirror((await makeTinyArchive({ signer, packages, firmware })).files);
    const names = async (components?: string[]) =>
      (await load(components ? { components } : {})).packages.names();
    expect(await names()).toEqual(['app', 'data', 'lib']);
    expect(await names(['main', 'non-free-firmware'])).toEqual(['app', 'data', 'lib', 'microcode']);
    expect(await names(['non-free-firmware'])).toEqual(['microcode']);
  });

  test('indexes are fetched by hash, and once', async () => {
    await load();
    expect(
      served.requests.filter((path) => !path.includes('/by-hash/') && !path.endsWith('/InRelease')),
    ).toEqual([]);
    served.requests.length = 0;
    await load();
    expect(served.requests.sort()).toEqual([
      'debian-security/dists/trixie-security/InRelease',
      'debian/dists/trixie-updates/InRelease',
      'debian/dists/trixie/InRelease',
    ]);
  });

  test('indexes are fetched by name where there are none by hash', async () => {
    for (const path of [...archive.files.keys()]) if (path.includes('/by-hash/')) archive.files.delete(path);
    expect((await load()).packages.names()).toEqual(['app', 'data', 'lib']);
  });

  test('indexes are asked for by name where the suite does not offer them by hash', async () => {
    const other = await makeTinyArchive({ signer, packages, byHash: false });
    for (const [path, bytes] of other.files) archive.files.set(path, bytes);
    expect((await load()).packages.names()).toEqual(['app', 'data', 'lib']);
    expect(served.requests.filter((path) => path.includes('/by-hash/'))).toEqual([]);
  });

  test('offline, what was last seen is taken, and without that it is an error', async () => {
    expect(await failureOf(load({ offline: true }))).toMatchObject({
      fault: 'network',
      code: 'download-offline',
    });
    const before = await load();
    await served.close();
    const after = await load({ offline: true });
    expect(after.releases).toEqual(before.releases);
    expect(after.packages.names()).toEqual(before.packages.names());
  });

  test('packages are prepared together, and their trees then need no mirror', async () => {
    const solved = solve({ packages: ['app', 'data'] }, (await load()).packages);
    await preparePackages(solved, fetching());
    await served.close();
    const trees = await Promise.all(solved.map((one) => packageTree(one, fetching({ offline: true }))));
    expect(trees.map((tree) => [...tree.keys()].filter((path) => path.startsWith('usr/share/')))).toEqual([
      ['usr/share/app'],
      ['usr/share/data'],
      ['usr/share/lib'],
    ]);
  });

  test('a package is fetched, unpacked and read, and then needs no mirror', async () => {
    const solved = solve({ packages: ['app'] }, (await load()).packages);
    await preparePackages(solved, fetching());
    const tree = await packageTree(solved[0]!, fetching());
    expect([...tree.keys()]).toContain('usr/share/app');
    served.requests.length = 0;
    const again = await packageTree(solved[0]!, fetching({ offline: true }));
    const node = again.get('usr/share/app');
    if (node?.type !== 'file') throw new Error('no file');
    expect(Buffer.from(await contentBytes(node.content)).toString()).toBe('the content of app\n');
    expect(served.requests).toEqual([]);
  });
});

test('whatever is damaged in the cache is made or fetched again', async () => {
  const solved = solve({ packages: ['app', 'data'] }, (await load()).packages);
  await preparePackages(solved, fetching());
  const blobs = join(cache.root, 'blobs');
  for (const entry of await readdir(blobs, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path);
    bytes[bytes.length >> 1]! ^= 1;
    await writeFile(path, bytes);
  }
  // As a later process finds it: nothing has been checked yet.
  cache = await openCache(cache.root);
  expect(solve({ packages: ['app', 'data'] }, (await load()).packages)).toEqual(solved);
  const trees = await Promise.all(solved.map((one) => packageTree(one, fetching())));
  const node = trees[0]!.get('usr/share/app');
  if (node?.type !== 'file') throw new Error('no file');
  expect(Buffer.from(await contentBytes(node.content)).toString()).toBe('the content of app\n');
});

describe('a mirror that cannot be trusted', () => {
  const replaced: Record<string, () => Promise<void> | void> = {
    'signed by another key': async () => {
      const other = await makeTinyArchive({ signer: await makeSigner('Stranger'), packages });
      archive.files.set(inRelease, other.files.get(inRelease)!);
    },
    'unsigned text before the signed': () => {
      archive.files.set(
        inRelease,
        Buffer.concat([Buffer.from('Codename: trixie\n\n'), archive.files.get(inRelease)!]),
      );
    },
    'unsigned text after the signed': () => {
      archive.files.set(inRelease, Buffer.concat([archive.files.get(inRelease)!, Buffer.from('SHA256:\n')]));
    },
    'a suite that has expired': async () => {
      const release = { 'Valid-Until': 'Sat, 28 Feb 2026 13:00:00 UTC' };
      const other = await makeTinyArchive({ signer, packages, release });
      archive.files.set(inRelease, other.files.get(inRelease)!);
    },
    'one suite in place of another': () => {
      archive.files.set(inRelease, archive.files.get('debian/dists/trixie-updates/InRelease')!);
    },
    'a flipped byte in an index': flipIndex,
    'an InRelease file without end': () => {
      archive.files.set(inRelease, new Uint8Array(9 << 20));
    },
  };

  test.each(Object.entries(replaced))('%s', async (name, replace) => {
    await replace();
    const failure = await failureOf(load());
    expect(failure.fault).toBe('integrity');
    expect({
      ...failure,
      message: failure.message.replaceAll(/[0-9A-Fa-f]{16}\b/g, 'KEYID'),
    }).toMatchSnapshot(name);
  });

  test('nothing of a refused index is kept', async () => {
    flipIndex();
    await failureOf(load());
    flipIndex();
    expect((await load()).packages.names()).toEqual(['app', 'data', 'lib']);
  });

  test('a flipped byte in a package', async () => {
    const solved = solve({ packages: ['data'] }, (await load()).packages);
    flipByte(archive.poolPath('data'));
    expect(await failureOf(packageTree(solved[0]!, fetching()))).toMatchObject({
      fault: 'integrity',
      code: 'blob-digest',
      message: expect.stringContaining('the package data 1.0-1'),
    });
    flipByte(archive.poolPath('data'));
    expect((await packageTree(solved[0]!, fetching())).size).toBeGreaterThan(0);
  });

  test('a package that swells without end is stopped', async () => {
    const { gzipSync } = await import('node:zlib');
    const { makeDebOf } = await import('./support/tiny-archive.ts');
    const deb = makeDebOf({ 'data.tar.gz': gzipSync(new Uint8Array(80 << 20), { level: 9 }) });
    const bomb = await makeTinyArchive({ signer, packages: [{ name: 'bomb', deb }] });
    for (const [path, bytes] of bomb.files) archive.files.set(path, bytes);
    const solved = solve({ packages: ['bomb'] }, (await load()).packages);
    expect(await failureOf(packageTree(solved[0]!, fetching()))).toMatchObject({ code: 'debian-too-large' });
  });
});

describe('a mirror in trouble', () => {
  test.each([
    ['a missing suite', 'trixie-updates/InRelease', 404, 'download-missing'],
    ['an error of the server', 'trixie/InRelease', 500, 'download-failed'],
    ['a stall', 'trixie/InRelease', 'stall', 'download-failed'],
    ['a cut', 'trixie-security/InRelease', 'truncate', 'download-failed'],
    ['a refusal', 'trixie/InRelease', 403, 'download-refused'],
  ] as const)('%s of the suite', async (_, path, deed, code) => {
    served.instead.set(path, deed);
    expect(await failureOf(load())).toMatchObject({ fault: 'network', code });
    served.instead.clear();
    expect((await load()).packages.names()).toEqual(['app', 'data', 'lib']);
  });

  test.each([
    ['a missing package', 404, 'debian-package-gone'],
    ['an error of the server', 500, 'download-failed'],
    ['a stall', 'stall', 'download-failed'],
    ['a cut', 'truncate', 'download-failed'],
  ] as const)('%s on the way to packages', async (_, deed, code) => {
    const solved = solve({ packages: ['app', 'data'] }, (await load()).packages);
    served.instead.set('.deb', deed);
    expect(await failureOf(preparePackages(solved, fetching()))).toMatchObject({
      fault: 'network',
      code,
    });
    served.instead.clear();
    await preparePackages(solved, fetching());
    for (const one of solved) expect(await cache.hasBlob(one)).toBe(true);
  });

  test('a package that is gone says what to do, and is found on a snapshot', async () => {
    const solved = solve({ packages: ['data'] }, (await load()).packages);
    const pool = archive.poolPath('data');
    const bytes = archive.files.get(pool)!;
    archive.files.delete(pool);
    expect(await failureOf(packageTree(solved[0]!, fetching()))).toMatchInlineSnapshot(`
      {
        "code": "debian-package-gone",
        "fault": "network",
        "message": "the package data 1.0-1 (all) is not on the mirror any more: pool/main/d/data/data_1.0-1_all.deb",
      }
    `);
    archive.files.set(pool.replace('debian/', 'snapshot/20260301/'), bytes);
    const snapshotMirrors = [`${served.url}/nothing`, `${served.url}/snapshot/20260301/`];
    expect((await packageTree(solved[0]!, fetching({ snapshotMirrors }))).size).toBeGreaterThan(0);
  });

  test('an interrupted load stops', async () => {
    served.instead.set('/InRelease', 'stall');
    const stop = new AbortController();
    const loading = load({ signal: stop.signal, patience: { tries: 1, stall: 60_000 } });
    stop.abort(new Error('interrupted'));
    await expect(loading).rejects.toThrow('interrupted');
  });
});
