// How the images of a volume lie there: for our own reader and for umoci, the Open Container Initiative's.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import {
  type PlatformImage,
  platformAlone,
  pullPlatforms,
  resolveWhole,
} from '../../src/oci/every-platform.ts';
import { writeLayoutDirectory } from '../../src/oci/export.ts';
import { imageTree } from '../../src/oci/flatten.ts';
import { mediaTypes } from '../../src/oci/image.ts';
import { blobName, digestOfBytes } from '../../src/oci/layout.ts';
import { parseConfig, parseIndex } from '../../src/oci/parse.ts';
import { writeImage } from '../../src/oci/store.ts';
import { layoutName, volumeLayout } from '../../src/oci/volume-layout.ts';
import { parseReference } from '../../src/specification/reference.ts';
import type { Cache } from '../../src/store/cache.ts';
import { file, type Tree } from '../../src/tree/tree.ts';
import { hostTools } from '../support/tools.ts';
import {
  helloTree,
  originOf,
  pull,
  temporaryAccess,
  temporaryCache,
  temporaryDirectory,
  textsOf,
} from './support/images.ts';

async function make(cache: Cache, arch: 'amd64' | 'arm64' = 'amd64', text = arch): Promise<PlatformImage> {
  const layers = [{ tree: helloTree() }, { tree: new Map([['arch', file(text)]]) }];
  const image = await writeImage(cache, { layers, config: { Cmd: ['/hello'] }, arch });
  return { image, platform: platformAlone(image.config) };
}

const name = 'registry.example:5000/team/app:1';
const named = { 'org.opencontainers.image.ref.name': name };

async function readIndex(tree: Tree, path = 'index.json') {
  return JSON.parse((await textsOf(tree))[path]!).manifests;
}

async function writeDown(tree: Tree): Promise<string> {
  const path = join(await temporaryDirectory(), 'layout');
  await writeLayoutDirectory(tree, path);
  return path;
}

/** As of another machine: nothing but the layout is there. */
async function readBack(tree: Tree) {
  const access = await temporaryAccess();
  const text = `oci:${await writeDown(tree)}`;
  const origin = originOf(text);
  const digest = await resolveWhole(origin, access);
  return { access, text, listed: await pullPlatforms({ origin, digest }, [], access) };
}

test('of one platform it has the manifest at its top, and comes back as the same image', async () => {
  const cache = await temporaryCache();
  const made = await make(cache, 'arm64');
  const tree = await volumeLayout(cache, [made], name);
  expect(await readIndex(tree)).toEqual([
    {
      mediaType: mediaTypes.manifest,
      digest: made.image.digest,
      size: (await readFile(cache.blobPath(made.image.digest))).length,
      platform: { os: 'linux', architecture: 'arm64', variant: 'v8' },
      annotations: named,
    },
  ]);
  const { access, listed } = await readBack(tree);
  expect(listed).toEqual([made]);
  expect(await textsOf(await imageTree(access.cache, listed[0].image))).toEqual({
    arch: 'arm64',
    hello: 'hello\n',
  });
});

test('of several it has one index of them, in their order, and each comes back', async () => {
  const cache = await temporaryCache();
  for (const arches of [['amd64', 'arm64'] as const, ['arm64', 'amd64'] as const]) {
    const made = [await make(cache, arches[0]), await make(cache, arches[1])];
    const tree = await volumeLayout(cache, made, name);
    const [entry, ...others] = await readIndex(tree);
    expect(others).toEqual([]);
    expect(entry).toMatchObject({ mediaType: mediaTypes.index, annotations: named });
    const inner = await readIndex(tree, blobName(entry.digest));
    expect(inner.map(({ platform }: { platform: object }) => platform)).toEqual(
      made.map(({ platform }) => platform),
    );
    const { access, text, listed } = await readBack(tree);
    expect(listed).toEqual(made);
    for (const { image } of made) {
      const arch = image.config.architecture as 'amd64' | 'arm64';
      expect(await pull(text, access, arch)).toEqual(image);
    }
  }
});

test('every blob is called by its digest, and is there once', async () => {
  const cache = await temporaryCache();
  const tree = await volumeLayout(cache, [await make(cache), await make(cache, 'arm64')], name);
  const { 'index.json': _, 'oci-layout': version, ...blobs } = await textsOf(tree);
  expect(JSON.parse(version!)).toEqual({ imageLayoutVersion: '1.0.0' });
  for (const [path, text] of Object.entries(blobs))
    expect(path).toBe(blobName(digestOfBytes(Buffer.from(text))));
  // Two of each of manifest, config and upper layer; the lower layer that both have; the index.
  expect(Object.keys(blobs)).toHaveLength(8);
});

test('an image for two platforms is listed for both', async () => {
  const cache = await temporaryCache();
  const { image } = await make(cache);
  const listed = ['v1', 'v2'].map((variant) => ({
    image,
    platform: { os: 'linux', architecture: 'amd64', variant },
  }));
  const tree = await volumeLayout(cache, listed, name);
  const [{ digest }] = await readIndex(tree);
  const inner = await readIndex(tree, blobName(digest));
  expect(inner.map((entry: { digest: string }) => entry.digest)).toEqual([image.digest, image.digest]);
  expect((await readBack(tree)).listed).toEqual(listed);
});

test('a platform keeps the version of the system that it names', async () => {
  const cache = await temporaryCache();
  const { image } = await make(cache);
  const platform = { os: 'windows', architecture: 'amd64', 'os.version': '10.0.20348.1' };
  const [entry] = await readIndex(await volumeLayout(cache, [{ image, platform }], name));
  expect(entry.platform).toEqual(platform);
  const index = { schemaVersion: 2, manifests: [{ ...entry, annotations: undefined }] };
  expect(parseIndex(index, 'it')[0]?.platform).toEqual(platform);
  const config = { ...image.config, ...platform };
  expect(platformAlone(parseConfig(config, 'it'))).toEqual(platform);
});

test('umoci finds the one image under its name, and unpacks it', async () => {
  const cache = await temporaryCache();
  const layout = await writeDown(await volumeLayout(cache, [await make(cache)], name));
  const tools = await hostTools(['tools-registry']);
  expect((await tools.run('umoci', ['list', '--layout', layout])).stdout).toBe(`${name}\n`);
  const bundle = join(await temporaryDirectory(), 'bundle');
  await tools.run('umoci', ['unpack', '--rootless', '--image', `${layout}:${name}`, bundle]);
  expect(await readFile(join(bundle, 'rootfs/arch'), 'utf8')).toBe('amd64');
  expect(await readFile(join(bundle, 'rootfs/hello'), 'utf8')).toBe('hello\n');
  expect(JSON.parse(await readFile(join(bundle, 'config.json'), 'utf8')).process.args).toEqual(['/hello']);
});

test('the same images in another cache give the same bytes', async () => {
  const make2 = async () => {
    const cache = await temporaryCache();
    return textsOf(await volumeLayout(cache, [await make(cache), await make(cache, 'arm64')], name));
  };
  expect(await make2()).toEqual(await make2());
});

test.each([
  ['alpine', 'docker.io/library/alpine:latest'],
  ['registry.example:5000/a/b:1', 'registry.example:5000/a/b:1'],
  ['component:sshd', 'sshd'],
  ['oci:images/app:2', '2'],
  ['oci:images/app', 'app'],
  ['./mine/', 'mine'],
])('%s is called %s there', (text, expected) => {
  expect(layoutName(parseReference(text))).toBe(expected);
});
