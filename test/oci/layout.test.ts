// Layouts and archives: what is exported is read back as the same image, and what is broken is named.
import { appendFile, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import {
  dockerArchiveTree,
  layoutTree,
  writeArchiveFile,
  writeLayoutDirectory,
} from '../../src/oci/export.ts';
import { imageTree } from '../../src/oci/flatten.ts';
import { type Image, mediaTypes } from '../../src/oci/image.ts';
import { blobName, digestOfBytes } from '../../src/oci/layout.ts';
import { listImages } from '../../src/oci/list.ts';
import type { ImageAccess } from '../../src/oci/origin.ts';
import { writeImage } from '../../src/oci/store.ts';
import type { Cache } from '../../src/store/cache.ts';
import type { TreeNode } from '../../src/tree/node.ts';
import { file, symlink, type Tree } from '../../src/tree/tree.ts';
import { zstdOf } from '../tree/support.ts';
import { helloTree, pull, tarOf, temporaryAccess, textsOf } from './support/images.ts';

const write = (cache: Cache, arch: 'amd64' | 'arm64' = 'amd64', text = 'two\n') =>
  writeImage(cache, {
    layers: [{ tree: helloTree() }, { tree: new Map([['two', file(text)]]) }],
    config: { Cmd: ['/hello'] },
    arch,
  });

async function writeTo(tree: Tree, access: ImageAccess, name: string): Promise<void> {
  await writeArchiveFile(tree, join(access.directory, name));
}

async function expectSame(image: Image, access: ImageAccess): Promise<void> {
  expect(await textsOf(await imageTree(access.cache, image))).toEqual({ hello: 'hello\n', two: 'two\n' });
}

describe('image layouts', () => {
  test('a directory, with a tag and without', async () => {
    const [from, to] = [await temporaryAccess(), await temporaryAccess()];
    const image = await write(from.cache);
    await writeLayoutDirectory(await layoutTree(from.cache, [image], '1.2'), join(to.directory, 'layout'));
    expect(await pull('oci:layout:1.2', to)).toEqual(image);
    expect(await pull('oci:layout', to)).toEqual(image);
    await expectSame(image, to);
    expect((await listImages(to.cache)).map(({ name, image: { digest } }) => [name, digest])).toEqual([
      ['oci:layout', image.digest],
    ]);
    expect(await readdir(to.directory)).toEqual(['layout']);
  });

  test('an archive with an image for each platform', async () => {
    const access = await temporaryAccess();
    const [amd64, arm64] = [await write(access.cache), await write(access.cache, 'arm64')];
    const to = await temporaryAccess();
    await writeTo(await layoutTree(access.cache, [arm64, amd64]), to, 'both.tar');
    expect(await pull('oci-archive:both.tar', to)).toEqual(amd64);
    expect(await pull('oci-archive:both.tar', to, 'arm64')).toEqual(arm64);
  });

  test('the same image gives the same bytes, from any cache', async () => {
    const [one, other] = [await temporaryAccess(), await temporaryAccess()];
    for (const access of [one, other]) {
      await writeTo(await layoutTree(access.cache, [await write(access.cache)], 'x'), access, 'a.tar');
      await writeTo(
        await dockerArchiveTree(access.cache, await write(access.cache), 'app:1'),
        access,
        'd.tar',
      );
    }
    for (const name of ['a.tar', 'd.tar']) {
      const read = (access: ImageAccess) => readFile(join(access.directory, name));
      expect((await read(one)).equals(await read(other))).toBe(true);
    }
  });

  test('a layout says the tag to skopeo, and the whole name to podman load, docker load and containerd', async () => {
    const access = await temporaryAccess();
    const image = await write(access.cache);
    const annotationsOf = async (...names: [string, string?]) => {
      const texts = await textsOf(await layoutTree(access.cache, [image], ...names));
      return JSON.parse(texts['index.json']!).manifests[0].annotations;
    };
    expect(await annotationsOf('1', 'team/app:1')).toEqual({
      'org.opencontainers.image.ref.name': '1',
      'io.containerd.image.name': 'docker.io/team/app:1',
    });
    expect(await annotationsOf('1')).toEqual({ 'org.opencontainers.image.ref.name': '1' });
  });

  test('the files of a layout', async () => {
    const access = await temporaryAccess();
    const image = await write(access.cache);
    const tree = await layoutTree(access.cache, [image], 'x');
    const blobs = [image.digest, image.manifest.config.digest, ...image.manifest.layers.map((l) => l.digest)];
    const expected = [...blobs.map(blobName), 'blobs', 'blobs/sha256', 'index.json', 'oci-layout'];
    expect([...tree.keys()].sort()).toEqual(expected.sort());
  });

  test('a tag that is not there, and several images without a tag', async () => {
    const access = await temporaryAccess();
    const image = await write(access.cache);
    const tree = await layoutTree(access.cache, [image], 'x');
    await writeTo(tree, access, 'one.tar');
    await expect(pull('oci-archive:one.tar:y', access)).rejects.toMatchObject({
      code: 'layout-unusable',
      message: expect.stringContaining('it has x'),
    });
    const entry = (digest: string, name: string) => ({
      mediaType: mediaTypes.manifest,
      digest,
      size: 1,
      annotations: { 'org.opencontainers.image.ref.name': name },
    });
    const manifests = [entry(image.digest, 'x'), entry(image.digest, 'y')];
    tree.set('index.json', file(JSON.stringify({ schemaVersion: 2, manifests })));
    await writeTo(tree, access, 'two.tar');
    await expect(pull('oci-archive:two.tar', access)).rejects.toMatchObject({ code: 'layout-unusable' });
    await expect(pull('oci-archive:two.tar:y', access)).resolves.toEqual(image);
  });

  test.each<[string, (layout: string, image: Image) => Promise<void>, string]>([
    ['no index', (layout) => rm(join(layout, 'index.json')), 'index.json'],
    [
      'another version',
      (layout) => writeFile(join(layout, 'oci-layout'), '{"imageLayoutVersion":"2"}'),
      'version',
    ],
    [
      'a damaged manifest',
      (layout, image) => appendFile(join(layout, blobName(image.digest)), ' '),
      'damaged',
    ],
    [
      'a layer that is absent',
      (layout, image) => rm(join(layout, blobName(image.manifest.layers[1]!.digest))),
      'layer 2 of 2',
    ],
    [
      'a layer that is cut off',
      (layout, image) => truncate(join(layout, blobName(image.manifest.layers[1]!.digest)), 512),
      'layer 2 of 2',
    ],
    [
      'a layer that is another',
      (layout, image) =>
        writeFile(join(layout, blobName(image.manifest.layers[1]!.digest)), Buffer.alloc(2048)),
      'layer 2 of 2',
    ],
  ])('%s', async (_, damage, evidence) => {
    const [from, to] = [await temporaryAccess(), await temporaryAccess()];
    const image = await write(from.cache);
    const layout = join(to.directory, 'layout');
    await writeLayoutDirectory(await layoutTree(from.cache, [image]), layout);
    await damage(layout, image);
    await expect(pull('oci:layout', to)).rejects.toMatchObject({
      name: 'CatamaranError',
      message: expect.stringContaining(evidence),
    });
  });

  test.each(['oci:absent', 'oci-archive:absent.tar', 'docker-archive:absent.tar'])('%s', async (text) => {
    await expect(pull(text, await temporaryAccess())).rejects.toMatchObject({ code: 'layout-unusable' });
  });

  test('a directory that has something in it is left alone', async () => {
    const access = await temporaryAccess();
    const tree = await layoutTree(access.cache, [await write(access.cache)]);
    await writeFile(join(access.directory, 'mine'), '');
    await expect(writeLayoutDirectory(tree, access.directory)).rejects.toMatchObject({
      code: 'layout-exists',
    });
    expect(await readdir(access.directory)).toEqual(['mine']);
  });
});

describe('compressed archives', () => {
  test.each<[string, (bytes: Buffer) => Buffer]>([
    ['gzip', gzipSync],
    ['zstd', zstdOf],
  ])('by %s are read, and kept in the cache as what they are', async (_, compress) => {
    const [from, to] = [await temporaryAccess(), await temporaryAccess()];
    const image = await write(from.cache);
    const saved = await tarOf(await dockerArchiveTree(from.cache, image, 'app:1'));
    const layout = await tarOf(await layoutTree(from.cache, [image], 'x'));
    await writeFile(join(to.directory, 'app.tar.gz'), compress(saved));
    await writeFile(join(to.directory, 'layout.tgz'), compress(layout));
    const read = await pull('docker-archive:app.tar.gz', to);
    expect([read.config, read.manifest.layers]).toEqual([image.config, image.manifest.layers]);
    expect(await pull('oci-archive:layout.tgz:x', to)).toEqual(image);
    await expectSame(read, to);
  });

  test('that are cut off are named', async () => {
    const access = await temporaryAccess();
    const saved = gzipSync(
      await tarOf(await dockerArchiveTree(access.cache, await write(access.cache), 'app:1')),
    );
    await writeFile(join(access.directory, 'app.tar.gz'), saved.subarray(0, saved.length - 20));
    await expect(pull('docker-archive:app.tar.gz', access)).rejects.toMatchObject({
      fault: 'integrity',
      message: expect.stringMatching(/^docker-archive:app.tar.gz: the gzip data cannot be decompressed/),
    });
  });
});

describe('docker archives', () => {
  test('with layers of each compression: recorded as what they are, and exported so', async () => {
    const access = await temporaryAccess();
    const image = await write(access.cache);
    const plain = await tarOf(helloTree());
    const config = {
      ...image.config,
      rootfs: { type: 'layers', diff_ids: Array(3).fill(digestOfBytes(plain)) },
    };
    const archive = (layers: readonly Uint8Array[]) => {
      const Layers = layers.map((_, at) => `${at}.tar`);
      return new Map<string, TreeNode>([
        ...layers.map((bytes, at): [string, TreeNode] => [`${at}.tar`, file(bytes)]),
        ['config.json', file(JSON.stringify(config))],
        ['manifest.json', file(JSON.stringify([{ Config: 'config.json', Layers }]))],
      ]);
    };
    await writeTo(archive([plain, gzipSync(plain), zstdOf(plain)]), access, 'each.tar');
    const read = await pull('docker-archive:each.tar', access);
    expect(read.manifest.layers.map(({ mediaType }) => mediaType)).toEqual([
      mediaTypes.layer,
      mediaTypes.layerGzip,
      mediaTypes.layerZstd,
    ]);
    expect(await textsOf(await imageTree(access.cache, read))).toEqual({ hello: 'hello\n' });
    await writeTo(await layoutTree(access.cache, [read], 'x'), access, 'again.tar');
    expect((await pull('oci-archive:again.tar', access)).manifest).toEqual(read.manifest);
    await writeTo(archive([plain, Buffer.from('fd377a585a000000', 'hex'), plain]), access, 'xz.tar');
    await expect(pull('docker-archive:xz.tar', access)).rejects.toMatchObject({
      code: 'layout-unusable',
      message: expect.stringContaining(
        '1.tar of docker-archive:xz.tar cannot be used: it is compressed by xz',
      ),
    });
  });

  test('out and in again: the same config and layers', async () => {
    const [from, to] = [await temporaryAccess(), await temporaryAccess()];
    const image = await write(from.cache);
    await writeTo(await dockerArchiveTree(from.cache, image, 'registry.example/app:1'), to, 'app.tar');
    const read = await pull('docker-archive:app.tar', to);
    expect(read.config).toEqual(image.config);
    expect(read.manifest.layers).toEqual(image.manifest.layers);
    expect((await pull('docker-archive:app.tar:1', to)).digest).toBe(read.digest);
    await expectSame(read, to);
    await expect(pull('docker-archive:app.tar:2', to)).rejects.toMatchObject({
      message: expect.stringContaining('registry.example/app:1'),
    });
    await expect(pull('docker-archive:app.tar', to, 'arm64')).rejects.toMatchObject({
      code: 'image-platform',
    });
  });

  test('as old versions of Docker wrote them: a directory for each layer, equal layers linked', async () => {
    const access = await temporaryAccess();
    const image = await write(access.cache);
    const layer = await tarOf(new Map([['two', file('two\n')]]));
    const config = {
      ...image.config,
      rootfs: { ...image.config.rootfs, diff_ids: [...image.config.rootfs.diff_ids] },
    };
    config.rootfs.diff_ids.push(config.rootfs.diff_ids[1]!);
    const Layers = ['a/layer.tar', 'b/layer.tar', 'c/layer.tar'];
    const tree = new Map<string, TreeNode>([
      ['a/layer.tar', file(gzipSync(await tarOf(helloTree())))],
      ['b/layer.tar', file(layer)],
      ['c/layer.tar', symlink('../b/layer.tar')],
      ['config.json', file(JSON.stringify(config))],
      ['manifest.json', file(JSON.stringify([{ Config: 'config.json', RepoTags: null, Layers }]))],
    ]);
    await writeTo(tree, access, 'old.tar');
    await expectSame(await pull('docker-archive:old.tar', access), access);
  });

  test('several images, and several tags of one: what the reference names, and never a guess', async () => {
    const access = await temporaryAccess();
    const layer = await tarOf(helloTree());
    const config = (await write(access.cache)).config;
    const configOf = (name: string) =>
      JSON.stringify({
        ...config,
        config: { Labels: { name } },
        rootfs: { type: 'layers', diff_ids: [digestOfBytes(layer)] },
      });
    const saved = (Config: string, RepoTags: string[] | null) => ({
      Config,
      RepoTags,
      Layers: ['layer.tar'],
    });
    const manifest = [
      saved('one.json', ['app:1', 'registry.example:5000/team/app:latest']),
      saved('two.json', ['app:2', 'other:1']),
      saved('three.json', null),
    ];
    const tree = new Map<string, TreeNode>([
      ['layer.tar', file(layer)],
      ['one.json', file(configOf('one'))],
      ['two.json', file(configOf('two'))],
      ['three.json', file(configOf('three'))],
      ['manifest.json', file(JSON.stringify(manifest))],
    ]);
    await writeTo(tree, access, 'many.tar');
    const named = async (tag: string) =>
      (await pull(`docker-archive:many.tar${tag}`, access)).config.config!.Labels!.name;
    expect(await named(':app:1')).toBe('one');
    expect(await named(':latest')).toBe('one');
    expect(await named(':registry.example:5000/team/app:latest')).toBe('one');
    expect(await named(':2')).toBe('two');
    expect(await named(':other:1')).toBe('two');
    const ambiguous = expect.stringContaining(
      'which: it has app:1, registry.example:5000/team/app:latest, app:2',
    );
    await expect(named('')).rejects.toMatchObject({ code: 'layout-unusable', message: ambiguous });
    await expect(named(':1')).rejects.toMatchObject({ code: 'layout-unusable', message: ambiguous });
    await expect(named(':pp:1')).rejects.toMatchObject({
      message: expect.stringContaining('no image "pp:1"'),
    });
  });

  test.each<[string, [string, TreeNode][]]>([
    ['no manifest', []],
    ['a manifest that is none', [['manifest.json', file('{}')]]],
    ['an empty one', [['manifest.json', file('[]')]]],
    ['no config', [['manifest.json', file('[{"Config":"c","Layers":[]}]')]]],
    ['links in a circle', [['manifest.json', symlink('manifest.json')]]],
    ['a link that leads out', [['manifest.json', symlink('../../etc/passwd')]]],
  ])('%s', async (_, entries) => {
    const access = await temporaryAccess();
    await writeTo(new Map(entries), access, 'bad.tar');
    await expect(pull('docker-archive:bad.tar', access)).rejects.toMatchObject({
      code: 'layout-unusable',
      message: expect.stringContaining('docker-archive:bad.tar'),
    });
  });
});
