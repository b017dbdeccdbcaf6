// What an update moves, and how long it takes: `node bench/run.mjs update`. Real builds of a spec with a kernel, an init and
// services of the project's components and one service of 20 MB; a repository made by the command; a web server on this
// machine that counts; the device's updater. The machine runs the first release and goes to each of the others.
import { availableParallelism, cpus } from 'node:os';
import { releaseParts } from '../src/contract/release-manifest.ts';
import { type Followed, followUpdate, imageSize, mb, sumByKind, withUpdateBench } from './update-follow.ts';
import { type PublishedRelease, payloadName, publishVariant, type Variant } from './update-releases.ts';

const first: Variant = { version: '1.0', channel: 'first' };
const changes: Readonly<Record<string, Variant>> = {
  'nothing but the version': { version: '1.1', channel: 'version' },
  'one service of 20 MB': { version: '1.2', channel: 'service', payload: 'second' },
  'the kernel': { version: '1.3', channel: 'kernel', kernel: 'other' },
  everything: { version: '1.4', channel: 'all', payload: 'third', kernel: 'other', touched: true },
};

const kinds = [...releaseParts, 'chunks'] as const;

interface Result {
  readonly release: PublishedRelease;
  readonly followed: Followed;
}

export async function main(): Promise<void> {
  const all = [first, ...Object.values(changes)];
  await withUpdateBench(
    all.map(({ channel }) => channel),
    async (bench) => {
      const { installation, base } = bench;
      const runs = await publishVariant(installation, base, first);
      const results = new Map<string, Result>();
      for (const [name, variant] of Object.entries(changes)) {
        const release = await publishVariant(installation, base, variant);
        const followed = await followUpdate(bench, { runs, fresh: release, channel: variant.channel });
        results.set(name, { release, followed });
      }
      report(results);
    },
  );
}

function report(results: ReadonlyMap<string, Result>): void {
  console.log(`\n${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown'}, node ${process.version}\n`);
  const titles = [
    'what changed',
    'image',
    'moved',
    'root',
    'boot',
    'hash',
    'chunks',
    'metadata',
    'requests',
    'seconds',
  ];
  console.log(`| ${titles.join(' | ')} |\n|---|${'---:|'.repeat(titles.length - 1)}`);
  for (const [name, { release, followed }] of results) {
    const { requests, wire, seconds } = followed;
    const { root, boot, hash, chunks, metadata } = sumByKind(requests, kinds);
    const cells = [imageSize(release), wire, root, boot, hash, chunks, metadata].map(mb);
    console.log(`| ${[name, ...cells, requests.length, seconds.toFixed(1)].join(' | ')} |`);
  }
  const { release, followed } = results.get('one service of 20 MB')!;
  const { wire } = followed;
  const segment = release.segments.get(payloadName)!;
  const goal = 1.1 * segment + 0.01 * imageSize(release);
  console.log(
    `\nthe service’s segment: ${mb(segment)} MB; goal 1.1 × that + 1 % of the image = ${mb(goal)} MB: ${wire <= goal ? 'met' : 'MISSED'}, ${mb(wire)} MB`,
  );
}
