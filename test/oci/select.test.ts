// Which of an index's manifests is taken, and that nothing is fetched for the others.
import { afterEach, beforeEach, expect, test } from 'vitest';
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
