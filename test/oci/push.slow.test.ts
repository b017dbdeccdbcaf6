// Push to the real registry and pull back: what comes is what went, byte for byte.
import { describe, expect, test } from 'vitest';
import { silentReporter } from '../../src/base/reporter.ts';
import { imageTree } from '../../src/oci/flatten.ts';
import { compressLayers, pushImages } from '../../src/oci/push.ts';
import { parseRegistryReference } from '../../src/oci/reference.ts';
import { writeImage } from '../../src/oci/store.ts';
import type { Cache } from '../../src/store/cache.ts';
import { file } from '../../src/tree/tree.ts';
import { helloTree, pull, temporaryAccess, textsOf } from './support/images.ts';
import { alice, startRealRegistry } from './support/real-registry.ts';

const write = (cache: Cache, arch: 'amd64' | 'arm64' = 'amd64') =>
  writeImage(cache, {
    layers: [{ tree: helloTree() }, { tree: new Map([['big', file('0123456789'.repeat(300_000))]]) }],
    config: { Entrypoint: ['/hello'], Labels: { a: 'b' } },
    arch,
  });

describe('anonymous', () => {
  test('one image, its tag, and nothing sent twice', async () => {
    const host = await startRealRegistry();
    const sent: string[] = [];
    const reporter = {
      ...silentReporter,
      task(label: string) {
        sent.push(label);
        return silentReporter.task(label);
      },
    };
    const access = await temporaryAccess({ reporter });
    const image = await write(access.cache);
    const pushed = await pushImages([image], parseRegistryReference(`${host}/team/app:1`), access);
    expect(pushed).toEqual({ digest: image.digest, name: `${host}/team/app:1@${image.digest}` });
    expect(sent).toHaveLength(3);
    await pushImages([image], parseRegistryReference(`${host}/team/app:2`), access);
    expect(sent).toHaveLength(3);

    const other = await temporaryAccess();
    const pulled = await pull(`${host}/team/app:2`, other);
    expect(pulled).toEqual(image);
    expect((await textsOf(await imageTree(other.cache, pulled))).hello).toBe('hello\n');
  });

  test('compressed on the way: another manifest, the same tree', async () => {
    const host = await startRealRegistry();
    const access = await temporaryAccess();
    const image = await write(access.cache);
    const compressed = await compressLayers(access.cache, image);
    expect(await compressLayers(access.cache, image)).toEqual(compressed);
    const size = (layers: readonly { size: number }[]) => layers.reduce((sum, layer) => sum + layer.size, 0);
    expect(size(compressed.manifest.layers)).toBeLessThan(size(image.manifest.layers) / 50);
    await pushImages([compressed], parseRegistryReference(`${host}/app:1`), access);

    const other = await temporaryAccess();
    const pulled = await pull(`${host}/app:1`, other);
    expect(pulled.digest).toBe(compressed.digest);
    expect(await textsOf(await imageTree(other.cache, pulled))).toEqual(
      await textsOf(await imageTree(access.cache, image)),
    );
  });

  test('an image for each architecture under one tag', async () => {
    const host = await startRealRegistry();
    const access = await temporaryAccess();
    const [amd64, arm64] = [await write(access.cache), await write(access.cache, 'arm64')];
    const { digest } = await pushImages([amd64, arm64], parseRegistryReference(`${host}/app:1`), access);
    expect((await pull(`${host}/app:1`, await temporaryAccess(), 'arm64')).digest).toBe(arm64.digest);
    expect((await pull(`${host}/app@${digest}`, await temporaryAccess())).digest).toBe(amd64.digest);
  });

  test('a name that is not there', async () => {
    const host = await startRealRegistry();
    await expect(pull(`${host}/absent:1`, await temporaryAccess())).rejects.toMatchObject({
      code: 'image-not-found',
    });
  });
});

describe('htpasswd', () => {
  test('a round trip with the password, a refusal without', async () => {
    const host = await startRealRegistry({ htpasswd: true });
    const access = await temporaryAccess({ credentials: async () => alice });
    const image = await write(access.cache);
    await pushImages([image], parseRegistryReference(`${host}/app:1`), access);

    const known = await temporaryAccess({ credentials: async () => alice });
    expect((await pull(`${host}/app:1`, known)).digest).toBe(image.digest);
    await expect(pull(`${host}/app:1`, await temporaryAccess())).rejects.toMatchObject({
      code: 'registry-unauthorized',
    });
    const wrong = await temporaryAccess({
      credentials: async () => ({ username: 'alice', password: 'wrong' }),
    });
    await expect(
      pushImages([image], parseRegistryReference(`${host}/app:2`), { ...wrong, cache: access.cache }),
    ).rejects.toMatchObject({
      code: 'registry-unauthorized',
    });
  });
});
