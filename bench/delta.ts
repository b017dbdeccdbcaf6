// What an update moves between two versions of Debian's packages: `node bench/run.mjs delta [openssh|docker|kernel]`. By the leaves of the hash
// trees, which is how a machine goes on that knows no chunks, and by chunks, with the index of what runs kept, as after any
// update, or fetched, as on a machine that was installed from an image. The device's updater over HTTP, and real segments.
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readSignedManifest, releaseParts, type SignedManifest } from '../src/contract/release-manifest.ts';
import { succeed } from '../test/support/build.ts';
import { makePairs, type PairSide } from './delta-pairs.ts';
import { writeSide } from './delta-releases.ts';
import {
  followUpdate,
  imageSize,
  mb,
  sumByKind,
  type UpdateBench,
  withUpdateBench,
} from './update-follow.ts';
import type { BenchRelease } from './update-machine.ts';

const ways = ['leaves', 'chunks', 'chunks, index of what runs fetched'] as const;
type Way = (typeof ways)[number];

const parts = [...releaseParts, 'chunks'] as const;
const kinds = [...parts, 'metadata'] as const;
type Kind = (typeof kinds)[number];

interface Row {
  readonly pair: string;
  readonly way: Way;
  readonly image: number;
  readonly wire: number;
  readonly requests: number;
  readonly bytes: Readonly<Record<Kind, number>>;
  readonly seconds: number;
}

export async function main(names: readonly string[] = []): Promise<void> {
  const pairs = await makePairs(names);
  const channels = pairs.flatMap((_, index) => [`old${index}`, `new${index}`]);
  await withUpdateBench(channels, async (bench) => {
    const rows: Row[] = [];
    for (const [index, pair] of pairs.entries()) {
      const [old, fresh] = [
        await publish(bench, `old${index}`, `1.${index}`, pair.old),
        await publish(bench, `new${index}`, `2.${index}`, pair.fresh),
      ];
      for (const way of ways)
        rows.push(await follow(bench, { name: pair.name, old, fresh, channel: `new${index}` }, way));
    }
    report(rows);
  });
}

async function publish(
  { installation, base }: UpdateBench,
  name: string,
  version: string,
  side: PairSide,
): Promise<BenchRelease> {
  const release = await writeSide(join(base, name), version, side);
  await succeed(installation, ['release', 'add', name, '--channel', name], { cwd: base });
  return release;
}

interface PublishedPair {
  readonly name: string;
  readonly old: BenchRelease;
  readonly fresh: BenchRelease;
  /** Of the new one. */
  readonly channel: string;
}

async function follow(
  bench: UpdateBench,
  { name, old, fresh, channel }: PublishedPair,
  way: Way,
): Promise<Row> {
  const targets = join(bench.base, 'release/targets');
  // A version that the repository does not have is one of which no index is found.
  const manifest = way === 'leaves' ? { ...old.manifest, version: '0' } : old.manifest;
  const { requests, wire, seconds } = await followUpdate(bench, {
    runs: { ...old, manifest },
    fresh,
    channel,
    prepare: async (root) => {
      if (way === 'chunks') await keepIndex(targets, old, root);
    },
  });
  const bytes = sumByKind(requests, parts);
  return { pair: name, way, image: imageSize(fresh), wire, requests: requests.length, bytes, seconds };
}

/** As an update before this one has left it. */
async function keepIndex(targets: string, { manifest }: BenchRelease, root: string): Promise<void> {
  const { chunks } = await signedManifest(targets, `bench-${manifest.version}-amd64`);
  const { target, sha256, size } = chunks!;
  const bytes = await readFile(join(targets, `${sha256}.${target}`));
  if (bytes.length !== size) throw new Error(`${target} has ${bytes.length} bytes`);
  const directory = join(root, 'var/lib/catamaran/update/chunks');
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, `${manifest.roothash}.${sha256}`), bytes);
}

async function signedManifest(targets: string, name: string): Promise<SignedManifest> {
  const metadata = join(targets, '../metadata');
  const { version } = JSON.parse(await readFile(join(metadata, 'timestamp.json'), 'utf8')).signed.meta[
    'snapshot.json'
  ];
  const snapshot = JSON.parse(await readFile(join(metadata, `${version}.snapshot.json`), 'utf8'));
  const releases = snapshot.signed.meta['releases.json'].version;
  const listed = JSON.parse(await readFile(join(metadata, `${releases}.releases.json`), 'utf8'));
  const { sha256 } = listed.signed.targets[`${name}.manifest.json`].hashes;
  const path = join(targets, `${sha256}.${name}.manifest.json`);
  if ((await stat(path)).size === 0) throw new Error(`${path} is empty`);
  return readSignedManifest(await readFile(path), path);
}

function report(rows: readonly Row[]): void {
  const titles = ['update', 'by', 'images', 'moved', ...kinds, 'requests', 'seconds'];
  console.log(`\n| ${titles.join(' | ')} |\n|---|---|${'---:|'.repeat(titles.length - 2)}`);
  for (const { pair, way, image, wire, requests, bytes, seconds } of rows) {
    const cells = [image, wire, ...kinds.map((kind) => bytes[kind])].map(mb);
    console.log(`| ${[pair, way, ...cells, requests, seconds.toFixed(1)].join(' | ')} |`);
  }
}
