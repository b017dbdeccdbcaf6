// The names that people know images by.
import { rm } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { findByDigest, findNamed, listImages, recordImage, recordName } from '../../src/oci/list.ts';
import { writeImage } from '../../src/oci/store.ts';
import type { Cache } from '../../src/store/cache.ts';
import { file } from '../../src/tree/tree.ts';
import { temporaryCache } from './support/images.ts';

const write = (cache: Cache, text: string, arch: 'amd64' | 'arm64' = 'amd64') =>
  writeImage(cache, { layers: [{ tree: new Map([['f', file(text)]]) }], config: {}, arch });

test('those that are whole are listed, by name', async () => {
  const cache = await temporaryCache();
  const [a, b, c] = [await write(cache, 'a'), await write(cache, 'b'), await write(cache, 'c')];
  expect(await listImages(cache)).toEqual([]);
  await recordImage(cache, b, 'r.example/app:1');
  await recordImage(cache, a, 'component:x');
  await recordImage(cache, c, 'r.example/app:1');
  const names = async () => (await listImages(cache)).map(({ name }) => name);
  expect(await names()).toEqual(['component:x', 'r.example/app:1', 'r.example/app:1']);
  await rm(cache.blobPath(b.manifest.layers[0]!.digest));
  expect(await names()).toEqual(['component:x', 'r.example/app:1']);
});

test('by a digest, or its beginning', async () => {
  const cache = await temporaryCache();
  const a = await write(cache, 'a');
  await recordImage(cache, a, 'component:x');
  expect((await findByDigest(cache, a.digest))?.image).toEqual(a);
  expect((await findByDigest(cache, a.digest.slice(7, 19)))?.image).toEqual(a);
  for (const text of ['component:x', 'absent', '', a.digest.slice(7, 12)]) {
    expect(await findByDigest(cache, text)).toBeUndefined();
  }
});

test('a name is the latest that it stood for, on each architecture', async () => {
  const cache = await temporaryCache();
  const name = 'r.example/app:1';
  const [old, latest, arm] = [
    await write(cache, 'a'),
    await write(cache, 'b'),
    await write(cache, 'c', 'arm64'),
  ];
  for (const image of [latest, arm, old]) await recordImage(cache, image, name);
  await recordName(cache, name, 'amd64', old.digest);
  await recordName(cache, name, 'arm64', arm.digest);
  await recordName(cache, name, 'amd64', latest.digest);
  expect((await findNamed(cache, name, 'amd64'))?.image).toEqual(latest);
  expect((await findNamed(cache, name, 'arm64'))?.image).toEqual(arm);
  expect(await findNamed(cache, 'r.example/app:2', 'amd64')).toBeUndefined();
  // Not the one before it, which it no longer stands for.
  await rm(cache.blobPath(latest.manifest.layers[0]!.digest));
  expect(await findNamed(cache, name, 'amd64')).toBeUndefined();
});

test('a name that nobody asked for is known by what a lock called so, if that is one image', async () => {
  const cache = await temporaryCache();
  const [a, b] = [await write(cache, 'a'), await write(cache, 'b', 'arm64')];
  const name = 'r.example/app:1';
  for (const image of [a, b]) await recordImage(cache, image, name);
  expect((await findNamed(cache, name, 'arm64'))?.image).toEqual(b);
  await recordImage(cache, await write(cache, 'c'), name);
  await expect(findNamed(cache, name, 'amd64')).rejects.toMatchObject({ code: 'image-ambiguous' });
});
