// What an update moves, and how long it takes: `node bench/run.mjs update`. Real builds of a spec with a kernel, an init and
// services of the project's components and one service of 20 MB; a repository made by the command; a web server on this
// machine that counts; the device's updater. The machine runs the first release and goes to each of the others.
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ReleasePart, releaseParts } from '../src/contract/release-manifest.ts';
import { installCommand } from '../test/support/build.ts';
import { openMachine } from './update-machine.ts';
import {
  initRepository,
  type PublishedRelease,
  payloadName,
  publishVariant,
  type Variant,
} from './update-releases.ts';
import { type CountingServer, type Served, startCountingServer } from './update-server.ts';

const first: Variant = { version: '1.0', channel: 'first' };
const changes: Readonly<Record<string, Variant>> = {
  'nothing but the version': { version: '1.1', channel: 'version' },
  'one service of 20 MB': { version: '1.2', channel: 'service', payload: 'second' },
  'the kernel': { version: '1.3', channel: 'kernel', kernel: 'other' },
  everything: { version: '1.4', channel: 'all', payload: 'third', kernel: 'other', touched: true },
};

type Kind = ReleasePart | 'metadata';

interface Result {
  readonly release: PublishedRelease;
  /** Of bodies, in bytes, by what they are of. */
  readonly bytes: Readonly<Record<Kind, number>>;
  /** Both directions, with headers. */
  readonly wire: number;
  readonly requests: number;
  readonly seconds: number;
}

export async function main(): Promise<void> {
  const installation = await installCommand();
  const base = await mkdtemp(join(tmpdir(), 'catamaran-bench-'));
  let server: CountingServer | undefined;
  try {
    const all = [first, ...Object.values(changes)];
    await initRepository(
      installation,
      base,
      all.map(({ channel }) => channel),
    );
    const runs = await publishVariant(installation, base, first);
    server = await startCountingServer(join(base, 'release'));
    const results = new Map<string, Result>();
    for (const [name, variant] of Object.entries(changes)) {
      const release = await publishVariant(installation, base, variant);
      results.set(name, await follow({ base, server, runs }, variant, release));
    }
    report(results);
  } finally {
    await server?.close();
    await rm(base, { recursive: true });
    await installation.dispose();
  }
}

interface Place {
  readonly base: string;
  readonly server: CountingServer;
  readonly runs: PublishedRelease;
}

/** A machine that has the first release in slot A gets the other one into slot B. */
async function follow(
  { base, server, runs }: Place,
  { version, channel }: Variant,
  release: PublishedRelease,
): Promise<Result> {
  const root = join(base, 'machine');
  await mkdir(root);
  try {
    const trust = join(base, 'release/metadata/1.root.json');
    const machine = await openMachine({ root, runs, url: server.url, channel, trust });
    await server.take();
    const began = performance.now();
    const said = machine.update('--apply');
    const seconds = (performance.now() - began) / 1000;
    console.log(said);
    const { requests, wire } = await server.take();
    for (const part of releaseParts) {
      const { size, sha256 } = release.manifest.parts[part];
      if ((await digestOf(machine.partition(part, 'B'), size)) !== sha256)
        throw new Error(`slot B has another ${part} image than ${version}`);
    }
    return { release, bytes: sumByKind(requests), wire, requests: requests.length, seconds };
  } finally {
    await rm(root, { recursive: true });
  }
}

async function digestOf(path: string, size: number): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { end: size - 1 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

function sumByKind(requests: readonly Served[]): Record<Kind, number> {
  const sums = { boot: 0, root: 0, hash: 0, metadata: 0 };
  for (const { path, bytes } of requests) sums[kindOf(path)] += bytes;
  return sums;
}

const kindOf = (path: string): Kind => releaseParts.find((part) => path.endsWith(`.${part}`)) ?? 'metadata';

function report(results: ReadonlyMap<string, Result>): void {
  console.log(`\n${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown'}, node ${process.version}\n`);
  const titles = [
    'what changed',
    'image',
    'moved',
    'root',
    'boot',
    'hash',
    'metadata',
    'requests',
    'seconds',
  ];
  console.log(`| ${titles.join(' | ')} |\n|---|${'---:|'.repeat(titles.length - 1)}`);
  for (const [name, { release, bytes, wire, requests, seconds }] of results) {
    const { root, boot, hash, metadata } = bytes;
    const cells = [mb(imageSize(release)), mb(wire), mb(root), mb(boot), mb(hash), mb(metadata)];
    console.log(`| ${[name, ...cells, requests, seconds.toFixed(1)].join(' | ')} |`);
  }
  const { release, wire } = results.get('one service of 20 MB')!;
  const segment = release.segments.get(payloadName)!;
  const goal = 1.1 * segment + 0.01 * imageSize(release);
  console.log(
    `\nthe service’s segment: ${mb(segment)} MB; goal 1.1 × that + 1 % of the image = ${mb(goal)} MB: ${wire <= goal ? 'met' : 'MISSED'}, ${mb(wire)} MB`,
  );
}

/** In bytes: what a machine without anything would fetch. */
function imageSize({ manifest }: PublishedRelease): number {
  return releaseParts.reduce((sum, part) => sum + manifest.parts[part].size, 0);
}

/** In millions of bytes. */
const mb = (bytes: number): string => (bytes / 1e6).toFixed(2);
