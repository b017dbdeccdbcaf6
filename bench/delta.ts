// What an update moves between two versions of Debian's packages: `node bench/run.mjs delta [openssh|docker|kernel]`. By the leaves of the hash
// trees, which is how a machine goes on that knows no chunks, and by chunks, with the index of what runs kept, as after any
// update, or fetched, as on a machine that was installed from an image. The device's updater over HTTP, and real segments.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readSignedManifest, releaseParts, type SignedManifest } from '../src/contract/release-manifest.ts';
import { installCommand, succeed } from '../test/support/build.ts';
import { makePairs, type Pair } from './delta-pairs.ts';
import { type BuiltRelease, writeSide } from './delta-releases.ts';
import { openMachine } from './update-machine.ts';
import { initRepository } from './update-releases.ts';
import { type CountingServer, type Served, startCountingServer } from './update-server.ts';

const ways = ['leaves', 'chunks', 'chunks, index of what runs fetched'] as const;
type Way = (typeof ways)[number];

const kinds = ['root', 'hash', 'boot', 'chunks', 'metadata'] as const;
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
  const installation = await installCommand();
  const base = await mkdtemp(join(tmpdir(), 'catamaran-bench-'));
  let server: CountingServer | undefined;
  try {
    const pairs = await makePairs(names);
    await initRepository(
      installation,
      base,
      pairs.flatMap((_, index) => [`old${index}`, `new${index}`]),
    );
    server = await startCountingServer(join(base, 'release'));
    const rows: Row[] = [];
    for (const [index, pair] of pairs.entries()) {
      const place = { base, server, index };
      const [old, fresh] = await Promise.all([
        writeSide(join(base, `old${index}`), `1.${index}`, pair.old),
        writeSide(join(base, `new${index}`), `2.${index}`, pair.fresh),
      ]);
      for (const side of ['old', 'new'])
        await succeed(installation, ['release', 'add', `${side}${index}`, '--channel', `${side}${index}`], {
          cwd: base,
        });
      for (const way of ways) rows.push(await follow(place, pair, old!, fresh!, way));
    }
    report(rows);
  } finally {
    await server?.close();
    await rm(base, { recursive: true });
    await installation.dispose();
  }
}

interface Place {
  readonly base: string;
  readonly server: CountingServer;
  readonly index: number;
}

async function follow(
  { base, server, index }: Place,
  { name }: Pair,
  old: BuiltRelease,
  fresh: BuiltRelease,
  way: Way,
): Promise<Row> {
  const root = join(base, 'machine');
  await mkdir(root);
  try {
    const trust = join(base, 'release/metadata/1.root.json');
    // A version that the repository does not have is one of which no index is found.
    const manifest = way === 'leaves' ? { ...old.manifest, version: '0' } : old.manifest;
    const runs = { ...old, manifest, segments: new Map<string, number>() };
    const machine = await openMachine({ root, runs, url: server.url, channel: `new${index}`, trust });
    if (way === 'chunks') await keepIndex(join(base, 'release/targets'), old, root);
    await server.take();
    const began = performance.now();
    console.log(machine.update('--apply'));
    const seconds = (performance.now() - began) / 1000;
    const { requests, wire } = await server.take();
    for (const part of releaseParts) {
      const { size, sha256 } = fresh.manifest.parts[part];
      if ((await digestOf(machine.partition(part, 'B'), size)) !== sha256)
        throw new Error(`slot B has another ${part} image`);
    }
    const image = releaseParts.reduce((sum, part) => sum + fresh.manifest.parts[part].size, 0);
    return { pair: name, way, image, wire, requests: requests.length, bytes: sumByKind(requests), seconds };
  } finally {
    await rm(root, { recursive: true });
  }
}

async function digestOf(path: string, size: number): Promise<string> {
  const digest = createHash('sha256');
  for await (const chunk of createReadStream(path, { end: size - 1 })) digest.update(chunk as Buffer);
  return digest.digest('hex');
}

/** As an update before this one has left it. */
async function keepIndex(targets: string, { manifest }: BuiltRelease, root: string): Promise<void> {
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

function sumByKind(requests: readonly Served[]): Record<Kind, number> {
  const sums = { root: 0, hash: 0, boot: 0, chunks: 0, metadata: 0 };
  for (const { path, bytes } of requests)
    sums[kinds.find((kind) => path.endsWith(`.${kind}`)) ?? 'metadata'] += bytes;
  return sums;
}

function report(rows: readonly Row[]): void {
  const titles = ['update', 'by', 'images', 'moved', ...kinds, 'requests', 'seconds'];
  console.log(`\n| ${titles.join(' | ')} |\n|---|---|${'---:|'.repeat(titles.length - 2)}`);
  for (const { pair, way, image, wire, requests, bytes, seconds } of rows) {
    const cells = [image, wire, ...kinds.map((kind) => bytes[kind])].map(mb);
    console.log(`| ${[pair, way, ...cells, requests, seconds.toFixed(1)].join(' | ')} |`);
  }
}

/** In millions of bytes. */
const mb = (bytes: number): string => (bytes / 1e6).toFixed(2);
