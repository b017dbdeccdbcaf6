// The image zoo: images of layers by chance, unpacked by us and by umoci, are the same tree, or there is a reason. A sample
// here; the ten thousand layers of a night are `npm run test:zoo`, and CATAMARAN_ZOO_SEED=N CATAMARAN_ZOO=1 makes one image again.
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CatamaranError } from '../../src/base/errors.ts';
import { imageTree } from '../../src/oci/flatten.ts';
import type { ImageAccess } from '../../src/oci/origin.ts';
import { eachLimited } from '../../src/store/each-limited.ts';
import type { Tools } from '../../src/tools/tools.ts';
import type { Tree } from '../../src/tree/tree.ts';
import { hostTools } from '../support/tools.ts';
import { pull, temporaryAccess } from './support/images.ts';
import { differences } from './zoo/compare.ts';
import { zooImage } from './zoo/layers.ts';
import { contradiction, reasonsFor } from './zoo/reasons.ts';
import { ociTypes, type Types, unpackByUmoci, writeZooLayout } from './zoo/umoci.ts';

/** Layers; an image has one to four. */
const count = Number(process.env.CATAMARAN_ZOO ?? 150);
const firstSeed = Number(process.env.CATAMARAN_ZOO_SEED ?? 1);

/** As Docker, and as old and careless programs write them; umoci knows OCI's alone. */
const oddTypes: Types[] = [
  ociTypes,
  {
    manifest: 'application/vnd.docker.distribution.manifest.v2+json',
    config: 'application/vnd.docker.container.image.v1+json',
    layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
  },
  { ...ociTypes, layer: 'application/vnd.oci.image.layer.nondistributable.v1.tar' },
  { ...ociTypes, layer: 'application/vnd.docker.image.rootfs.diff.tar' },
  { ...ociTypes, layer: 'application/vnd.oci.image.layer.v1.tar+zstd' },
];

async function ours(layout: string, access: ImageAccess): Promise<Tree | string> {
  try {
    return await imageTree(access.cache, await pull(`oci:${layout}`, access));
  } catch (thrown) {
    if (thrown instanceof CatamaranError && thrown.fault === 'integrity') return thrown.message;
    throw thrown;
  }
}

interface Verdict {
  readonly seed: number;
  readonly verdict: 'same' | 'refused by both' | 'for a reason' | 'wrong';
  readonly differences: readonly string[];
}

async function judge(seed: number, tools: Tools, access: ImageAccess): Promise<Verdict> {
  const room = await mkdtemp(join(tmpdir(), 'catamaran-zoo-'));
  try {
    await mkdir(join(room, 'umoci'));
    const plain = zooImage(seed, 'plain');
    await writeZooLayout(join(room, 'oci'), plain.layers, ociTypes);
    await writeZooLayout(join(room, 'odd'), zooImage(seed, 'wild').layers, oddTypes[seed % oddTypes.length]!);
    const theirs = await unpackByUmoci(tools, join(room, 'oci'), join(room, 'umoci'));
    const mine = await ours(join(room, 'odd'), access);
    if (typeof mine === 'string' && typeof theirs === 'string')
      return { seed, verdict: 'refused by both', differences: [] };
    const found =
      typeof mine === 'string'
        ? [`refused: ${mine}`]
        : typeof theirs === 'string'
          ? [`umoci: ${theirs}`]
          : await differences(mine, theirs);
    if (found.length === 0) return { seed, verdict: 'same', differences: [] };
    const reasons = plain.contradicts ? [contradiction] : reasonsFor(found);
    return { seed, verdict: reasons === undefined ? 'wrong' : 'for a reason', differences: found };
  } finally {
    await rm(room, { recursive: true, force: true });
  }
}

/** Of as many images as have `count` layers together. */
function seedsOf(count: number): number[] {
  const seeds: number[] = [];
  for (let seed = firstSeed, layers = 0; layers < count; seed += 1) {
    seeds.push(seed);
    layers += zooImage(seed, 'plain').layers.length;
  }
  return seeds;
}

test(`images of ${count} layers by chance are what umoci makes of them`, {
  timeout: 1_000_000 + count * 2000,
}, async () => {
  const tools = await hostTools(['tools-zoo']);
  const access = await temporaryAccess();
  const verdicts = await eachLimited(seedsOf(count), (seed) => judge(seed, tools, access));
  const those = (wanted: Verdict['verdict']) => verdicts.filter(({ verdict }) => verdict === wanted);
  const shown = those('wrong').map(
    ({ seed, differences }) => `seed ${seed}:\n  ${differences.slice(0, 6).join('\n  ')}`,
  );
  expect(shown.slice(0, 30).join('\n'), `${shown.length} of ${verdicts.length}`).toBe('');
  // The odd ones, which both refuse, are few; nearly all are unpacked by both and compared.
  expect(those('same').length).toBeGreaterThan(verdicts.length * 0.85);
  expect(those('for a reason').length).toBeLessThan(verdicts.length * 0.05 + 5);
});
