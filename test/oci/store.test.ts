// Writing images to the cache, reading them back, and flattening what is honest.
import { truncate, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { imageTree } from '../../src/oci/flatten.ts';
import { mediaTypes } from '../../src/oci/image.ts';
import { plainLayer } from '../../src/oci/layer.ts';
import { digestOfBytes } from '../../src/oci/layout.ts';
import { loadImage, writeImage } from '../../src/oci/store.ts';
import type { TreeNode } from '../../src/tree/node.ts';
import { directory, file, symlink, type Tree } from '../../src/tree/tree.ts';
import { helloTree, tarOf, temporaryCache, textsOf } from './support/images.ts';

const config = { Entrypoint: ['/hello'], Env: ['A=b'], Labels: { z: '1', a: '2' } };

test('the digest is a function of the inputs alone', async () => {
  const [one, other] = [await temporaryCache(), await temporaryCache()];
  const image = await writeImage(one, { layers: [{ tree: helloTree() }], config, arch: 'amd64' });
  const turned = { Labels: { a: '2', z: '1' }, Env: ['A=b'], Entrypoint: ['/hello'] };
  const again = await writeImage(other, { layers: [{ tree: helloTree() }], config: turned, arch: 'amd64' });
  expect(again).toEqual(image);
  expect(image.digest).toMatchInlineSnapshot(
    `"sha256:5315f837926b8644350e3f23d144e4a86f21f985989c7e29a61a5b6b1104e72d"`,
  );
  const arm = await writeImage(other, { layers: [{ tree: helloTree() }], config, arch: 'arm64' });
  expect(arm.digest).not.toBe(image.digest);
  expect(arm.manifest.layers).toEqual(image.manifest.layers);
});

test('what is written is what is loaded, by another process as well', async () => {
  const cache = await temporaryCache();
  const annotations = { 'org.opencontainers.image.title': 'hello' };
  const image = await writeImage(cache, {
    layers: [{ tree: helloTree() }],
    config,
    arch: 'arm64',
    annotations,
  });
  expect(await loadImage(cache, image.digest)).toEqual(image);
  expect(image.config.rootfs.diff_ids).toEqual(image.manifest.layers.map(({ digest }) => digest));
});

test('later times are clamped', async () => {
  const cache = await temporaryCache();
  const tree: Tree = new Map([['f', { ...file('x'), mtime: 2_000_000_000 }]]);
  const image = await writeImage(cache, {
    layers: [{ tree }],
    config,
    arch: 'amd64',
    clampMtime: 1_700_000_000,
  });
  expect((await imageTree(cache, image)).get('f')!.mtime).toBe(1_700_000_000);
});

test('absent or damaged blobs make it absent', async () => {
  const cache = await temporaryCache();
  expect(await loadImage(cache, digestOfBytes(Buffer.from('nothing')))).toBeUndefined();
  const image = await writeImage(cache, { layers: [{ tree: helloTree() }], config, arch: 'amd64' });
  await truncate(cache.blobPath(image.manifest.layers[0]!.digest), 10);
  expect(await loadImage(cache, image.digest)).toBeUndefined();
});

test('a layer that is damaged in the cache is named', async () => {
  const cache = await temporaryCache();
  const blob = await cache.putBlob(gzipSync(await tarOf(helloTree())));
  const image = await writeImage(cache, {
    layers: [{ mediaType: mediaTypes.layerGzip, ...blob }],
    config,
    arch: 'amd64',
  });
  const plain = await plainLayer(cache, image.manifest.layers[0]!);
  await writeFile(cache.blobPath(plain.digest), '');
  expect(await textsOf(await imageTree(cache, image))).toEqual({ hello: 'hello\n' });
});

test.each([
  ['not JSON', '{'],
  ['more layers than diff_ids', undefined],
])('a manifest that cannot be used: %s', async (_, text) => {
  const cache = await temporaryCache();
  const image = await writeImage(cache, { layers: [{ tree: helloTree() }], config, arch: 'amd64' });
  const layers = [...image.manifest.layers, ...image.manifest.layers];
  const bytes = Buffer.from(text ?? JSON.stringify({ ...image.manifest, layers }));
  const { digest } = await cache.putBlob(bytes);
  await expect(loadImage(cache, digest, 'app:1')).rejects.toMatchObject({
    fault: 'integrity',
    code: 'image-malformed',
    message: expect.stringContaining('app:1'),
  });
});

test('layers lie over each other, whatever they are compressed with', async () => {
  const cache = await temporaryCache();
  const lower: Tree = new Map<string, TreeNode>([
    ['etc', directory()],
    ['etc/a', file('a\n')],
    ['etc/b', file('b\n')],
    ['opt', directory()],
    ['opt/old', file('old\n')],
  ]);
  const upper: Tree = new Map<string, TreeNode>([
    ['etc/.wh.a', file('')],
    ['etc/b', file('B\n')],
    ['opt', directory(0o700)],
    ['opt/.wh..wh..opq', file('')],
    ['opt/new', file('new\n')],
    ['link', symlink('etc/b')],
  ]);
  const blob = await cache.putBlob(gzipSync(await tarOf(upper)));
  const image = await writeImage(cache, {
    layers: [{ tree: lower }, { mediaType: mediaTypes.layerGzip, ...blob }],
    config,
    arch: 'amd64',
  });
  const tree = await imageTree(cache, image);
  expect(await textsOf(tree)).toEqual({ 'etc/b': 'B\n', 'opt/new': 'new\n' });
  expect(tree.get('opt')!.mode).toBe(0o700);
  expect(tree.get('link')).toMatchObject({ type: 'symlink', target: 'etc/b' });
});

/** RFC 8878: frames of raw blocks, each with its own size; two frames are one content. */
function zstdOf(bytes: Buffer): Buffer {
  const frame = (part: Buffer) => {
    const head = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0b1010_0000, 0, 0, 0, 0]);
    head.writeUInt32LE(part.length, 5);
    const block = Buffer.alloc(3);
    block.writeUIntLE((part.length << 3) | 1, 0, 3);
    return Buffer.concat([head, block, part]);
  };
  return Buffer.concat([frame(bytes.subarray(0, 700)), frame(bytes.subarray(700))]);
}

test('xattrs, file capabilities, high ids and devices come through layers of zstd, whatever their media type', async () => {
  const cache = await temporaryCache();
  const capability = Buffer.from('0100000200040000000000000000000000000000', 'hex');
  const meta = { mode: 0o755, uid: 3_000_000_000, gid: 300_000, mtime: 0 };
  const ping = { ...file('ping'), ...meta, xattrs: new Map([['security.capability', capability]]) };
  const tree: Tree = new Map<string, TreeNode>([
    ['ping', ping],
    ['ping6', ping],
    ['null', { type: 'character', ...meta, mode: 0o666, major: 1, minor: 3 }],
    ['n'.repeat(255), file('long')],
  ]);
  const plain = await tarOf(tree);
  const blob = await cache.putBlob(zstdOf(plain));
  const image = await writeImage(cache, {
    layers: [{ mediaType: mediaTypes.layerGzip, ...blob }, { tree: new Map([['.wh.null', file('')]]) }],
    config,
    arch: 'amd64',
  });
  expect(image.config.rootfs.diff_ids[0]).toBe(digestOfBytes(plain));
  const found = await imageTree(cache, image);
  expect(found.get('ping')).toMatchObject({ mode: 0o755, uid: 3_000_000_000, gid: 300_000 });
  expect(Buffer.from(found.get('ping')!.xattrs!.get('security.capability')!)).toEqual(capability);
  expect(found.get('ping6')).toBe(found.get('ping'));
  expect([...found.keys()].sort()).toEqual(['n'.repeat(255), 'ping', 'ping6']);
  const lowest = await imageTree(cache, {
    ...image,
    manifest: { ...image.manifest, layers: image.manifest.layers.slice(0, 1) },
  });
  expect(lowest.get('null')).toMatchObject({ type: 'character', major: 1, minor: 3 });
});

test('a plain layer is used as it is', async () => {
  const cache = await temporaryCache();
  const image = await writeImage(cache, { layers: [{ tree: helloTree() }], config, arch: 'amd64' });
  const hello = (await imageTree(cache, image)).get('hello');
  const path = cache.blobPath(image.manifest.layers[0]!.digest);
  expect(hello).toMatchObject({ content: { at: 'file', path } });
});
