// What a fleet asks of the server during a rollout: `node bench/run.mjs fleet [--machines 1000000] [--poll 3600]`.
// Requests and metadata bytes are counted by running the device's client against a repository made here; buckets and
// turns are the device's own functions on as many machine ids. What an update moves is what bench/update.ts measures.
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fetchSignedManifest } from '../src/contract/signed-release.ts';
import { addRelease } from '../src/release/add.ts';
import type { Publisher } from '../src/release/change/publisher.ts';
import { promote, rollOut } from '../src/release/channel/pointers.ts';
import { initRepository } from '../src/release/init.ts';
import { refreshRepository } from '../src/release/refresh.ts';
import { defaultDays } from '../src/release/repository/config.ts';
import { openDisk } from '../src/release/repository/disk.ts';
import { createMemory, openDirectory } from '../src/release/repository/local.ts';
import { readKeyring } from '../src/release/signing/keyring.ts';
import { readPointer } from '../src/tuf/channel.ts';
import { refresh } from '../src/tuf/client.ts';
import { bucketOf, parseCurve, type Rollout, turnOf } from '../src/tuf/rollout.ts';
import { verifySignature } from '../src/tuf/verify-signature.ts';
import { writeSlot } from '../test/release/support/images.ts';

const hour = 3600;
const start = 1_800_000_000;

/** Of one update, in bytes of the three images: one service of 20 MB has changed; everything has. */
const service = 22.0e6;
const everything = 132.6e6;
/** For one service: boot, hash, and the merged ranges of root. */
const imageRequests = 29;

/** Of a request and its answer together; as nginx and curl have them over TLS that is already open. */
const headerBytes = 450;

interface Cost {
  readonly requests: number;
  readonly bytes: number;
}

/** What one check costs, by what has happened since the last one. */
interface Costs {
  readonly first: Cost;
  readonly nothing: Cost;
  /** The daily timestamp; the snapshot is kept for weeks. */
  readonly refreshed: Cost;
  /** This machine's channel has a new pointer, and its turn has not come. */
  readonly pointed: Cost;
  /** Its turn has come: the manifest too. */
  readonly manifest: Cost;
}

/** With as many releases as a repository keeps. */
async function measureCosts(releases: number): Promise<Costs> {
  const base = await mkdtemp(join(tmpdir(), 'catamaran-fleet-'));
  try {
    const directory = join(base, 'repo');
    const keys = join(base, 'keys');
    const quorum = (threshold: number, count: number) => ({ threshold, keys: count });
    await initRepository({
      directory,
      keys,
      config: { os: 'lighthouse', days: defaultDays },
      root: quorum(2, 3),
      channels: new Map([
        ['alpha', quorum(1, 1)],
        ['beta', quorum(1, 1)],
        ['stable', quorum(2, 3)],
      ]),
      now: start,
    });
    const publisher: Publisher = {
      directory,
      disk: openDisk(directory),
      keyring: await readKeyring(keys),
      now: start,
      signLater: false,
    };
    const versions = Array.from({ length: releases }, (_, index) => `1.${index}.0`);
    for (const version of versions) {
      for (const arch of ['amd64', 'arm64']) {
        const release = await writeSlot(join(base, 'slot'), { version, arch, blocks: 2 });
        await addRelease({ release, epoch: 1 }, publisher);
      }
    }
    const [before, newest] = versions.slice(-2) as [string, string];
    const points = [[0, 10_000]] as const;
    await promote({ version: before, to: 'stable', points }, publisher);

    const firstRoot = await readFile(join(directory, 'metadata/1.root.json'));
    const store = createMemory();
    const files = openDirectory(directory);
    const check = (withManifest: boolean): Cost => {
      let [requests, bytes] = [0, 0];
      const repository = {
        fetch(path: string, maxSize: number) {
          const answer = files.fetch(path, maxSize);
          requests += 1;
          bytes += headerBytes + (answer?.length ?? 0);
          return answer;
        },
      };
      const client = refresh({ verify: verifySignature, repository, store, firstRoot, now: start });
      const pointer = readPointer(client, 'stable', 'amd64')!;
      if (withManifest) fetchSignedManifest(client, pointer.release, { os: 'lighthouse', arch: 'amd64' });
      return { requests, bytes };
    };
    const first = check(false);
    const nothing = check(false);
    await refreshRepository([], publisher);
    const refreshed = check(false);
    await promote({ version: newest, to: 'stable', points }, publisher);
    const manifest = check(true);
    await rollOut({ version: newest, channel: 'stable', points }, publisher);
    const pointed = check(false);
    return { first, nothing, refreshed, pointed, manifest };
  } finally {
    await rm(base, { recursive: true });
  }
}

interface Hour {
  checks: number;
  updates: number;
  pointed: number;
}

/** By hour since the promotion; checks are spread evenly, each machine by its own phase. */
function simulate(buckets: Uint16Array, phases: Float64Array, rollout: Rollout, poll: number, hours: number) {
  const rows: Hour[] = Array.from({ length: hours }, () => ({ checks: 0, updates: 0, pointed: 0 }));
  const turns = new Map<number, number | undefined>();
  for (const [machine, bucket] of buckets.entries()) {
    const phase = phases[machine]! * poll;
    if (!turns.has(bucket)) turns.set(bucket, turnOf(rollout, bucket));
    const turn = turns.get(bucket);
    for (let at = phase; at < hours * hour; at += poll) rows[Math.floor(at / hour)]!.checks += 1;
    rows[Math.floor(phase / hour)]!.pointed += 1;
    if (turn === undefined) continue;
    const wait = Math.max(0, turn - rollout.start - phase);
    const update = phase + Math.ceil(wait / poll) * poll;
    const row = rows[Math.floor(update / hour)];
    if (row) row.updates += 1;
  }
  return rows;
}

export async function main(argv: string[]): Promise<void> {
  const { values } = parseArgs({
    args: argv,
    options: {
      machines: { type: 'string', default: '1000000' },
      poll: { type: 'string', default: '3600' },
      releases: { type: 'string', default: '10' },
    },
  });
  const [machines, poll, releases] = [values.machines, values.poll, values.releases].map(Number) as [
    number,
    number,
    number,
  ];
  const costs = await measureCosts(releases);
  console.log(`\n| what a check finds | requests | bytes |\n|---|---:|---:|`);
  for (const [name, { requests, bytes }] of Object.entries(costs))
    console.log(`| ${name} | ${requests} | ${bytes} |`);

  const buckets = new Uint16Array(machines);
  const phases = new Float64Array(machines);
  for (let machine = 0; machine < machines; machine++) {
    const id = createHash('md5').update(`machine ${machine}`).digest();
    buckets[machine] = bucketOf(id.toString('hex'), '1.4.0');
    phases[machine] = id.readUInt32LE(0) / 2 ** 32;
  }
  const curves = ['0:100%', '0:1%,1d:20%,3d:100%', '0:0.1%,2d:5%,7d:100%'];
  for (const curve of curves) {
    const rollout = { salt: '1.4.0', start, points: parseCurve(curve) as Rollout['points'] };
    const hours = Math.ceil((rollout.points.at(-1)![0] + poll) / hour) + 2;
    const rows = simulate(buckets, phases, rollout, poll, hours);
    printRollout(curve, rows, costs, machines);
  }
}

function printRollout(curve: string, rows: readonly Hour[], costs: Costs, machines: number): void {
  const { nothing, pointed, manifest } = costs;
  const table = rows.map(({ checks, updates, pointed: told }) => {
    const plain = checks - told - updates;
    const requests =
      plain * nothing.requests +
      told * pointed.requests +
      updates * (manifest.requests - pointed.requests + nothing.requests + imageRequests);
    const metadata =
      plain * nothing.bytes +
      told * pointed.bytes +
      updates * (manifest.bytes - pointed.bytes + nothing.bytes + imageRequests * headerBytes);
    return { updates, requests, metadata };
  });
  const total = table.reduce((sum, { updates }) => sum + updates, 0);
  console.log(`\ncurve ${curve}: ${total} of ${machines} machines have updated at its end\n`);
  console.log(
    `| hour | updates begun | requests | per second | metadata | images at ${mb(service)} | at ${mb(everything)} |`,
  );
  console.log('|---:|---:|---:|---:|---:|---:|---:|');
  for (const [index, { updates, requests, metadata }] of table.entries()) {
    if (!isShown(index, table.length)) continue;
    const cells = [
      index,
      updates,
      millions(requests),
      Math.round(requests / hour),
      `${(metadata / 1e9).toFixed(1)} GB`,
      rate(updates * service),
      rate(updates * everything),
    ];
    console.log(`| ${cells.join(' | ')} |`);
  }
  const peak = table.reduce((most, row) => (row.updates > most.updates ? row : most));
  console.log(
    `\npeak: ${peak.updates} updates in an hour, ${Math.round(peak.requests / hour)} requests a second, ` +
      `${rate(peak.updates * service)} for ${mb(service)} each, ${rate(peak.updates * everything)} for ${mb(everything)} each`,
  );
}

function isShown(index: number, count: number): boolean {
  return index < 3 || index === count - 1 || (count > 30 ? index % 12 === 0 : true);
}

const mb = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`;
const millions = (count: number): string => `${(count / 1e6).toFixed(2)} M`;

/** `1.2 TB, 2.7 Gbit/s`. */
function rate(bytes: number): string {
  return `${(bytes / 1e12).toFixed(2)} TB, ${((bytes * 8) / hour / 1e9).toFixed(1)} Gbit/s`;
}
