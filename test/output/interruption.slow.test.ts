// Builds that do not run undisturbed: beside another one, killed, interrupted, or with damage in the cache. What comes
// out is what an undisturbed build makes, and nothing half-written is ever seen.
import { copyFile, mkdir, open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Digest } from '../../src/base/digest.ts';
import type { Json } from '../../src/base/json.ts';
import { printOf } from '../../src/output/write/output-file.ts';
import type { LockedPackage } from '../../src/packages/locked.ts';
import { openCache } from '../../src/store/cache.ts';
import { digestOf } from '../../src/store/digest-of.ts';
import {
  cacheWithPackages,
  damage,
  type Installation,
  installCommand,
  lockOf,
  packageCache,
  packagesOfLock,
  run,
  sha256Of,
  specRoom,
  start,
  succeed,
  tasksDone,
} from '../support/build.ts';

let installation: Installation;
let origin: string;
let packages: LockedPackage[];
/** Of tiny.qcow2, from an undisturbed build. */
let wanted: string;
beforeAll(async () => {
  installation = await installCommand();
  origin = await specRoom(installation, 'origin');
  await succeed(installation, ['lock', 'tiny.yml'], { cwd: origin });
  const lock = await lockOf(join(origin, 'tiny.lock.yml'));
  packages = packagesOfLock(lock);
  warm = { cwd: origin, cache: await packageCache(join(origin, 'cache'), lock) };
  await succeed(installation, ['build', 'tiny.yml', '--out', 'out'], warm);
  wanted = await sha256Of(join(origin, 'out/tiny.qcow2'));
});
afterAll(() => installation?.dispose());

const argv = ['build', 'tiny.yml', '--out', 'out', '--locked', '--offline', '--json'];

/** The spec with its lock, and a cache that holds the packages and nothing else. */
async function coldRoom(name: string): Promise<{ cwd: string; cache: string }> {
  const cwd = await specRoom(installation, name);
  await copyFile(join(origin, 'tiny.lock.yml'), join(cwd, 'tiny.lock.yml'));
  return { cwd, cache: await cacheWithPackages(join(cwd, 'cache'), packages) };
}

const documents = ['SHA256SUMS', 'artifacts.json'];
const whole = [...documents, 'tiny.qcow2'];

/** Where the undisturbed build was: for tests that need a warm cache of their own. */
let warm: { cwd: string; cache: string };

test('two processes build the same into the same directory, on one cold cache', async () => {
  const there = await coldRoom('together');
  const both = await Promise.all([run(installation, argv, there), run(installation, argv, there)]);
  expect(both.map(({ code, stderr }) => ({ code, stderr }))).toEqual([
    { code: 0, stderr: '' },
    { code: 0, stderr: '' },
  ]);
  expect(await readdir(join(there.cwd, 'out'))).toEqual(whole);
  expect(await sha256Of(join(there.cwd, 'out/tiny.qcow2'))).toBe(wanted);
  expect(await readdir(join(there.cache, 'tmp'))).toEqual([]);
});

test('SIGKILL: the next build goes on from what is there, and clears away what was left', async () => {
  const there = await coldRoom('killed');
  const killed = start(installation, argv, there);
  await killed.says('"task-done","task":1,');
  await killed.says('"label":"segment ');
  killed.child.kill('SIGKILL');
  const { signal, stdout } = await killed.ending;
  expect(signal).toBe('SIGKILL');
  const done = tasksDone(stdout).filter((label) => label.startsWith('component '));
  expect(done).not.toEqual([]);
  expect(await readdir(join(there.cwd, 'out'))).toEqual([]);

  const again = await succeed(installation, argv, there);
  expect(tasksDone(again.stdout).filter((label) => done.includes(label))).toEqual([]);
  expect(await readdir(join(there.cwd, 'out'))).toEqual(whole);
  expect(await sha256Of(join(there.cwd, 'out/tiny.qcow2'))).toBe(wanted);
  expect(await readdir(join(there.cache, 'tmp'))).toEqual([]);
});

test('SIGKILL while the output is written: the old output stays until the new one is whole', async () => {
  const { cwd, cache } = warm;
  await rm(join(cwd, 'out'), { recursive: true });
  await mkdir(join(cwd, 'out'));
  const killed = start(installation, argv, { cwd, cache });
  await killed.says('"label":"qcow2"');
  killed.child.kill('SIGKILL');
  await killed.ending;
  const left = await readdir(join(cwd, 'out'));
  expect(left.filter((name) => !name.startsWith('.tiny.qcow2.'))).toEqual([]);
  await succeed(installation, argv, { cwd, cache });
  expect(await readdir(join(cwd, 'out'))).toEqual(whole);
  expect(await sha256Of(join(cwd, 'out/tiny.qcow2'))).toBe(wanted);
});

test('SIGINT: exit code 130, nothing written, nothing left behind, and the next build goes on', async () => {
  const there = await coldRoom('interrupted');
  const interrupted = start(installation, argv, there);
  await interrupted.says('"task-start"');
  interrupted.child.kill('SIGINT');
  const { code, signal, stdout } = await interrupted.ending;
  expect({ code, signal }).toEqual({ code: 130, signal: null });
  expect(stdout).toContain('"fault":"interrupted"');
  expect(await readdir(join(there.cwd, 'out'))).toEqual([]);
  expect(await readdir(join(there.cache, 'tmp'))).toEqual([]);
  await succeed(installation, argv, there);
  expect(await sha256Of(join(there.cwd, 'out/tiny.qcow2'))).toBe(wanted);
});

test('SIGTERM while the output is written: nothing of it is left', async () => {
  const { cwd, cache } = warm;
  await rm(join(cwd, 'out/tiny.qcow2'));
  const ended = start(installation, argv, { cwd, cache });
  await ended.says('"label":"qcow2"');
  ended.child.kill('SIGTERM');
  const { code } = await ended.ending;
  // Either it came in time, or the output was whole already.
  const left = await readdir(join(cwd, 'out'));
  expect([code, left]).toEqual(code === 0 ? [0, whole] : [143, documents]);
});

test('a flipped bit anywhere in the cache: what it hit is made again, with the same result', async () => {
  const { cwd, cache } = warm;
  const opened = await openCache(cache);
  const hit: string[] = [];
  for (const kind of ['segment', 'component', 'initrd', 'base', 'data', 'loader']) {
    for (const name of await readdir(join(cache, 'results', kind))) {
      const { value } = JSON.parse(await readFile(join(cache, 'results', kind, name), 'utf8'));
      for (const [blob, { digest }] of Object.entries<{ digest: Digest }>(value.blobs)) {
        hit.push(`${kind} ${blob}`);
        await damage(opened.blobPath(digest));
      }
    }
  }
  expect(new Set(hit.map((each) => each.split(' ')[0])).size).toBe(6);
  await rm(join(cwd, 'out'), { recursive: true });
  await succeed(installation, argv, { cwd, cache });
  expect(await sha256Of(join(cwd, 'out/tiny.qcow2'))).toBe(wanted);
});

test('a flipped bit in a package: fetched again where that is allowed, else said', async () => {
  const { cwd, cache } = warm;
  const opened = await openCache(cache);
  const busybox = packages.find(({ name }) => name === 'busybox')!;
  await damage(opened.blobPath(busybox.digest));
  for (const kind of await readdir(join(cache, 'results')))
    if (kind !== 'deb-data') await rm(join(cache, 'results', kind), { recursive: true });
  await rm(join(cache, 'results/deb-data', `${busybox.digest.slice('sha256:'.length)}.json`));
  await rm(join(cwd, 'out'), { recursive: true });
  const offline = await run(installation, argv, { cwd, cache });
  expect(offline.code).toBe(4);
  expect(offline.stdout).toContain(`the package busybox ${busybox.version}`);
  expect(await readdir(join(cwd, 'out'))).toEqual([]);
  await succeed(
    installation,
    argv.filter((word) => word !== '--offline'),
    { cwd, cache },
  );
  expect(await sha256Of(join(cwd, 'out/tiny.qcow2'))).toBe(wanted);
});

test('results that are torn or of another version count as none', async () => {
  const { cwd, cache } = warm;
  for (const name of await readdir(join(cache, 'results/base')))
    await damage(join(cache, 'results/base', name));
  await rm(join(cwd, 'out'), { recursive: true });
  const { stdout } = await succeed(installation, argv, { cwd, cache });
  expect(tasksDone(stdout)).toEqual(['base', 'qcow2']);
  expect(await sha256Of(join(cwd, 'out/tiny.qcow2'))).toBe(wanted);
});

test('a power cut: an output that lost bytes is written again, one that did not is known', async () => {
  const { cwd, cache } = warm;
  const path = join(cwd, 'out/tiny.qcow2');
  const opened = await openCache(cache);
  const key = digestOf(path);
  /** As if it had been written in the time before the machine was last started. */
  const age = async () => {
    const known = (await opened.result('artifact', key)) as Record<string, Json>;
    const print = printOf(await stat(path, { bigint: true }));
    await opened.putResult('artifact', key, { ...known, file: print, boot: 'before' });
  };
  await succeed(installation, argv, { cwd, cache });
  await age();
  const intact = await succeed(installation, argv, { cwd, cache });
  expect(tasksDone(intact.stdout)).toEqual([]);

  const file = await open(path, 'r+');
  const { size } = await file.stat();
  await file.write(Buffer.alloc(4096), 0, 4096, (size >> 1) & ~4095);
  await file.truncate(size - 65536);
  await file.truncate(size);
  await file.close();
  await age();
  const lost = await succeed(installation, argv, { cwd, cache });
  expect(tasksDone(lost.stdout)).toEqual(['qcow2']);
  expect(await sha256Of(path)).toBe(wanted);
});
