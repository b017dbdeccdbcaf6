// The image zoo: layers by chance, unpacked by us and by umoci, are the same tree, or there is a reason. A sample here; the
// ten thousand of a night are `npm run test:zoo`, and CATAMARAN_ZOO_SEED=N CATAMARAN_ZOO=1 makes one of them again.
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
import { zooLayers } from './zoo/layers.ts';
import { reasonFor } from './zoo/reasons.ts';
import { ociTypes, type Types, unpackByUmoci, writeZooLayout } from './zoo/umoci.ts';

const count = Number(process.env.CATAMARAN_ZOO ?? 60);
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
  readonly same: boolean;
  /** Where there is no reason for them. */
  readonly differences: readonly string[];
}

async function judge(seed: number, tools: Tools, access: ImageAccess): Promise<Verdict> {
  const room = await mkdtemp(join(tmpdir(), 'catamaran-zoo-'));
  try {
    await mkdir(join(room, 'umoci'));
    await writeZooLayout(join(room, 'oci'), zooLayers(seed, 'plain'), ociTypes);
    await writeZooLayout(join(room, 'odd'), zooLayers(seed, 'wild'), oddTypes[seed % oddTypes.length]!);
    const theirs = await unpackByUmoci(tools, join(room, 'oci'), join(room, 'umoci'));
    const mine = await ours(join(room, 'odd'), access);
    if (typeof mine === 'string' && typeof theirs === 'string') return { seed, same: false, differences: [] };
    const found =
      typeof mine === 'string'
        ? [`refused: ${mine}`]
        : typeof theirs === 'string'
          ? [`umoci: ${theirs}`]
          : await differences(mine, theirs);
    return { seed, same: found.length === 0, differences: reasonFor(found) === undefined ? found : [] };
  } finally {
    await rm(room, { recursive: true, force: true });
  }
}

test(`${count} images by chance are what umoci makes of them`, {
  timeout: 1_000_000 + count * 2000,
}, async () => {
  const tools = await hostTools(['tools-zoo']);
  const access = await temporaryAccess();
  const seeds = Array.from({ length: count }, (_, index) => firstSeed + index);
  const verdicts = await eachLimited(seeds, (seed) => judge(seed, tools, access));
  const wrong = verdicts.filter(({ differences }) => differences.length > 0);
  const shown = wrong
    .slice(0, 30)
    .map(({ seed, differences }) => `seed ${seed}:\n  ${differences.slice(0, 6).join('\n  ')}`);
  expect(shown.join('\n'), `${wrong.length} of ${count}`).toBe('');
  // Chance makes many images that nobody can unpack, and both refuse; a good part has to be unpacked and compared.
  const same = verdicts.filter(({ same }) => same).length;
  expect(same).toBeGreaterThan(count / 5);
});
