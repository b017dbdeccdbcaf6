import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Blob } from '../../src/store/blob.ts';
import { openCache } from '../../src/store/cache.ts';
import { collectGarbage } from '../../src/store/gc.ts';
import { cacheInfo } from '../../src/store/info.ts';
import { freshDirectory, sha256 } from './support.ts';

const day = 86_400_000;
const now = 1_800_000_000_000;

async function aged() {
  const cache = await openCache(await freshDirectory(), { now: () => now });
  const old = await cache.putBlob(Buffer.from('old'));
  const recent = await cache.putBlob(Buffer.from('recent'));
  await cache.putResult('step', sha256('k'), { x: 1 });
  const partial = join(cache.root, 'partial', sha256('p').slice(7));
  await writeFile(partial, 'part');
  await utimes(partial, now / 1000, now / 1000);
  const age = (blob: Blob) => utimes(cache.blobPath(blob.digest), 0, (now - 30 * day) / 1000);
  await age(old);
  return { cache, old, recent };
}

test('what was not used for long goes, the rest stays', async () => {
  const { cache, old, recent } = await aged();
  const report = await collectGarbage(cache.root, { now, olderThan: 14 * day });
  expect(report).toEqual({ count: 1, bytes: 3 });
  expect(await cache.hasBlob(old)).toBe(false);
  expect(await cache.hasBlob(recent)).toBe(true);
  expect(await cache.verifiedBlob(old.digest)).toBeUndefined();
});

test('what is to be kept stays at any age', async () => {
  const { cache, old } = await aged();
  await collectGarbage(cache.root, { now, olderThan: 0, keep: new Set([old.digest]) });
  expect(await cache.hasBlob(old)).toBe(true);
});

test('what a running process is using stays at any age', async () => {
  const { cache } = await aged();
  const { path, dispose } = await cache.scratch();
  await writeFile(join(path, 'file'), 'x');
  await utimes(path, 0, 0);
  await collectGarbage(cache.root, { now: now * 2, olderThan: 0 });
  expect(await readdir(path)).toEqual(['file']);
  await dispose();
  expect(await cacheInfo(cache.root)).toEqual([]);
});

test('unpacked tools are counted whole, and go whole', async () => {
  const { cache } = await aged();
  const root = join(cache.root, 'tools', 'a-set');
  await mkdir(join(root, 'usr'), { recursive: true });
  await writeFile(join(root, 'usr', 'program'), '12345');
  const counted = (await cacheInfo(cache.root)).find(({ kind }) => kind === 'tools');
  expect(counted).toMatchObject({ count: 1 });
  expect(counted!.bytes).toBeGreaterThanOrEqual(5);
  await cache.recordUse(root);
  await collectGarbage(cache.root, { now, olderThan: day });
  expect(await readdir(join(root, 'usr'))).toEqual(['program']);
  await utimes(root, 0, 0);
  await collectGarbage(cache.root, { now, olderThan: day });
  expect(await readdir(join(cache.root, 'tools'))).toEqual([]);
});

test('info counts by kind', async () => {
  const { cache } = await aged();
  const { path } = await cache.scratch();
  await writeFile(join(path, 'file'), '12345');
  const info = await cacheInfo(cache.root);
  expect(info.map(({ kind, count }) => [kind, count])).toEqual([
    ['blobs', 2],
    ['partial', 1],
    ['results/step', 1],
    ['tmp', 1],
  ]);
  expect(info[0]!.bytes).toBe(9);
  expect(info[3]!.bytes).toBeGreaterThanOrEqual(5);
});
