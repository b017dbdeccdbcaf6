// The names that people know images by.
import { rm } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { findImage, listImages, recordImage } from '../../src/oci/list.ts';
import { writeImage } from '../../src/oci/store.ts';
import { file } from '../../src/tree/tree.ts';
import { temporaryCache } from './support/images.ts';

test('those that are whole, by name; the same name for two is asked about', async () => {
  const cache = await temporaryCache();
  const write = (text: string) =>
    writeImage(cache, { layers: [{ tree: new Map([['f', file(text)]]) }], config: {}, arch: 'amd64' });
  const [a, b, c] = [await write('a'), await write('b'), await write('c')];
  expect(await listImages(cache)).toEqual([]);
  await recordImage(cache, b, 'r.example/app:1');
  await recordImage(cache, a, 'component:x');
  await recordImage(cache, c, 'r.example/app:1');
  const names = async () => (await listImages(cache)).map(({ name }) => name);
  expect(await names()).toEqual(['component:x', 'r.example/app:1', 'r.example/app:1']);

  expect((await findImage(cache, 'component:x'))?.image).toEqual(a);
  expect((await findImage(cache, b.digest))?.image).toEqual(b);
  expect((await findImage(cache, c.digest.slice(7, 19)))?.image).toEqual(c);
  expect(await findImage(cache, 'absent')).toBeUndefined();
  await expect(findImage(cache, 'r.example/app:1')).rejects.toMatchObject({ code: 'image-ambiguous' });

  await rm(cache.blobPath(b.manifest.layers[0]!.digest));
  expect(await names()).toEqual(['component:x', 'r.example/app:1']);
  expect((await findImage(cache, 'r.example/app:1'))?.image).toEqual(c);
});
