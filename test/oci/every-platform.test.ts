// What a volume of the format `oci` gets of an index.
import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Digest } from '../../src/base/digest.ts';
import { silentReporter } from '../../src/base/reporter.ts';
import { pullPlatforms, resolveWhole } from '../../src/oci/every-platform.ts';
import { mediaTypes } from '../../src/oci/image.ts';
import { digestOfBytes } from '../../src/oci/layout.ts';
import type { ImageAccess } from '../../src/oci/origin.ts';
import { dockerTypes } from '../../src/oci/parse.ts';
import { formatPlatform } from '../../src/oci/select.ts';
import { helloTree, originOf, serveImage, tarOf, temporaryAccess } from './support/images.ts';
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

/** Without a tag it is there by its digest alone. */
const addIndex = (manifests: readonly Listed[], tag = 'all'): Listed =>
  registry.addManifest(index(manifests), mediaTypes.index, tag || undefined);

async function serveIndex(platforms: readonly string[]): Promise<Listed[]> {
  const entries = await serve(platforms);
  addIndex(entries);
  return entries;
}

async function pull(platforms: readonly string[] = [], tag = 'all', known?: ImageAccess) {
  const access = known ?? (await temporaryAccess());
  const origin = originOf(`${registry.host}/app:${tag}`);
  const digest = await resolveWhole(origin, access);
  const listed = await pullPlatforms({ origin, digest }, platforms, access);
  return {
    access,
    origin,
    digest,
    found: listed.map(({ image }) => image.digest as string),
    platforms: listed.map(({ platform }) => formatPlatform(platform)),
  };
}

test.each<[string, string[], string[], number[]]>([
  ['all of an index', ['amd64', 'arm64/v8', 's390x'], [], [0, 1, 2]],
  ['but no attestations', ['unknown', 'amd64'], [], [1]],
  ['one of them', ['amd64', 'arm64/v8'], ['linux/arm64'], [1]],
  ['every arm64 machine is a v8', ['arm64', 'amd64'], ['linux/arm64/v8'], [0]],
  ['every variant where none is named', ['amd64', 'amd64/v3'], ['linux/amd64'], [0, 1]],
  ['the variant that is named', ['amd64', 'amd64/v3'], ['linux/amd64/v3'], [1]],
  ['arm without a variant is v7', ['arm', 'arm/v6'], ['linux/arm/v7'], [0]],
  ['what only its own config says', ['-', 'amd64'], ['linux/riscv64'], [0]],
  ['one that is meant twice, once', ['amd64', 'amd64/v3'], ['linux/amd64', 'linux/amd64/v3'], [0, 1]],
])('%s', async (_, listed, wanted, expected) => {
  const entries = await serveIndex(listed);
  expect((await pull(wanted)).found).toEqual(expected.map((at) => entries[at]?.digest));
});

test.each([
  [[], ['linux/arm/v6', 'linux/arm/v7']],
  [['linux/arm'], ['linux/arm/v6', 'linux/arm/v7']],
  [['linux/arm/v7'], ['linux/arm/v7']],
  [
    ['linux/arm/v7', 'linux/arm/v6'],
    ['linux/arm/v6', 'linux/arm/v7'],
  ],
])('one image that is listed for two platforms: for %j it is there for %j', async (wanted, expected) => {
  const [entry] = await serve(['arm']);
  const listed = (variant: string) => ({
    ...entry!,
    platform: { os: 'linux', architecture: 'arm', variant },
  });
  addIndex([listed('v6'), listed('v7')]);
  const { found, platforms } = await pull(wanted);
  expect(platforms).toEqual(expected);
  expect(new Set(found)).toEqual(new Set([entry!.digest]));
});

test('what is listed often is taken once, with its platform and without', async () => {
  const [entry, unnamed] = await serve(['amd64', '-']);
  addIndex([...Array(1000).fill(entry), ...Array(1000).fill(unnamed)]);
  expect(await pull()).toMatchObject({
    found: [entry!.digest, unnamed!.digest],
    platforms: ['linux/amd64', 'linux/riscv64'],
  });
  addIndex([unnamed!, { ...unnamed!, platform: { os: 'linux', architecture: 'riscv64' } }]);
  expect((await pull()).found).toEqual([unnamed!.digest]);
});

test('what is neither an image nor an index is passed over', async () => {
  const [entry] = await serve(['amd64']);
  const other = {
    ...entry!,
    mediaType: 'application/vnd.example.v9+json',
    digest: digestOfBytes(Buffer.of(1)),
  };
  addIndex([other, entry!]);
  expect((await pull()).found).toEqual([entry!.digest]);
});

test('an index within an index is followed, in its place', async () => {
  const entries = await serve(['amd64', 'arm64', 's390x']);
  const inner = addIndex([entries[1]!], '');
  addIndex([entries[0]!, inner, entries[2]!]);
  expect((await pull()).found).toEqual(entries.map(({ digest }) => digest));
});

test('an index that is listed everywhere is asked for once', async () => {
  const [entry] = await serve(['amd64']);
  let inner = addIndex([entry!], '');
  for (const tag of ['', 'all']) inner = addIndex(Array(5000).fill(inner), tag);
  expect((await pull()).found).toEqual([entry!.digest]);
  // The tag, two indexes, the image's manifest.
  expect(registry.asked.filter(({ path }) => path.includes('/manifests/'))).toHaveLength(4);
});

test('what is no index is the image that it is', async () => {
  const { manifest } = await serveImage(registry, { tag: 'one', arch: 's390x' });
  expect((await pull([], 'one')).found).toEqual([manifest.digest]);
  expect((await pull(['linux/s390x'], 'one')).found).toEqual([manifest.digest]);
  await expect(pull(['linux/amd64'], 'one')).rejects.toThrow('is not for linux/amd64: it is for linux/s390x');
});

test.each<[string, () => Promise<unknown>]>([
  ['another', () => serveIndex(['s390x'])],
  [
    'nothing',
    async () =>
      registry.script(({ path }, response) => {
        if (!path.endsWith('/manifests/all')) return false;
        response.writeHead(404).end();
        return true;
      }),
  ],
])('what was locked is what is had, where the tag means %s by then', async (_, change) => {
  await serveIndex(['amd64', 'arm64']);
  const before = await pull();
  await change();
  const access = await temporaryAccess();
  const again = await pullPlatforms({ origin: before.origin, digest: before.digest }, [], access);
  expect(again.map(({ image }) => image.digest as string)).toEqual(before.found);
});

test('an image that is for another platform by its own config: the index is believed, with a warning', async () => {
  const [entry] = await serve(['amd64']);
  const meant = { ...entry!, platform: { os: 'linux', architecture: 'amd64' } };
  const other = { ...entry!, platform: { os: 'linux', architecture: 'arm64' } };
  addIndex([meant, other]);
  const warnings: string[] = [];
  const reporter = { ...silentReporter, warn: (message: string) => warnings.push(message) };
  const { platforms } = await pull([], 'all', await temporaryAccess({ reporter }));
  expect(platforms).toEqual(['linux/amd64', 'linux/arm64']);
  expect(warnings).toEqual([
    expect.stringContaining('lists as linux/arm64 is for linux/amd64 by its own config'),
  ]);
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

  test('an image of another size than its index says, also where the cache has it', async () => {
    const [entry] = await serve(['amd64']);
    const access = await temporaryAccess();
    for (const size of [entry!.size + 1, entry!.size, 0, Number.MAX_SAFE_INTEGER]) {
      addIndex([{ ...entry!, size }]);
      if (size === entry!.size) await pull([], 'all', access);
      else await expect(pull([], 'all', access)).rejects.toThrow(`its index names ${size} bytes for`);
    }
  });

  test('an index of another size than its index says', async () => {
    const inner = addIndex(await serve(['amd64']), '');
    addIndex([{ ...inner, size: inner.size + 1 }]);
    await expect(pull()).rejects.toThrow(`an index of it has ${inner.size} bytes, not ${inner.size + 1}`);
  });

  test('a large blob of the cache that is listed as an index, whatever size that says', async () => {
    const access = await temporaryAccess();
    const blob = await access.cache.putBlob(Buffer.alloc(5 << 20));
    addIndex([{ ...blob, mediaType: mediaTypes.index }]);
    await expect(pull([], 'all', access)).rejects.toThrow(`an index of it has ${blob.size} bytes`);
    addIndex([{ ...blob, size: 2, mediaType: mediaTypes.index }]);
    await expect(pull([], 'all', access)).rejects.toMatchObject({ fault: 'network' });
  });

  test('an image that is listed as an index, and an index as an image', async () => {
    const [entry] = await serve(['amd64']);
    addIndex([{ ...entry!, mediaType: mediaTypes.index }]);
    await expect(pull()).rejects.toThrow(`${entry!.digest} is listed as an index, and is none`);
    addIndex([{ ...addIndex([entry!], ''), mediaType: dockerTypes.manifest }]);
    await expect(pull()).rejects.toThrow('its mediaType is');
  });

  test('a config of another size than its manifest says, also where the cache has it', async () => {
    const { manifest } = await serveImage(registry, { tag: 'honest' });
    const access = await temporaryAccess();
    await pull([], 'honest', access);
    const text = await readFile(access.cache.blobPath(manifest.digest as Digest), 'utf8');
    const { config, ...rest } = JSON.parse(text);
    const lie = { ...rest, config: { ...config, size: config.size + 1 } };
    registry.addManifest(lie, mediaTypes.manifest, 'lie');
    await expect(pull([], 'lie', access)).rejects.toMatchObject({ fault: 'integrity', code: 'blob-size' });
  });

  test('one layer with two sizes', async () => {
    const plain = await tarOf(helloTree());
    const layer = registry.addBlob(plain);
    const config = registry.addBlob(
      JSON.stringify({
        ...{ architecture: 'amd64', os: 'linux' },
        rootfs: { type: 'layers', diff_ids: [layer.digest, layer.digest] },
      }),
    );
    for (const sizes of [
      [layer.size, layer.size + 512],
      [layer.size + 512, layer.size],
    ]) {
      const layers = sizes.map((size) => ({ ...layer, size, mediaType: mediaTypes.layer }));
      const manifest = { schemaVersion: 2, config: { ...config, mediaType: mediaTypes.config }, layers };
      registry.addManifest(manifest, mediaTypes.manifest, 'two');
      await expect(pull([], 'two')).rejects.toThrow(/^layer [12] of 2 of image /);
    }
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
    let inner = addIndex([], '');
    for (let depth = 0; depth < 5; depth++) inner = addIndex([inner]);
    await expect(pull()).rejects.toThrow('more than 3 deep');
  });

  test('indexes without number', async () => {
    const [entry] = await serve(['amd64']);
    const inner = Array.from({ length: 200 }, (_, at) =>
      addIndex([{ ...entry!, platform: { os: 'linux', architecture: 'amd64', variant: `${at}` } }], ''),
    );
    addIndex(inner.slice(0, 64));
    await expect(pull()).rejects.toThrow('more than 64 indexes');
    addIndex(inner.slice(0, 63));
    expect((await pull(['linux/amd64/7'])).found).toEqual([entry!.digest]);
    addIndex(inner);
    await expect(pull()).rejects.toThrow('more than 64 indexes');
    expect(registry.asked.length).toBeLessThan(300);
  });

  test.each([[[]], [['linux/arm64']]])(
    'names of platforms that would fill the screen: for %j',
    async (wanted) => {
      const [entry] = await serve(['amd64']);
      addIndex([{ ...entry!, platform: { os: 'x'.repeat(1 << 20), architecture: 'amd64' } }]);
      let said = '';
      const reporter = { ...silentReporter, warn: (message: string) => (said += message) };
      await pull(wanted, 'all', await temporaryAccess({ reporter })).catch((error) => (said += error));
      expect(said).toContain('xxx');
      expect(said.length).toBeLessThan(1000);
    },
  );
});
