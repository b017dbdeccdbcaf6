// A build's images by the names that the spec gives them: in errors that come from deep below, and offline.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Context } from '../../src/lock/context.ts';
import { layoutTree, writeLayoutDirectory } from '../../src/oci/export.ts';
import { mediaTypes } from '../../src/oci/image.ts';
import { openRegistryClient } from '../../src/oci/registry.ts';
import { type LayerSource, writeImage } from '../../src/oci/store.ts';
import { buildSpec } from '../../src/output/build.ts';
import { openCache } from '../../src/store/cache.ts';
import { file, type Tree } from '../../src/tree/tree.ts';
import { pull, serveImage, temporaryDirectory } from '../oci/support/images.ts';
import { startScriptedRegistry } from '../oci/support/scripted-registry.ts';
import { testContext } from '../support/context.ts';

/** Builds a spec as a tar, in a room with the layout `image`. */
async function build(text: string, trees: readonly (Tree | 'junk')[] = [], context?: Context) {
  const room = await temporaryDirectory();
  const cache = await openCache(join(room, 'source'));
  const layers: LayerSource[] = [];
  for (const tree of trees) {
    const blob = { mediaType: mediaTypes.layer, ...(await cache.putBlob(junk)) };
    layers.push(tree === 'junk' ? blob : { tree });
  }
  const image = await writeImage(cache, { layers, config: { Cmd: ['/x'] }, arch: 'amd64' });
  await writeLayoutDirectory(await layoutTree(cache, [image]), join(room, 'image'));
  await writeFile(join(room, 'spec.yml'), text);
  await mkdir(join(room, 'out'));
  const request = {
    file: join(room, 'spec.yml'),
    out: join(room, 'out'),
    formats: ['tar'],
    arch: 'amd64',
    frozen: false,
  } as const;
  return buildSpec(request, context ?? (await testContext()));
}

const junk = Buffer.alloc(1024, 'no tar ');
const good: Tree = new Map([['kernel', file('a kernel')]]);

test.each([
  ['init: ["oci:image"]\n'],
  ['services: [{name: a, image: "oci:image"}]\n'],
  ['kernel: {image: "oci:image"}\n'],
  ['volumes: [{name: a, image: "oci:image"}]\n'],
])('a layer that is no tar is told with its image: %s', async (text) => {
  await expect(build(text, [good, 'junk'])).rejects.toThrow(/layer 2 of 2 of image oci:\.\/image: /);
});

test('a tar of modules that is none is told with its path and its image', async () => {
  const tree: Tree = new Map([
    ['kernel', file('a kernel')],
    ['kernel.tar', file(junk)],
  ]);
  const built = build('kernel: {image: "oci:image"}\n', [tree]);
  await expect(built).rejects.toThrow(/^\/kernel\.tar of image oci:\.\/image: the tar header at byte 0/);
});

test('an image that was pulled needs no network in a build without a lock', async () => {
  const registry = await startScriptedRegistry();
  const context = await testContext();
  const { cache } = context;
  await serveImage(registry);
  const name = `${registry.host}/app:1`;
  await pull(name, { cache, registries: await context.registries(), directory: '.' });
  await registry.close();
  const warnings: string[] = [];
  const reporter = { ...context.reporter, warn: (message: string) => void warnings.push(message) };
  const registries = openRegistryClient({ reporter, offline: true });
  const away = { ...context, registries: async () => registries };
  const spec = `services: [{name: a, image: "${name}"}]\n`;
  await expect(build(spec, [good], away)).resolves.toBeDefined();
  expect(warnings).toEqual([expect.stringContaining(`${name} is sha256:`)]);
  const other = build(spec.replace('app:1', 'app:2'), [good], away);
  await expect(other).rejects.toMatchObject({ code: 'registry-offline' });
});
