// Which of an index's manifests is taken, and that nothing is fetched for the others.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { silentReporter } from '../../src/base/reporter.ts';
import { mediaTypes } from '../../src/oci/image.ts';
import { dockerTypes } from '../../src/oci/parse.ts';
import { resolveImage } from '../../src/oci/resolve.ts';
import { originOf, pull, serveImage, temporaryAccess } from './support/images.ts';
import { type ScriptedRegistry, startScriptedRegistry } from './support/scripted-registry.ts';

let registry: ScriptedRegistry;
beforeEach(async () => {
  registry = await startScriptedRegistry();
});
afterEach(() => registry.close());

/** Manifests that differ, each for `architecture/variant`, in the order given, under app:all. */
async function serveIndex(
  platforms: readonly string[],
  mediaType: string = mediaTypes.index,
): Promise<string[]> {
  const manifests = [];
  for (const [at, text] of platforms.entries()) {
    const [architecture, variant] = text.split('/') as [string, string?];
    const blob = Buffer.alloc(1024 * (at + 2));
    const arch = architecture === 'unknown' ? 'amd64' : architecture;
    const { manifest } = await serveImage(registry, { tag: `only-${at}`, arch, plain: blob });
    const os = architecture === 'unknown' ? 'unknown' : 'linux';
    manifests.push({ ...manifest, platform: { os, architecture, ...(variant && { variant }) } });
  }
  registry.addManifest({ schemaVersion: 2, mediaType, manifests }, mediaType, 'all');
  return manifests.map(({ digest }) => digest);
}

test.each<[string, string[], 'amd64' | 'arm64', number]>([
  ['by architecture', ['arm64/v8', 'amd64'], 'amd64', 1],
  ['every arm64 machine is a v8', ['arm', 'arm64/v8'], 'arm64', 1],
  ['v8 before none', ['arm64', 'arm64/v8'], 'arm64', 1],
  ['none before v1, and never v3', ['amd64/v3', 'amd64/v1', 'amd64'], 'amd64', 2],
  ['the first of equals', ['amd64', 'amd64'], 'amd64', 0],
  ['attestations are no images', ['unknown', 'amd64'], 'amd64', 1],
])('%s', async (_, platforms, arch, expected) => {
  const digests = await serveIndex(platforms);
  const access = await temporaryAccess();
  const resolved = await resolveImage(originOf(`${registry.host}/app:all`), { ...access, arch });
  expect(resolved.digest).toBe(digests[expected]);
  const manifests = registry.asked.filter(({ path }) => path.includes('/manifests/'));
  expect(manifests.map(({ path }) => path.replace(/.*\//, ''))).toEqual(['all', digests[expected]]);
});

test.each<[string[], 'amd64' | 'arm64']>([
  [['amd64/v3'], 'amd64'],
  [['arm64/v9'], 'arm64'],
  [['arm/v7'], 'arm64'],
  [[], 'amd64'],
])('%j has nothing for %s', async (platforms, arch) => {
  await serveIndex(platforms);
  await expect(pull(`${registry.host}/app:all`, await temporaryAccess(), arch)).rejects.toMatchObject({
    code: 'image-platform',
  });
});

test("Docker's own media types", async () => {
  const [digest] = await serveIndex(['amd64'], dockerTypes.index);
  expect((await pull(`${registry.host}/app:all`, await temporaryAccess())).digest).toBe(digest);
});

test('resolving fetches no layer', async () => {
  const { layer, manifest } = await serveImage(registry);
  const origin = originOf(`${registry.host}/app:1`);
  const access = await temporaryAccess();
  const resolved = await resolveImage(origin, { ...access, arch: 'amd64' });
  expect(resolved).toEqual({
    origin,
    arch: 'amd64',
    digest: manifest.digest,
    mediaType: mediaTypes.manifest,
    size: layer.size,
  });
  expect(registry.asked.some(({ path }) => path.includes(layer.digest))).toBe(false);
});

const amd64 = { os: 'linux', architecture: 'amd64' };

function addIndex(manifests: readonly object[], tag: string) {
  return registry.addManifest(
    { schemaVersion: 2, mediaType: mediaTypes.index, manifests },
    mediaTypes.index,
    tag,
  );
}

test('of several indexes in an index each is looked into, those that are alike once', async () => {
  const { manifest: arm } = await serveImage(registry, { tag: 'arm', arch: 'arm64' });
  const { manifest } = await serveImage(registry, { tag: 'amd', plain: Buffer.alloc(2048) });
  const armOnly = addIndex([{ ...arm, platform: { os: 'linux', architecture: 'arm64' } }], 'a');
  const silent = addIndex([arm], 'b');
  const both = addIndex([armOnly, { ...manifest, platform: amd64 }], 'c');
  addIndex([armOnly, armOnly, silent, both], 'all');
  const access = await temporaryAccess();
  const resolved = await resolveImage(originOf(`${registry.host}/app:all`), { ...access, arch: 'amd64' });
  expect(resolved.digest).toBe(manifest.digest);
  const asked = registry.asked.filter(({ path }) => path.endsWith(armOnly.digest));
  expect(asked).toHaveLength(1);
  addIndex([armOnly, silent], 'all');
  await expect(pull(`${registry.host}/app:all`, await temporaryAccess())).rejects.toThrow(
    'is not for linux/amd64: it is for linux/arm64',
  );
});

test('indexes without number are not looked into', async () => {
  const { manifest } = await serveImage(registry, { arch: 'arm64' });
  const many = Array.from({ length: 100 }, (_, at) =>
    addIndex([{ ...manifest, annotations: { at: `${at}` } }], 'one'),
  );
  addIndex(many, 'all');
  await expect(pull(`${registry.host}/app:all`, await temporaryAccess())).rejects.toMatchObject({
    fault: 'integrity',
    code: 'image-malformed',
  });
  expect(registry.asked.length).toBeLessThan(200);
});

test.each([null, {}, { os: '', architecture: '' }])(
  'a platform that says nothing is none: %j',
  async (platform) => {
    const { manifest } = await serveImage(registry);
    const { manifest: other } = await serveImage(registry, { tag: 'other', plain: Buffer.alloc(2048) });
    addIndex(
      [
        { ...other, platform },
        { ...manifest, platform: amd64 },
      ],
      'all',
    );
    expect((await pull(`${registry.host}/app:all`, await temporaryAccess())).digest).toBe(manifest.digest);
    addIndex([{ ...other, platform }], 'alone');
    expect((await pull(`${registry.host}/app:alone`, await temporaryAccess())).digest).toBe(other.digest);
  },
);

describe('what an image is for', () => {
  const warnings: string[] = [];
  const reporter = { ...silentReporter, warn: (message: string) => warnings.push(message) };
  const pullWarned = async (tag: string, arch: 'amd64' | 'arm64' = 'amd64') => {
    warnings.length = 0;
    return pull(`${registry.host}/app:${tag}`, await temporaryAccess({ reporter }), arch);
  };

  test.each(['amd64', 'arm64'] as const)(
    'an index is believed, whatever the config says: %s',
    async (arch) => {
      const other = arch === 'amd64' ? 'arm64' : 'amd64';
      const { manifest } = await serveImage(registry, { arch: other });
      addIndex([{ ...manifest, platform: { os: 'linux', architecture: arch } }], 'all');
      expect((await pullWarned('all', arch)).digest).toBe(manifest.digest);
      expect(warnings).toEqual([
        `image ${registry.host}/app:all is taken for linux/${arch}, because its index says so, although its config says it is for linux/${other}`,
      ]);
      // What no index speaks for is for what it says.
      await expect(pullWarned('1', arch)).rejects.toMatchObject({ code: 'image-platform' });
      await expect(pullWarned('all', other)).rejects.toMatchObject({ code: 'image-platform' });
    },
  );

  test.each([{}, { architecture: '', os: '' }, { architecture: null }, { os: 'linux' }])(
    'a config that does not say it is taken, with a warning: %j',
    async (platform) => {
      addImage({ config: platform });
      await pullWarned('odd');
      expect(warnings).toEqual([expect.stringContaining('its config says not what it is for')]);
    },
  );

  test('a config that says another system is refused', async () => {
    addImage({ config: { os: 'windows' } });
    await expect(pullWarned('odd')).rejects.toThrow('it is for windows/');
  });
});

/** Of one empty layer, under app:odd. */
function addImage({
  config = amd64,
  configType = mediaTypes.config,
  layerType = mediaTypes.layer,
}: {
  config?: object;
  configType?: string | undefined;
  layerType?: string;
}): void {
  const layer = registry.addBlob(Buffer.alloc(2048));
  const blob = registry.addBlob(
    JSON.stringify({ ...config, rootfs: { type: 'layers', diff_ids: [layer.digest] } }),
  );
  const mediaType = configType === 'none' ? {} : { mediaType: configType };
  const document = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: { ...mediaType, ...blob },
    layers: [{ mediaType: layerType, ...layer }],
  };
  registry.addManifest(document, mediaTypes.manifest, 'odd');
}

const pullOdd = async () => pull(`${registry.host}/app:odd`, await temporaryAccess());

test.each([dockerTypes.config, 'application/octet-stream', 'application/json', 'text/html', '', 'none'])(
  'the config may be of the type %j, as for Docker',
  async (configType) => {
    addImage({ configType });
    expect((await pullOdd()).config.architecture).toBe('amd64');
  },
);

test.each([
  'application/vnd.docker.image.rootfs.foreign.diff.tar.gzip',
  'application/vnd.oci.image.layer.nondistributable.v1.tar+gzip',
  'application/vnd.docker.container.image.rootfs.diff+x-gtar',
  'application/octet-stream',
  'application/x-tar',
])('a layer may be of the type %s: its bytes say what it is', async (layerType) => {
  addImage({ layerType });
  await pullOdd();
});

test.each([
  'application/vnd.oci.image.layer.v1.tar+gzip+encrypted',
  'application/vnd.cncf.helm.chart.content.v1.tar+gzip',
  'text/plain',
])('a layer of the type %s is none', async (layerType) => {
  addImage({ layerType });
  await expect(pullOdd()).rejects.toMatchObject({ code: 'image-malformed' });
});

test.each([
  ['/one', ['/one']],
  [
    ['/two', 'words'],
    ['/two', 'words'],
  ],
  [null, undefined],
])('the entrypoint %j is %j, as Docker decodes it', async (Entrypoint, expected) => {
  addImage({ config: { ...amd64, config: { Entrypoint, Cmd: Entrypoint } } });
  const { Entrypoint: entrypoint, Cmd } = (await pullOdd()).config.config ?? {};
  expect([entrypoint, Cmd]).toEqual([expected, expected]);
});

test('a label or an annotation that is null is empty, as for those who write Go', async () => {
  const plain = Buffer.alloc(2048);
  const layer = registry.addBlob(plain);
  const config = registry.addBlob(
    JSON.stringify({
      ...amd64,
      config: { Labels: { a: null, b: 'c' } },
      rootfs: { type: 'layers', diff_ids: [layer.digest] },
    }),
  );
  const manifest = {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: { mediaType: mediaTypes.config, ...config },
    layers: [{ mediaType: mediaTypes.layer, ...layer, annotations: { d: null } }],
  };
  registry.addManifest(manifest, mediaTypes.manifest, 'null');
  const image = await pull(`${registry.host}/app:null`, await temporaryAccess());
  expect(image.config.config?.Labels).toEqual({ a: '', b: 'c' });
});
