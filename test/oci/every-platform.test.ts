// What a volume of the format `oci` gets of an index, and how it lies there.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { pullPlatforms, resolveWhole } from '../../src/oci/every-platform.ts';
import { mediaTypes } from '../../src/oci/image.ts';
import { blobName, digestOfBytes } from '../../src/oci/layout.ts';
import { layoutName, volumeLayout } from '../../src/oci/volume-layout.ts';
import { parseReference } from '../../src/spec/reference.ts';
import { originOf, serveImage, temporaryAccess, textsOf } from './support/images.ts';
import { type ScriptedRegistry, startScriptedRegistry } from './support/scripted-registry.ts';

let registry: ScriptedRegistry;
beforeEach(async () => {
  registry = await startScriptedRegistry();
});
afterEach(() => registry.close());

interface Listed {
  readonly digest: string;
  readonly size: number;
  readonly mediaType: string;
  readonly platform?: object;
}

/** Images that differ, each for `architecture/variant`; `-` has no platform in the index. */
async function serve(platforms: readonly string[]): Promise<Listed[]> {
  const entries: Listed[] = [];
  for (const [at, text] of platforms.entries()) {
    const [architecture = '', variant] = text.split('/');
    const os = architecture === 'unknown' ? 'unknown' : 'linux';
    const arch = architecture === '-' || os === 'unknown' ? 'riscv64' : architecture;
    const { manifest } = await serveImage(registry, {
      tag: `${at}`,
      arch,
      plain: Buffer.alloc(1024 * (at + 2)),
    });
    const platform = { os, architecture, ...(variant && { variant }) };
    entries.push(architecture === '-' ? manifest : { ...manifest, platform });
  }
  return entries;
}

const index = (manifests: readonly Listed[]) => ({
  schemaVersion: 2,
  mediaType: mediaTypes.index,
  manifests,
});

async function serveIndex(platforms: readonly string[], tag = 'all'): Promise<Listed[]> {
  const entries = await serve(platforms);
  registry.addManifest(index(entries), mediaTypes.index, tag);
  return entries;
}

async function pull(platforms: readonly string[] = [], tag = 'all') {
  const access = await temporaryAccess();
  const origin = originOf(`${registry.host}/app:${tag}`);
  const digest = await resolveWhole(origin, access);
  const images = await pullPlatforms({ origin, digest }, platforms, access);
  return { access, origin, digest, images, found: images.map((image) => image.digest as string) };
}

test.each<[string, string[], string[], number[]]>([
  ['all of an index', ['amd64', 'arm64/v8', 's390x'], [], [0, 1, 2]],
  ['but no attestations', ['unknown', 'amd64'], [], [1]],
  ['one of them', ['amd64', 'arm64/v8'], ['linux/arm64'], [1]],
  ['every arm64 machine is a v8', ['arm64', 'amd64'], ['linux/arm64/v8'], [0]],
  ['every variant where none is named', ['amd64', 'amd64/v3'], ['linux/amd64'], [0, 1]],
  ['the variant that is named', ['amd64', 'amd64/v3'], ['linux/amd64/v3'], [1]],
  ['what only its own config says', ['-', 'amd64'], ['linux/riscv64'], [0]],
  ['one that is listed twice, once', ['amd64', 'amd64/v3'], ['linux/amd64', 'linux/amd64/v3'], [0, 1]],
])('%s', async (_, listed, wanted, expected) => {
  const entries = await serveIndex(listed);
  expect((await pull(wanted)).found).toEqual(expected.map((at) => entries[at]?.digest));
});

test('an index within an index is followed', async () => {
  const entries = await serve(['amd64', 'arm64']);
  const inner = registry.addManifest(index([entries[1]!]), mediaTypes.index);
  registry.addManifest(
    index([entries[0]!, { ...inner, mediaType: mediaTypes.index }]),
    mediaTypes.index,
    'all',
  );
  expect((await pull()).found).toEqual(entries.map(({ digest }) => digest));
});

test('what is no index is the image that it is', async () => {
  const { manifest } = await serveImage(registry, { tag: 'one', arch: 's390x' });
  expect((await pull([], 'one')).found).toEqual([manifest.digest]);
  expect((await pull(['linux/s390x'], 'one')).found).toEqual([manifest.digest]);
  await expect(pull(['linux/amd64'], 'one')).rejects.toThrow('is not for linux/amd64: it is for linux/s390x');
});

test('what was locked is what is had, whatever the tag means by then', async () => {
  await serveIndex(['amd64', 'arm64']);
  const before = await pull();
  await serveIndex(['s390x']);
  const access = await temporaryAccess();
  const again = await pullPlatforms({ origin: before.origin, digest: before.digest }, [], access);
  expect(again.map(({ digest }) => digest as string)).toEqual(before.found);
});

describe('refused', () => {
  test.each<[string, string[], string[], string]>([
    [
      'a platform that is not there',
      ['amd64', 'arm64/v8'],
      ['linux/arm64', 'linux/s390x'],
      'is not for linux/s390x: it is for linux/amd64, linux/arm64/v8',
    ],
    ['an index of nothing', [], [], 'its index lists no images'],
    ['attestations alone', ['unknown'], [], 'its index lists no images'],
    ['more images than anyone builds', Array(65).fill('amd64'), [], 'more than 64 images'],
  ])('%s', async (_, listed, wanted, message) => {
    await serveIndex(listed);
    await expect(pull(wanted)).rejects.toThrow(message);
  });

  test('an image that is for another platform than its index says', async () => {
    const [entry] = await serve(['amd64']);
    const listed = { ...entry!, platform: { os: 'linux', architecture: 'arm64' } };
    registry.addManifest(index([listed]), mediaTypes.index, 'all');
    await expect(pull()).rejects.toThrow('what its index lists as linux/arm64 is for linux/amd64');
  });

  test('a layer that is another than its digest says', async () => {
    await serveIndex(['amd64']);
    registry.script(({ path }, response) => {
      if (!path.includes('/blobs/')) return false;
      const honest = registry.blob(path.split('/').at(-1)!);
      response.writeHead(200).end(Buffer.alloc(honest.length, 'lie'));
      return true;
    });
    await expect(pull()).rejects.toMatchObject({ fault: 'integrity' });
  });

  test('indexes without end', async () => {
    let inner = registry.addManifest(index([]), mediaTypes.index);
    for (let depth = 0; depth < 5; depth++) {
      inner = registry.addManifest(
        index([{ ...inner, mediaType: mediaTypes.index }]),
        mediaTypes.index,
        'all',
      );
    }
    await expect(pull()).rejects.toThrow('more than 3 deep');
  });
});

describe('the layout', () => {
  test('of several platforms has one index of them under the image’s name', async () => {
    await serveIndex(['amd64', 'arm64']);
    const { access, images } = await pull();
    const texts = await textsOf(await volumeLayout(access.cache, images, 'registry.example/app:all'));
    expect(JSON.parse(texts['oci-layout']!)).toEqual({ imageLayoutVersion: '1.0.0' });
    const { manifests } = JSON.parse(texts['index.json']!);
    expect(manifests).toHaveLength(1);
    expect(manifests[0]).toMatchObject({
      mediaType: mediaTypes.index,
      annotations: { 'org.opencontainers.image.ref.name': 'registry.example/app:all' },
    });
    const inner = JSON.parse(texts[blobName(manifests[0].digest)]!);
    expect(inner.manifests.map(({ platform }: Listed) => platform)).toEqual(
      expect.arrayContaining([
        { architecture: 'amd64', os: 'linux' },
        { architecture: 'arm64', os: 'linux' },
      ]),
    );
    for (const [path, text] of Object.entries(texts)) {
      // Layers here are zeros: they come through a text unharmed.
      if (path.startsWith('blobs/')) expect(path).toBe(blobName(digestOfBytes(Buffer.from(text))));
    }
    // An index, and of each image the manifest, the config and the layer.
    expect(Object.keys(texts).filter((path) => path.startsWith('blobs/'))).toHaveLength(7);
  });

  test('of one platform has its manifest at the top', async () => {
    await serveIndex(['amd64', 'arm64']);
    const { access, images } = await pull(['linux/arm64']);
    const { manifests } = JSON.parse(
      (await textsOf(await volumeLayout(access.cache, images, 'x')))['index.json']!,
    );
    expect(manifests).toMatchObject([
      { digest: images[0].digest, mediaType: mediaTypes.manifest, platform: { architecture: 'arm64' } },
    ]);
  });

  test.each([
    ['alpine', 'docker.io/library/alpine:latest'],
    ['registry.example:5000/a/b:1', 'registry.example:5000/a/b:1'],
    ['component:sshd', 'sshd'],
    ['oci:images/app:2', '2'],
    ['oci:images/app', 'app'],
    ['./mine/', 'mine'],
  ])('calls %s %s', (text, name) => {
    expect(layoutName(parseReference(text))).toBe(name);
  });
});
