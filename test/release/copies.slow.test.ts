// Repositories that somebody copied, in part or to where nothing can be written: machines see the old state or the new one,
// and publishers are told what they have before them.
import { execFile } from 'node:child_process';
import { chmod, cp, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { expect, test } from 'vitest';
import { promote } from '../../src/release/channel/pointers.ts';
import { initRepository } from '../../src/release/init.ts';
import { refreshRepository } from '../../src/release/refresh.ts';
import { openDisk } from '../../src/release/repository/disk.ts';
import { createMemory } from '../../src/release/repository/local.ts';
import { verifyRepository } from '../../src/release/repository/verify.ts';
import { readRepositoryStatus } from '../../src/release/status.ts';
import { atOnce, codeOf } from './support/people.ts';
import {
  initRequest,
  now,
  openWorkplace,
  temporaryDirectory,
  versionAt,
  type Workplace,
} from './support/workplace.ts';

async function released(): Promise<Workplace> {
  const place = await openWorkplace();
  await place.add({ version: '1.0', blocks: 2 });
  await promote({ version: '1.0', to: 'alpha', points: atOnce }, await place.publisher());
  return place;
}

test('copied file by file, timestamp last: the old state until then, whatever the order of the others', async () => {
  const place = await released();
  const served = await temporaryDirectory();
  await cp(place.repo, served, { recursive: true });
  const machine = createMemory();
  expect(await versionAt(served, 'alpha', machine)).toBe('1.0');
  await place.add({ version: '1.1', blocks: 2 });
  await promote({ version: '1.1', to: 'alpha', points: atOnce }, await place.publisher());
  for (const room of ['metadata', 'targets']) {
    for (const file of (await readdir(join(place.repo, room))).reverse()) {
      if (file === 'timestamp.json') continue;
      await cp(join(place.repo, room, file), join(served, room, file));
      expect(await versionAt(served, 'alpha', machine)).toBe('1.0');
      expect(await versionAt(served, 'alpha')).toBe('1.0');
    }
  }
  await cp(join(place.repo, 'metadata/timestamp.json'), join(served, 'metadata/timestamp.json'));
  expect(await versionAt(served, 'alpha', machine)).toBe('1.1');
});

test('what a server has can be looked at and verified, and not published from', async () => {
  const place = await released();
  await rm(join(place.repo, '.publisher'), { recursive: true });
  const publisher = await place.publisher();
  expect((await readRepositoryStatus(place.repo, publisher.disk, now)).os).toBe('lighthouse');
  expect(await codeOf(verifyRepository(place.repo, publisher.disk, now))).toBe('done');
  expect(await codeOf(refreshRepository([], publisher))).toBe('release-served-copy');
});

test('half of a repository is no place for a new one', async () => {
  const place = await released();
  await rm(join(place.repo, 'metadata/timestamp.json'));
  const before = await readdir(join(place.repo, 'metadata'));
  const publisher = await place.publisher();
  expect(await codeOf(refreshRepository([], publisher))).toBe('release-half-copied');
  expect(await codeOf(readRepositoryStatus(place.repo, publisher.disk, now))).toBe('release-half-copied');
  const init = initRepository(initRequest(place));
  expect(await codeOf(init)).toBe('release-half-copied');
  expect(await readdir(join(place.repo, 'metadata'))).toEqual(before);
});

test.each([
  ['timestamp.json', 'empty', 'tuf-malformed'],
  ['snapshot.json', 'gone', 'tuf-missing'],
  ['alpha.json', 'gone', 'release-file-missing'],
])('a copy whose newest %s is %s is not built upon', async (name, how, code) => {
  const place = await released();
  const file = (await readdir(join(place.repo, 'metadata'))).filter((each) => each.endsWith(name)).at(-1)!;
  const path = join(place.repo, 'metadata', file);
  await (how === 'gone' ? rm(path) : writeFile(path, ''));
  expect(await codeOf(refreshRepository([], await place.publisher()))).toBe(code);
});

test('where nothing can be written, status and verify work, and a publisher is told the path', async () => {
  const place = await released();
  await chmod(place.base, 0o755);
  for (const directory of ['', '.publisher', 'metadata', 'targets'])
    await chmod(join(place.repo, directory), 0o555);
  const source = (name: string) => JSON.stringify(join(import.meta.dirname, '../../src/release', name));
  const script = join(place.base, 'publish.ts');
  await writeFile(
    script,
    `import { openDisk } from ${source('repository/disk.ts')};
     import { refreshRepository } from ${source('refresh.ts')};
     import { verifyRepository } from ${source('repository/verify.ts')};
     const [directory] = process.argv.slice(2);
     const disk = openDisk(directory);
     await verifyRepository(directory, disk, ${now});
     const publisher = { directory, disk, keyring: [], now: ${now}, signLater: false };
     await refreshRepository([], publisher).catch((error) => console.log(error.code, error.message));`,
  );
  const bundled = join(place.base, 'publish.mjs');
  await build({
    entryPoints: [script],
    outfile: bundled,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  });
  // Root may write everywhere.
  const nobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const { stdout } = await promisify(execFile)(process.execPath, [bundled, place.repo], nobody);
  expect(stdout).toContain('disk-forbidden');
  expect(stdout).toContain(join(place.repo, '.publisher'));
  expect(await openDisk(place.repo).list('.publisher')).not.toContain('lock');
});
