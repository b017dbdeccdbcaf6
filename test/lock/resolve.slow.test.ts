// Specs against the real archive: what is locked stays, what is missing is added, what may not be added is refused.
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Context } from '../../src/lock/context.ts';
import { imageName } from '../../src/lock/image-name.ts';
import { emptyLock, type Lock } from '../../src/lock/lock-file.ts';
import { lockPathOf, readLock, writeLock } from '../../src/lock/lock-store.ts';
import { hostArchitecture, type ResolveRequest, resolveSpec } from '../../src/lock/resolve.ts';
import { readSpec } from '../../src/specification/read.ts';
import { testContext } from '../support/context.ts';
import { hostArch } from '../support/tools.ts';

let directory: string;
let context: Context;
/** The context of a machine without a network. */
let alone: Context;
let full: Lock;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'catamaran-lock-'));
  await writeComponent('quickjs');
  context = {
    ...(await testContext()),
    registries: () => Promise.reject(new Error('no registry is asked for')),
    home: directory,
  };
  alone = { ...context, mirror: () => Promise.reject(new Error('the mirror was asked for')) };
  full = await lockOf(text, emptyLock, 'fill');
});
afterAll(() => rm(directory, { recursive: true }));

async function writeComponent(...packages: string[]): Promise<void> {
  await mkdir(join(directory, 'mine'), { recursive: true });
  await writeFile(
    join(directory, 'mine/component.yml'),
    `summary: Mine.\npackages: [${packages.join(', ')}]\nwithout: [libgcc-s1, gcc-14-base]\n`,
  );
}

const text = 'os: {id: x, version: 1}\ninit: [component:runc, ./mine]\n';
const requestOf = (spec: string, lock: Lock, mode: ResolveRequest['mode']): ResolveRequest => ({
  spec: readSpec(join(directory, 'x.yml'), spec, { home: directory }),
  arch: 'amd64',
  hostArch,
  lock,
  mode,
});
const lockOf = async (spec: string, lock: Lock, mode: ResolveRequest['mode'], where = context) =>
  (await resolveSpec(requestOf(spec, lock, mode), where)).lock;

/** A lock in which runc is one that the archive never had. */
function withOldRunc(lock: Lock): Lock {
  const components = lock.targets.amd64!.components;
  const runc = components['component:runc']!;
  const packages = runc.packages.map((each) => (each.name === 'runc' ? { ...each, version: '0.0.1' } : each));
  return {
    ...lock,
    epoch: 1_000_000_000,
    targets: {
      ...lock.targets,
      amd64: {
        ...lock.targets.amd64!,
        components: { ...components, 'component:runc': { ...runc, packages } },
      },
    },
  };
}
const versionOfRunc = (lock: Lock) =>
  lock.targets.amd64!.components['component:runc']!.packages.find(({ name }) => name === 'runc')?.version;

test('an empty lock is filled: with each component, the boot loader’s modules, the tools, the archive’s dates', () => {
  expect(Object.keys(full.targets.amd64!.components).sort()).toEqual([
    './mine',
    'component:runc',
    'component:tools-grub-amd64',
  ]);
  expect(Object.keys(full.tools[hostArch]!.components)).toEqual(['component:tools']);
  expect(full.suites.map(({ suite }) => suite)).toEqual(['trixie', 'trixie-updates', 'trixie-security']);
  expect(Math.max(...full.suites.map(({ date }) => Date.parse(date) / 1000))).toBe(full.epoch);
  const names = full.targets.amd64!.components['./mine']!.packages.map(({ name }) => name);
  expect(names).toEqual(['libc6', 'quickjs']);
});

test.each(['fill', 'frozen'] as const)(
  'a full lock stays as it is, and nobody asks the archive: %s',
  async (mode) => {
    const { lock, locked } = await resolveSpec(requestOf(text, full, mode), alone);
    expect(lock).toEqual(full);
    expect([...locked.images.keys()]).toEqual(['component:runc', './mine']);
    expect(locked.epoch).toBe(full.epoch);
    expect(locked.tools.map(({ name }) => name)).toEqual(expect.arrayContaining(['squashfs-tools', 'zstd']));
  },
);

test('SOURCE_DATE_EPOCH goes before the epoch of the lock, and does not change the lock', async () => {
  const { lock, locked } = await resolveSpec(requestOf(text, full, 'frozen'), {
    ...alone,
    sourceDateEpoch: 7,
  });
  expect(locked.epoch).toBe(7);
  expect(lock).toEqual(full);
});

describe('frozen', () => {
  test('a component that is not locked', async () => {
    const more = text.replace('component:runc,', 'component:runc, component:apparmor,');
    await expect(lockOf(more, full, 'frozen', alone)).rejects.toMatchObject({
      fault: 'spec',
      code: 'lock-stale',
      message: 'component:apparmor is not in the lock file',
    });
  });

  test('a component that asks for other packages by now', async () => {
    await writeComponent('quickjs', 'busybox');
    await expect(lockOf(text, full, 'frozen', alone)).rejects.toMatchObject({
      code: 'lock-stale',
      message: './mine asks for other packages than when it was locked',
    });
    await writeComponent('quickjs');
  });
});

test('fill adds what is missing and leaves the rest alone, the time too', async () => {
  const old = withOldRunc(full);
  await writeComponent('quickjs', 'busybox');
  const filled = await lockOf(text, old, 'fill');
  await writeComponent('quickjs');
  const { './mine': mine, ...rest } = filled.targets.amd64!.components;
  expect(mine!.packages.map(({ name }) => name)).toEqual(['busybox', 'libc6', 'quickjs']);
  const { './mine': _, ...before } = old.targets.amd64!.components;
  expect(rest).toEqual(before);
  expect(filled.epoch).toBe(1_000_000_000);
});

test('what the spec no longer names leaves the lock', async () => {
  const less = await lockOf(text.replace(', ./mine', ''), full, 'fill', alone);
  expect(Object.keys(less.targets.amd64!.components).sort()).toEqual([
    'component:runc',
    'component:tools-grub-amd64',
  ]);
});

test('update asks anew for all of this architecture, and keeps the other one', async () => {
  const old = withOldRunc(full);
  const other = { components: {}, images: {} };
  const updated = await lockOf(text, { ...old, targets: { ...old.targets, arm64: other } }, 'update');
  expect(versionOfRunc(old)).toBe('0.0.1');
  expect(versionOfRunc(updated)).toBe(versionOfRunc(full));
  expect(updated.epoch).toBe(full.epoch);
  expect(updated.targets.arm64).toBe(other);
});

test('a package that no archive has names who asked for it', async () => {
  await writeComponent('quickjs', 'busibox');
  const thrown = await lockOf(text, full, 'fill').catch((error: unknown) => error);
  await writeComponent('quickjs');
  expect(thrown).toMatchObject({ fault: 'spec' });
  expect(String(thrown)).toContain('busibox');
  expect(String(thrown)).toContain('./mine');
});

test.each([
  ['/a/b/x.yml', '/a/b/mine', './mine'],
  ['x.yml', 'mine', './mine'],
  ['b/x.yml', 'b/mine', './mine'],
  ['b/x.yml', 'common/mine', '../common/mine'],
  ['b/x.yml', '/srv/mine', '/srv/mine'],
])('from %s, the directory %s goes by the name %s', (file, path, name) => {
  expect(imageName({ kind: 'directory', path }, file)).toBe(name);
  expect(imageName({ kind: 'oci', path }, file)).toBe(`oci:${name}`);
});

test('a machine that has no tools', () => {
  expect(() => hostArchitecture('riscv64')).toThrow(/no host tools .*riscv64/);
});

describe('the file', () => {
  test('is beside its spec', () => {
    expect(lockPathOf('a/server.yml')).toBe('a/server.lock.yml');
    expect(lockPathOf('server.yaml')).toBe('server.lock.yml');
    expect(lockPathOf('server')).toBe('server.lock.yml');
  });

  test('is empty where there is none, is written whole, and is left alone where nothing changed', async () => {
    const path = join(directory, 'there.lock.yml');
    expect(await readLock(path)).toBe(emptyLock);
    expect(await writeLock(path, emptyLock, full)).toBe(true);
    expect(await readLock(path)).toEqual(full);
    const commented = `# by hand\n${await readFile(path, 'utf8')}`;
    await writeFile(path, commented);
    expect(await writeLock(path, await readLock(path), full)).toBe(false);
    expect(await readFile(path, 'utf8')).toBe(commented);
    expect((await readdir(directory)).filter((name) => name.includes('.part'))).toEqual([]);
  });

  test('that cannot be read or written says so', async () => {
    await mkdir(join(directory, 'taken.lock.yml'));
    const wanted = { fault: 'environment', code: 'lock-unusable' };
    await expect(readLock(join(directory, 'taken.lock.yml'))).rejects.toMatchObject(wanted);
    await expect(writeLock(join(directory, 'taken.lock.yml'), emptyLock, full)).rejects.toMatchObject(wanted);
    await expect(writeLock(join(directory, 'none/x.lock.yml'), emptyLock, full)).rejects.toMatchObject(
      wanted,
    );
    expect((await readdir(directory)).filter((name) => name.includes('.part'))).toEqual([]);
  });
});
