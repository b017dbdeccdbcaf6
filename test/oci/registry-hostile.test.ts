// Registries that lie, break off, or ask for ever: an error that names image and layer, and nothing trusted.
import { readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CatamaranError } from '../../src/base/errors.ts';
import { silentReporter } from '../../src/base/reporter.ts';
import { imageTree } from '../../src/oci/flatten.ts';
import { mediaTypes } from '../../src/oci/image.ts';
import { openRegistryClient } from '../../src/oci/registry.ts';
import { pullImage } from '../../src/oci/resolve.ts';
import type { Cache } from '../../src/store/cache.ts';
import { originOf, pull, serveImage, temporaryAccess, textsOf } from './support/images.ts';
import { type ScriptedRegistry, startScriptedRegistry } from './support/scripted-registry.ts';

let registry: ScriptedRegistry;
beforeEach(async () => {
  registry = await startScriptedRegistry();
});
afterEach(() => registry.close());

const app = () => `${registry.host}/app:1`;

async function failure(promise: Promise<unknown>): Promise<CatamaranError> {
  const thrown = await promise.then(
    () => new Error('it did not fail'),
    (error: unknown) => error,
  );
  expect(thrown).toHaveProperty('name', 'CatamaranError');
  return thrown as CatamaranError;
}

async function blobsIn(cache: Cache): Promise<string[]> {
  const names = await readdir(join(cache.root, 'blobs'), { recursive: true });
  return names.filter((name) => /[0-9a-f]{64}$/.test(name)).map((name) => `sha256:${name.slice(-64)}`);
}

test('an honest registry: the image comes, and is not asked for again', async () => {
  const { manifest } = await serveImage(registry);
  const access = await temporaryAccess();
  const image = await pull(app(), access);
  expect(image.digest).toBe(manifest.digest);
  expect(await textsOf(await imageTree(access.cache, image))).toEqual({ hello: 'hello\n' });
  const before = registry.asked.length;
  await pull(`${registry.host}/app@${manifest.digest}`, access);
  expect(registry.asked.slice(before).filter(({ path }) => path.includes('/blobs/'))).toEqual([]);
});

describe('manifests', () => {
  test('another content than the digest that was asked for', async () => {
    const { manifest } = await serveImage(registry);
    registry.script(({ path }, response) => {
      if (!path.includes('/manifests/')) return false;
      response.writeHead(200, { 'content-type': mediaTypes.manifest }).end('{"schemaVersion":2}');
      return true;
    });
    const error = await failure(pull(`${registry.host}/app@${manifest.digest}`, await temporaryAccess()));
    expect(error).toMatchObject({ fault: 'integrity', code: 'registry-lied' });
    expect(error.message).toContain(`${registry.host}/app@${manifest.digest}`);
  });

  test('another content than the registry itself says', async () => {
    registry.script(({ path }, response) => {
      if (!path.includes('/manifests/')) return false;
      const headers = {
        'content-type': mediaTypes.manifest,
        'docker-content-digest': `sha256:${'0'.repeat(64)}`,
      };
      response.writeHead(200, headers).end('{"schemaVersion":2}');
      return true;
    });
    expect(await failure(pull(app(), await temporaryAccess()))).toMatchObject({ code: 'registry-lied' });
  });

  test.each([
    ['text/html', 'registry-content-type'],
    ['application/json', 'registry-content-type'],
    ['application/vnd.docker.distribution.manifest.v1+prettyjws', 'image-schema1'],
  ])('the content type %s', async (type, code) => {
    registry.addManifest('{"schemaVersion":1,"fsLayers":[]}', type, '1');
    const error = await failure(pull(app(), await temporaryAccess()));
    expect(error).toMatchObject({ fault: 'integrity', code });
    expect(error.message).toContain(app());
  });

  test('one type in the header, another in the document', async () => {
    registry.addManifest(
      { schemaVersion: 2, mediaType: mediaTypes.index, manifests: [] },
      mediaTypes.manifest,
      '1',
    );
    expect(await failure(pull(app(), await temporaryAccess()))).toMatchObject({ code: 'registry-lied' });
  });

  test('a manifest without end', async () => {
    registry.script(({ path }, response) => {
      if (!path.includes('/manifests/')) return false;
      response.writeHead(200, { 'content-type': mediaTypes.manifest });
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(1 << 16, ' ')));
      };
      response.on('drain', more);
      more();
      return true;
    });
    const error = await failure(pull(app(), await temporaryAccess()));
    expect(error.message).toContain('more than 4 MiB');
  });

  test.each([
    ['no JSON', '{'],
    ['a list', '[]'],
    ['a manifest and an index at once', '{"schemaVersion":2,"manifests":[],"layers":[]}'],
    ['no layers', '{"schemaVersion":2}'],
    ['schema 1 under a new type', '{"schemaVersion":1,"fsLayers":[]}'],
    [
      'a digest of another kind',
      `{"schemaVersion":2,"config":{"mediaType":"x","digest":"md5:0","size":1},"layers":[]}`,
    ],
    [
      'a negative size',
      `{"schemaVersion":2,"config":{"mediaType":"${mediaTypes.config}","digest":"sha256:${'0'.repeat(64)}","size":-1},"layers":[]}`,
    ],
    [
      'an artifact that is no image',
      `{"schemaVersion":2,"config":{"mediaType":"application/vnd.oci.empty.v1+json","digest":"sha256:${'0'.repeat(64)}","size":2},"layers":[]}`,
    ],
  ])('malformed: %s', async (_, text) => {
    registry.addManifest(text, mediaTypes.manifest, '1');
    const error = await failure(pull(app(), await temporaryAccess()));
    expect(error.fault).toBe('integrity');
    expect(error.message).toContain(app());
  });

  test('an index without the platform names those that it has', async () => {
    const { manifest } = await serveImage(registry, { arch: 's390x' });
    const platform = { os: 'linux', architecture: 's390x' };
    registry.addManifest(
      { schemaVersion: 2, mediaType: mediaTypes.index, manifests: [{ ...manifest, platform }] },
      mediaTypes.index,
      '1',
    );
    const error = await failure(pull(app(), await temporaryAccess(), 'arm64'));
    expect(error).toMatchObject({ fault: 'spec', code: 'image-platform' });
    expect(error.message).toContain('linux/s390x');
  });

  test('an index that lies about the size of a manifest', async () => {
    const { manifest } = await serveImage(registry);
    const platform = { os: 'linux', architecture: 'amd64' };
    const manifests = [{ ...manifest, size: manifest.size + 1, platform }];
    registry.addManifest({ schemaVersion: 2, mediaType: mediaTypes.index, manifests }, mediaTypes.index, '1');
    const error = await failure(pull(app(), await temporaryAccess()));
    expect(error).toMatchObject({ fault: 'integrity', code: 'blob-size' });
    expect(error.message).toContain(app());
  });

  test('a config with another number of layers: none of them is fetched', async () => {
    const { layer } = await serveImage(registry);
    const config = registry.addBlob(
      JSON.stringify({ architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [] } }),
    );
    registry.addManifest(
      {
        schemaVersion: 2,
        mediaType: mediaTypes.manifest,
        config: { mediaType: mediaTypes.config, ...config },
        layers: [{ mediaType: mediaTypes.layer, ...layer }],
      },
      mediaTypes.manifest,
      '1',
    );
    const error = await failure(pull(app(), await temporaryAccess()));
    expect(error).toMatchObject({ fault: 'integrity', code: 'image-malformed' });
    expect(registry.asked.some(({ path }) => path.includes(layer.digest))).toBe(false);
  });

  test('indexes within indexes without end', async () => {
    const chain = (depth: number): ReturnType<ScriptedRegistry['addManifest']> => {
      const inner =
        depth === 0
          ? { mediaType: mediaTypes.index, digest: `sha256:${'0'.repeat(64)}`, size: 1 }
          : chain(depth - 1);
      return registry.addManifest({ schemaVersion: 2, manifests: [inner] }, mediaTypes.index, '1');
    };
    chain(6);
    const error = await failure(pull(app(), await temporaryAccess()));
    expect(error.message).toContain('deep');
  });

  test('a single manifest for another architecture', async () => {
    await serveImage(registry, { arch: 'arm64' });
    expect(await failure(pull(app(), await temporaryAccess()))).toMatchObject({ code: 'image-platform' });
  });
});

describe('blobs', () => {
  const flipped = (bytes: Buffer) => Buffer.from(bytes.map((byte, at) => (at === 100 ? byte ^ 1 : byte)));

  /** Answers the layer's address with something of the same image. */
  async function lieAboutLayer(change: (bytes: Buffer) => Buffer) {
    const { layer } = await serveImage(registry);
    const bytes = Buffer.from(registry.blob(layer.digest));
    registry.script(({ path }, response) => {
      if (!path.includes(layer.digest)) return false;
      response.writeHead(200).end(change(bytes));
      return true;
    });
    return layer;
  }

  test('a flipped bit', async () => {
    const layer = await lieAboutLayer(flipped);
    const access = await temporaryAccess();
    const error = await failure(pull(app(), access));
    expect(error).toMatchObject({ fault: 'integrity', code: 'blob-digest' });
    expect(error.message).toContain(`layer 1 of 1 of image ${app()}`);
    expect(await blobsIn(access.cache)).not.toContain(layer.digest);
    expect(await readdir(join(access.cache.root, 'partial'))).toEqual([]);
  });

  test('longer than the manifest says', async () => {
    await lieAboutLayer((bytes) => Buffer.concat([bytes, bytes]));
    expect(await failure(pull(app(), await temporaryAccess()))).toMatchObject({ fault: 'integrity' });
  });

  test.each([
    ['says so', (bytes: Buffer) => ({ 'content-length': bytes.length })],
    ['does not', () => ({ 'transfer-encoding': 'chunked' })],
  ])('shorter than the manifest says, and the answer %s', async (_, headers) => {
    const { layer } = await serveImage(registry);
    registry.script(({ path }, response) => {
      if (!path.includes(layer.digest)) return false;
      const bytes = Buffer.from(registry.blob(layer.digest)).subarray(0, 600);
      response.writeHead(200, headers(bytes)).end(bytes);
      return true;
    });
    const access = await temporaryAccess();
    const error = await failure(pull(app(), access));
    expect(error.message).toContain(`layer 1 of 1 of image ${app()}`);
    expect(await blobsIn(access.cache)).not.toContain(layer.digest);
  });

  test('with a content encoding that nobody asked for', async () => {
    const { layer } = await serveImage(registry);
    registry.script(({ path, headers }, response) => {
      if (!path.includes(layer.digest)) return false;
      expect(headers['accept-encoding']).toBe('identity');
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(registry.blob(layer.digest)));
      return true;
    });
    const access = await temporaryAccess();
    const error = await failure(pull(app(), access));
    expect(error).toMatchObject({ fault: 'integrity', code: 'download-encoding' });
    expect(error.message).toContain('layer 1 of 1');
    expect(await readdir(join(access.cache.root, 'partial'))).toEqual([]);
  });

  test('whose first bytes were left by an earlier, hostile answer', async () => {
    const { layer } = await serveImage(registry);
    const access = await temporaryAccess();
    const left = join(access.cache.root, 'partial', layer.digest.slice('sha256:'.length));
    await writeFile(left, Buffer.alloc(700, 'x'));
    const image = await pull(app(), access);
    expect(await textsOf(await imageTree(access.cache, image))).toEqual({ hello: 'hello\n' });
    const layers = registry.asked.filter(({ path }) => path.includes(layer.digest));
    expect(layers.map(({ headers }) => headers.range)).toEqual(['bytes=700-', undefined]);
  });

  test('without end, of no stated length', async () => {
    const { layer } = await serveImage(registry);
    registry.script(({ path }, response) => {
      if (!path.includes(layer.digest)) return false;
      response.writeHead(200, { 'transfer-encoding': 'chunked' });
      const more = () => {
        while (!response.destroyed && response.write(Buffer.alloc(1 << 16)));
      };
      response.on('drain', more);
      more();
      return true;
    });
    const error = await failure(pull(app(), await temporaryAccess()));
    expect(error).toMatchObject({ fault: 'integrity', code: 'blob-size' });
    expect(error.message).toContain(`layer 1 of 1 of image ${app()}`);
  });

  test('half a blob at first: the rest is fetched, and not the whole again', async () => {
    const { layer } = await serveImage(registry);
    registry.script(({ path, headers }, response) => {
      if (!path.includes(layer.digest) || headers.range !== undefined) return false;
      response.writeHead(200, { 'content-length': layer.size });
      response.write(registry.blob(layer.digest).subarray(0, 700), () => response.socket!.end());
      return true;
    });
    const access = await temporaryAccess();
    const image = await pull(app(), access);
    expect(await textsOf(await imageTree(access.cache, image))).toEqual({ hello: 'hello\n' });
    const layers = registry.asked.filter(({ path }) => path.includes(layer.digest));
    expect(layers.map(({ headers }) => headers.range)).toEqual([undefined, 'bytes=700-']);
  });

  test('the second half of another blob: all of it is fetched once more', async () => {
    const { layer } = await serveImage(registry);
    let count = 0;
    registry.script(({ path, headers }, response) => {
      count += path.includes(layer.digest) ? 1 : 0;
      if (!path.includes(layer.digest) || count > 2) return false;
      const half = Buffer.alloc(layer.size - 700, 'x');
      const range = { 'content-range': `bytes 700-${layer.size - 1}/${layer.size}` };
      if (headers.range !== undefined) response.writeHead(206, range).end(half);
      else
        response
          .writeHead(200, { 'content-length': layer.size })
          .write(half.subarray(0, 700), () => response.socket!.end());
      return true;
    });
    const access = await temporaryAccess();
    const image = await pull(app(), access);
    expect(await textsOf(await imageTree(access.cache, image))).toEqual({ hello: 'hello\n' });
  });

  test('half a blob and no more is given up, and what came is kept for the next time', async () => {
    const { layer } = await serveImage(registry);
    registry.script(({ path }, response) => {
      if (!path.includes(layer.digest)) return false;
      response
        .writeHead(200, { 'content-length': layer.size })
        .write(Buffer.alloc(300), () => response.destroy());
      return true;
    });
    const access = await temporaryAccess();
    const error = await failure(pull(app(), access));
    expect(error).toMatchObject({ fault: 'network', code: 'registry-unreachable' });
    expect(error.message).toContain('layer 1 of 1');
    expect(await blobsIn(access.cache)).not.toContain(layer.digest);
  });

  test('a part that was not asked for', async () => {
    const { layer } = await serveImage(registry);
    registry.script(({ path }, response) => {
      if (!path.includes(layer.digest)) return false;
      response.writeHead(206, { 'content-range': `bytes 10-${layer.size - 1}/${layer.size}` }).end();
      return true;
    });
    expect(await failure(pull(app(), await temporaryAccess()))).toMatchObject({ code: 'registry-lied' });
  });

  test('a stall is noticed', async () => {
    const { layer } = await serveImage(registry);
    registry.script(({ path }, response) => {
      if (!path.includes(layer.digest)) return false;
      response.writeHead(200, { 'content-length': layer.size }).write('x');
      return true;
    });
    const patience = { tries: 1, stall: 100 };
    const error = await failure(pull(app(), await temporaryAccess({ patience })));
    expect(error).toMatchObject({ fault: 'network', code: 'registry-unreachable' });
  });

  test('absent', async () => {
    const { layer } = await serveImage(registry);
    registry.script(({ path }, response) => {
      if (!path.includes(layer.digest)) return false;
      response.writeHead(404).end();
      return true;
    });
    const error = await failure(pull(app(), await temporaryAccess()));
    expect(error).toMatchObject({ code: 'image-not-found' });
    expect(error.message).toContain('layer 1 of 1');
  });
});

describe('patience', () => {
  test('a registry that is busy is asked again, when it says', async () => {
    await serveImage(registry);
    let busy = 2;
    registry.script((_, response) => {
      if (busy === 0) return false;
      busy -= 1;
      response.writeHead(busy === 0 ? 503 : 429, { 'retry-after': '0' }).end();
      return true;
    });
    await expect(pull(app(), await temporaryAccess())).resolves.toBeDefined();
  });

  test('a registry that is always busy is given up', async () => {
    registry.script((_, response) => {
      response.writeHead(503).end();
      return true;
    });
    expect(await failure(pull(app(), await temporaryAccess()))).toMatchObject({
      code: 'registry-unreachable',
    });
    expect(registry.asked.filter(({ path }) => path.includes('manifests'))).toHaveLength(3);
  });

  test('a mirror that lies is passed over', async () => {
    const { manifest } = await serveImage(registry);
    const liar = await startScriptedRegistry();
    try {
      liar.addManifest('{"schemaVersion":2}', 'text/html', '1');
      const access = await temporaryAccess({ mirrors: { [registry.host]: [`${liar.host}/cache`] } });
      expect((await pull(app(), access)).digest).toBe(manifest.digest);
      expect(liar.asked.map(({ path }) => path)).toContain('/v2/cache/app/manifests/1');
    } finally {
      await liar.close();
    }
  });

  test('a mirror that is dead is tried once, and warned of once', async () => {
    const { manifest } = await serveImage(registry);
    const dead = await startScriptedRegistry();
    let tries = 0;
    dead.script((_, response) => {
      tries += 1;
      response.destroy();
      return true;
    });
    try {
      const warnings: string[] = [];
      const reporter = { ...silentReporter, warn: (message: string) => void warnings.push(message) };
      const mirrors = { [registry.host.toUpperCase()]: [dead.host] };
      const access = await temporaryAccess({ mirrors, reporter });
      expect((await pull(app(), access)).digest).toBe(manifest.digest);
      const soon = tries;
      expect(soon).toBeGreaterThan(0);
      expect(warnings).toEqual([expect.stringContaining(`the mirror ${dead.host} was passed over`)]);
      await serveImage(registry, { tag: '2', plain: Buffer.alloc(2048) });
      await pull(`${registry.host}/app:2`, access);
      expect([tries, warnings.length]).toEqual([soon, 1]);
    } finally {
      await dead.close();
    }
  });

  test('a mirror that lacks one image is asked for the next', async () => {
    await serveImage(registry);
    const other = await startScriptedRegistry();
    try {
      const { manifest } = await serveImage(other, { tag: '2', plain: Buffer.alloc(2048) });
      const access = await temporaryAccess({ mirrors: { [registry.host]: [other.host] } });
      await pull(app(), access);
      expect((await pull(`${registry.host}/app:2`, access)).digest).toBe(manifest.digest);
    } finally {
      await other.close();
    }
  });

  test('offline, nothing is asked, and what the cache has is enough', async () => {
    const { manifest } = await serveImage(registry);
    const warnings: string[] = [];
    const reporter = { ...silentReporter, warn: (message: string) => void warnings.push(message) };
    const access = await temporaryAccess({ reporter });
    const image = await pull(app(), access);
    const count = registry.asked.length;
    const registries = openRegistryClient({ ...access.registries.options, offline: true });
    const offline = { ...access, registries };
    const absent = await failure(pull(`${registry.host}/app:2`, offline));
    expect(absent).toMatchObject({ code: 'registry-offline' });
    const arm = await failure(pull(app(), offline, 'arm64'));
    expect(arm).toMatchObject({ code: 'registry-offline' });
    const pinned = { origin: originOf(app()), arch: 'amd64' as const, digest: image.digest };
    expect((await pullImage(pinned, offline)).digest).toBe(manifest.digest);
    expect(warnings).toEqual([]);
    expect((await pull(app(), offline)).digest).toBe(manifest.digest);
    expect(warnings).toEqual([expect.stringContaining(`${app()} is ${manifest.digest}, as when`)]);
    expect(registry.asked).toHaveLength(count);
  });
});
