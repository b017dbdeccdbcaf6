// Layers that are unpacked while they come: what is kept, and that nothing of a lie is.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { imageTree } from '../../src/oci/flatten.ts';
import { mediaTypes } from '../../src/oci/image.ts';
import { digestOfBytes } from '../../src/oci/layout.ts';
import type { ImageAccess } from '../../src/oci/origin.ts';
import { pullImage, resolveImage } from '../../src/oci/resolve.ts';
import type { Cache } from '../../src/store/cache.ts';
import { file, type Tree } from '../../src/tree/tree.ts';
import { noise } from '../store/support.ts';
import { originOf, serveImage, tarOf, temporaryAccess } from './support/images.ts';
import { type ScriptedRegistry, startScriptedRegistry } from './support/scripted-registry.ts';

let registry: ScriptedRegistry;
let plain: Buffer;
beforeEach(async () => {
  registry = await startScriptedRegistry();
  const tree: Tree = new Map([['noise', file(noise(3 << 20))]]);
  plain = await tarOf(tree);
});
afterEach(() => registry.close());

async function pullUnpacked(access: ImageAccess) {
  const resolved = await resolveImage(originOf(`${registry.host}/app:1`), { ...access, arch: 'amd64' });
  return pullImage(resolved, access, { unpack: true });
}

async function serveGzip() {
  const { layer } = await serveImage(registry, {
    blob: gzipSync(plain),
    plain,
    mediaType: mediaTypes.layerGzip,
  });
  return { ...layer, bytes: Buffer.from(registry.blob(layer.digest)) };
}

const isPlain = (cache: Cache) => cache.hasBlob({ digest: digestOfBytes(plain), size: plain.length });

/** Nothing is left beside what has its name. */
async function expectTidy({ root }: Cache): Promise<void> {
  expect(await readdir(join(root, 'tmp'))).toEqual([]);
  expect(await readdir(join(root, 'partial'))).toEqual([]);
}

test('the plain layer is there when the pull is done, and only where it was asked for', async () => {
  await serveGzip();
  const [access, other] = [await temporaryAccess(), await temporaryAccess()];
  const image = await pullUnpacked(access);
  expect(await isPlain(access.cache)).toBe(true);
  expect([...(await imageTree(access.cache, image)).keys()]).toEqual(['noise']);
  await expectTidy(access.cache);
  const resolved = await resolveImage(originOf(`${registry.host}/app:1`), { ...other, arch: 'amd64' });
  await pullImage(resolved, other);
  expect(await isPlain(other.cache)).toBe(false);
});

test('a plain layer is not copied', async () => {
  await serveImage(registry, { plain });
  const access = await temporaryAccess();
  await pullUnpacked(access);
  expect(await isPlain(access.cache)).toBe(true);
  await expectTidy(access.cache);
});

/** Serves the layer with one byte changed. */
async function serveChanged(at: number) {
  const layer = await serveGzip();
  const changed = Buffer.from(layer.bytes);
  changed[(at + changed.length) % changed.length]! ^= 1;
  registry.script(({ path }, response) => {
    if (!path.includes(layer.digest)) return false;
    response.writeHead(200).end(changed);
    return true;
  });
  return layer;
}

test.each([
  // RFC 1952: the operating system, which no program looks at. The tar is what the config promises.
  ['that changes nothing of what is unpacked', 9],
  ['of the length at the end, when all has been unpacked', -1],
  ['in the middle', 1 << 20],
])('a flipped bit %s', async (_, at) => {
  const { digest } = await serveChanged(at);
  const access = await temporaryAccess();
  await expect(pullUnpacked(access)).rejects.toMatchObject({ fault: 'integrity', code: 'blob-digest' });
  expect(await isPlain(access.cache)).toBe(false);
  expect(await access.cache.result('layer', digest as never)).toBeUndefined();
  await expectTidy(access.cache);
});

test('a diff id that is another: the pull keeps the blob alone, and reading it tells', async () => {
  const { layer } = await serveImage(registry, { blob: gzipSync(plain), plain: Buffer.from('another') });
  const access = await temporaryAccess();
  const image = await pullUnpacked(access);
  expect(await isPlain(access.cache)).toBe(false);
  expect(await access.cache.result('layer', layer.digest as never)).toBeUndefined();
  await expectTidy(access.cache);
  await expect(imageTree(access.cache, image, 'app:1')).rejects.toMatchObject({
    fault: 'integrity',
    message: expect.stringContaining('layer 1 of 1 of image app:1'),
  });
  expect(await isPlain(access.cache)).toBe(false);
});

test('broken off in the middle, it goes on with the rest', async () => {
  const { digest, bytes } = await serveGzip();
  const half = bytes.length >> 1;
  registry.script(({ path, headers }, response) => {
    if (!path.includes(digest) || headers.range !== undefined) return false;
    response.writeHead(200, { 'content-length': bytes.length });
    response.write(bytes.subarray(0, half), () => response.socket!.end());
    return true;
  });
  const access = await temporaryAccess();
  await pullUnpacked(access);
  expect(await isPlain(access.cache)).toBe(true);
});

test('begun anew, what was unpacked of the first beginning is forgotten', async () => {
  const { digest, bytes } = await serveGzip();
  let tries = 0;
  registry.script(({ path }, response) => {
    if (!path.includes(digest)) return false;
    tries += 1;
    response.writeHead(200, { 'content-length': bytes.length });
    if (tries > 1) response.end(bytes);
    else response.write(noise(bytes.length >> 1, 7), () => response.socket!.end());
    return true;
  });
  const access = await temporaryAccess();
  const image = await pullUnpacked(access);
  expect(tries).toBe(2);
  await expectTidy(access.cache);
  expect([...(await imageTree(access.cache, image)).keys()]).toEqual(['noise']);
});

test('given up, nothing of it is left but the beginning of the blob', async () => {
  const { digest, bytes } = await serveGzip();
  registry.script(({ path, headers }, response) => {
    if (!path.includes(digest)) return false;
    if (headers.range !== undefined) response.destroy();
    else {
      response.writeHead(200, { 'content-length': bytes.length });
      response.write(bytes.subarray(0, 1 << 20), () => response.destroy());
    }
    return true;
  });
  const access = await temporaryAccess();
  await expect(pullUnpacked(access)).rejects.toMatchObject({ fault: 'network' });
  expect(await readdir(join(access.cache.root, 'tmp'))).toEqual([]);
  expect(await readdir(join(access.cache.root, 'partial'))).toEqual([digest.slice('sha256:'.length)]);
  registry.script(() => false);
  await pullUnpacked(access);
  expect(await isPlain(access.cache)).toBe(true);
});
