// Layers that are something else than they say: an error that names the image and the layer, and nothing kept.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import type { Digest } from '../../src/base/digest.ts';
import { imageTree } from '../../src/oci/flatten.ts';
import { type Image, mediaTypes } from '../../src/oci/image.ts';
import { plainLayer } from '../../src/oci/layer.ts';
import { digestOfBytes } from '../../src/oci/layout.ts';
import type { Cache } from '../../src/store/cache.ts';
import { helloTree, tarOf, temporaryCache } from './support/images.ts';

let cache: Cache;
beforeEach(async () => {
  cache = await temporaryCache();
});

/** An image as a hostile registry would give it: nothing in it has to fit. */
async function imageOf(blob: Uint8Array, diffId: Digest = digestOfBytes(blob)): Promise<Image> {
  const { digest, size } = await cache.putBlob(blob);
  const descriptor = { mediaType: mediaTypes.layerGzip, digest, size };
  return {
    digest,
    manifest: { schemaVersion: 2, mediaType: mediaTypes.manifest, config: descriptor, layers: [descriptor] },
    config: { architecture: 'amd64', os: 'linux', rootfs: { type: 'layers', diff_ids: [diffId] } },
  };
}

async function refused(image: Image): Promise<void> {
  await expect(imageTree(cache, image, 'registry.example/app:1')).rejects.toMatchObject({
    fault: 'integrity',
    message: expect.stringContaining('layer 1 of 1 of image registry.example/app:1'),
  });
  expect(await readdir(join(cache.root, 'tmp'))).toEqual([]);
}

/** One tar header (POSIX ustar), with whatever fields. */
function header(fields: {
  name: string;
  type: string;
  link?: string;
  size?: string;
  patch?: (block: Buffer) => void;
}) {
  const block = Buffer.alloc(512);
  block.write(fields.name, 0);
  block.write('0000644\0', 100);
  block.write('0000000\0', 108);
  block.write('0000000\0', 116);
  block.write(fields.size ?? '00000000000\0', 124);
  block.write('00000000000\0', 136);
  block.write(fields.type, 156);
  block.write(fields.link ?? '', 157);
  block.write('ustar\x0000', 257);
  fields.patch?.(block);
  block.write('        ', 148);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return block;
}
const end = Buffer.alloc(1024);

describe('what is no tar', () => {
  test.each<[string, () => Promise<Uint8Array> | Uint8Array]>([
    ['zstd that wants 1.9 GiB for a byte', () => Buffer.from('28b52ffd00a709000078', 'hex')],
    ['text', () => Buffer.from('<html>not found</html>'.repeat(100))],
    ['noise', () => Buffer.alloc(4096, 0xa5)],
    ['a tar that is cut off', async () => (await tarOf(helloTree())).subarray(0, 700)],
  ])('%s', async (_, make) => {
    await refused(await imageOf(await make()));
  });

  test.each<[string, (packed: Buffer) => Buffer]>([
    ['cut off', (packed) => packed.subarray(0, packed.length - 12)],
    ['followed by something else', (packed) => Buffer.concat([packed, Buffer.from('trailing')])],
    ['damaged', (packed) => Buffer.from(packed.map((byte, at) => (at === 40 ? byte ^ 0xff : byte)))],
  ])('gzip that is %s', async (_, damage) => {
    const plain = await tarOf(helloTree());
    await refused(await imageOf(damage(gzipSync(plain)), digestOfBytes(plain)));
  });
});

test('another content than the config promised', async () => {
  const plain = await tarOf(helloTree());
  await refused(await imageOf(plain, digestOfBytes(Buffer.from('another'))));
  await refused(await imageOf(gzipSync(plain), digestOfBytes(Buffer.from('another'))));
  // Also when it has been unpacked before, for an image that was honest about it.
  await imageTree(cache, await imageOf(gzipSync(plain), digestOfBytes(plain)));
  await refused(await imageOf(gzipSync(plain), digestOfBytes(Buffer.from('another'))));
});

test('a small blob that unpacks to a large one', async () => {
  const { digest, size } = await cache.putBlob(gzipSync(Buffer.alloc(8 << 20)));
  const layer = { mediaType: mediaTypes.layerGzip, digest, size };
  await expect(plainLayer(cache, layer, { maxSize: 4 << 20, what: 'layer 1' })).rejects.toMatchObject({
    fault: 'integrity',
    code: 'layer-too-large',
    message: 'layer 1 unpacks to more than 4 MiB',
  });
  expect(await cache.hasBlob({ digest: digestOfBytes(Buffer.alloc(8 << 20)), size: 8 << 20 })).toBe(false);
});

test('an entry below what a lower layer has as a file', async () => {
  const lower = Buffer.concat([header({ name: 'f', type: '0' }), end]);
  const both = await imageOfLayers(lower, Buffer.concat([header({ name: 'f/x', type: '0' }), end]));
  await expect(imageTree(cache, both, 'app:1')).rejects.toMatchObject({
    fault: 'integrity',
    message: 'layer 2 of 2 of image app:1: "f/x" lies below "f", which is a file',
  });
});

/** An image of these layers, from the lowest. */
async function imageOfLayers(...blobs: Uint8Array[]): Promise<Image> {
  const images = await Promise.all(blobs.map((blob) => imageOf(blob)));
  return {
    ...images[0]!,
    manifest: { ...images[0]!.manifest, layers: images.flatMap(({ manifest }) => manifest.layers) },
    config: {
      ...images[0]!.config,
      rootfs: { type: 'layers', diff_ids: images.flatMap(({ config }) => config.rootfs.diff_ids) },
    },
  };
}

describe('what is odd but honest is taken', () => {
  const paths = async (image: Image) => [...(await imageTree(cache, image, 'app:1')).keys()].sort();

  test('a layer of no bytes, plain and compressed, and one without the blocks of its end', async () => {
    expect(await paths(await imageOf(Buffer.alloc(0)))).toEqual([]);
    expect(await paths(await imageOf(gzipSync(''), digestOfBytes(Buffer.alloc(0))))).toEqual([]);
    expect(await paths(await imageOf(header({ name: 'f', type: '0' })))).toEqual(['f']);
  });

  test('kaniko’s layers: / for the root, absolute targets of hard links, also in the layer below', async () => {
    const image = await imageOfLayers(
      Buffer.concat([header({ name: '/', type: '5' }), header({ name: 'bin/a', type: '0' }), end]),
      Buffer.concat([
        header({ name: '/', type: '5' }),
        header({ name: 'bin/b', type: '1', link: '/bin/a' }),
        end,
      ]),
    );
    const tree = await imageTree(cache, image, 'app:1');
    expect([...tree.keys()].sort()).toEqual(['', 'bin/a', 'bin/b']);
    expect(tree.get('bin/b')).toBe(tree.get('bin/a'));
  });

  test('absolute names, and names through a symlink, stay in the image', async () => {
    const image = await imageOfLayers(
      Buffer.concat([header({ name: '/opt/app', type: '0' }), header({ name: 'etc/old', type: '0' }), end]),
      Buffer.concat([
        header({ name: 'a', type: '2', link: '/etc' }),
        header({ name: 'a/passwd', type: '0' }),
        header({ name: '/a/.wh.old', type: '0' }),
        end,
      ]),
    );
    expect([...(await imageTree(cache, image, 'app:1')).keys()].sort()).toEqual([
      'a',
      'etc',
      'etc/passwd',
      'opt/app',
    ]);
  });

  test('a directory with a size', async () => {
    const size = '00000010000\0';
    const blocks = [header({ name: 'd', type: '5', size }), header({ name: 'd/f', type: '0' }), end];
    expect(await paths(await imageOf(Buffer.concat(blocks)))).toEqual(['d', 'd/f']);
  });
});

describe('entries', () => {
  test.each<[string, Buffer[]]>([
    ['a path that leads out', [header({ name: '../../etc/passwd', type: '0' })]],
    ['a hard link that leads out', [header({ name: 'a', type: '1', link: '../../etc/shadow' })]],
    [
      'hard links in a circle',
      [header({ name: 'a', type: '1', link: 'b' }), header({ name: 'b', type: '1', link: 'a' })],
    ],
    ['a hard link to itself', [header({ name: 'a', type: '1', link: 'a' })]],
    ['a hard link to nothing', [header({ name: 'a', type: '1', link: 'absent' })]],
    ['10 GB that are not there', [header({ name: 'big', type: '0', size: '112402762000' })]],
    [
      'a sparse file of 26 GiB (GNU)',
      [
        header({
          name: 'sparse',
          type: 'S',
          patch: (block) => {
            block.write('ustar  \0', 257);
            block.write('320000000000', 483);
          },
        }),
      ],
    ],
  ])('%s', async (_, blocks) => {
    await refused(await imageOf(Buffer.concat([...blocks, end])));
  });
});
