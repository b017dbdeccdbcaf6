// Threads that unpack, in the form that they are shipped in: a bundled file.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Unpack, UnpackRequest } from '../../src/archive/unpack.ts';
import { unpackIntoCache, writeUnpacked } from '../../src/archive/unpack.ts';
import { openUnpackPool, type UnpackPool } from '../../src/archive/unpack-pool.ts';
import type { Cache } from '../../src/store/cache.ts';
import { contentOf } from '../../src/tree/content.ts';
import { temporaryCache } from '../debian/support/temporary-cache.ts';

let directory: string;
let pool: UnpackPool;
let cache: Cache;
let removeCache: () => Promise<void>;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'catamaran-pool-'));
  const outfile = join(directory, 'unpack-worker.mjs');
  const entry = fileURLToPath(new URL('../../src/archive/unpack-worker.ts', import.meta.url));
  const banner = {
    js: `import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);`,
  };
  await build({ entryPoints: [entry], bundle: true, platform: 'node', format: 'esm', outfile, banner });
  pool = openUnpackPool(pathToFileURL(outfile), 2);
  ({ cache, remove: removeCache } = await temporaryCache());
});

afterAll(async () => {
  await pool.close();
  await removeCache();
  await rm(directory, { recursive: true });
});

const request = (text: string, more: Partial<UnpackRequest> = {}): UnpackRequest => {
  const usual = { content: contentOf(text), format: 'none', limit: 100, what: 'the package x' } as const;
  return { ...usual, ...more };
};

test('more jobs than threads are all done, with the result of the caller’s own thread', async () => {
  const texts = Array.from({ length: 9 }, (_, i) => `content ${i}`);
  const blobs = await Promise.all(texts.map((text) => unpackIntoCache(request(text), cache, pool.unpack)));
  const own = await Promise.all(texts.map((text) => unpackIntoCache(request(text), cache, writeUnpacked)));
  expect(blobs).toEqual(own);
  for (const { digest } of blobs) expect(await cache.verifiedBlob(digest)).toBeDefined();
});

test('an error comes over as it is, and the thread goes on', async () => {
  const tooLong = (unpack: Unpack) =>
    unpackIntoCache(request('far too long', { limit: 3 }), cache, unpack).catch((thrown) => thrown);
  const [inThread, own] = [await tooLong(pool.unpack), await tooLong(writeUnpacked)];
  expect(inThread).toEqual(own);
  expect(inThread.diagnostics).toEqual(own.diagnostics);
  const damaged = unpackIntoCache(request('no xz at all', { format: 'xz' }), cache, pool.unpack);
  await expect(damaged).rejects.toMatchObject({ fault: 'integrity' });
  expect(await unpackIntoCache(request('fine'), cache, pool.unpack)).toMatchObject({ size: 4 });
});

test('a program that is not there is an error, not a wait', async () => {
  const broken = openUnpackPool(pathToFileURL(join(directory, 'nothing.mjs')), 1);
  await expect(broken.unpack(request('x'), join(directory, 'x'))).rejects.toThrow(/nothing\.mjs/);
  await broken.close();
});

test('a closed pool gives up what waits', async () => {
  const closing = openUnpackPool(pathToFileURL(join(directory, 'unpack-worker.mjs')), 1);
  const jobs = Promise.allSettled(
    [1, 2, 3].map((i) => closing.unpack(request(`job ${i}`), join(directory, `job-${i}`))),
  );
  await closing.close();
  expect((await jobs).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected']);
});
