import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openCache } from '../../src/store/cache.ts';
import { catamaran } from './fake-io.ts';

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'catamaran-cache-'));
});
afterEach(() => rm(cwd, { recursive: true }));

async function fill(): Promise<void> {
  const cache = await openCache(join(cwd, 'cache'));
  await cache.putBlob(Buffer.alloc(2048));
  await cache.putBlob(Buffer.alloc(1024));
}

test('info: what it holds', async () => {
  await fill();
  const { code, stdout, stderr } = await catamaran(['cache', 'info', '--cache', 'cache'], { cwd });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toBe(`${join(cwd, 'cache')}\nblobs  2  3 KiB\ntotal  2  3 KiB\n`);
});

test('info for programs', async () => {
  await fill();
  const { stdout } = await catamaran(['cache', 'info', '--json'], {
    cwd,
    env: { CATAMARAN_CACHE: join(cwd, 'cache') },
  });
  expect(JSON.parse(stdout)).toEqual({
    event: 'result',
    command: 'cache info',
    result: {
      directory: join(cwd, 'cache'),
      kinds: [{ kind: 'blobs', count: 2, bytes: 3072 }],
      total: { count: 2, bytes: 3072 },
    },
  });
});

test('looking at a cache does not make one', async () => {
  const { code, stdout } = await catamaran(['cache', 'info', '--cache', 'cache'], { cwd });
  expect(code).toBe(0);
  expect(stdout).toContain('total  0  0 B');
  await expect(stat(join(cwd, 'cache'))).rejects.toThrow('ENOENT');
});

test.each([
  ['--cache', ['--cache', '/a'], { CATAMARAN_CACHE: '/b', XDG_CACHE_HOME: '/c' }, '/a'],
  ['CATAMARAN_CACHE', [], { CATAMARAN_CACHE: '/b', XDG_CACHE_HOME: '/c' }, '/b'],
  ['XDG_CACHE_HOME', [], { XDG_CACHE_HOME: '/c' }, '/c/catamaran'],
  [
    'the home directory, XDG_CACHE_HOME being relative',
    [],
    { XDG_CACHE_HOME: 'c' },
    '/nowhere/home/.cache/catamaran',
  ],
  ['the home directory', [], { CATAMARAN_CACHE: '', XDG_CACHE_HOME: '' }, '/nowhere/home/.cache/catamaran'],
] as const)('the cache’s place comes from %s', async (_what, argv, env, directory) => {
  const { stdout } = await catamaran(['cache', 'info', ...argv, '--json'], { env });
  expect(JSON.parse(stdout).result.directory).toBe(directory);
});

test('gc removes what is older than asked, and keeps the rest', async () => {
  await fill();
  const soon = () => Date.now() + 86_400_000;
  const kept = await catamaran(['cache', 'gc', '--cache', 'cache', '--older-than', '2'], { cwd, now: soon });
  expect(kept).toEqual({ code: 0, stdout: '0 things removed, 0 B freed\n', stderr: '' });
  const removed = await catamaran(['cache', 'gc', '--cache', 'cache', '--older-than', '0'], {
    cwd,
    now: soon,
  });
  expect(removed).toEqual({ code: 0, stdout: '2 things removed, 3 KiB freed\n', stderr: '' });
});
