// How long builds take: cold, with nothing changed, with one file of the spec changed, with one component changed.
// Prints a table with what it was measured on, and writes all figures to bench/results/.
import { appendFile, copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, release, tmpdir, totalmem } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { formatSize } from '../src/base/size.ts';
import type { LockedPackage } from '../src/packages/locked.ts';
import {
  cacheWithPackages,
  fetchOnceForAll,
  type Installation,
  installCommand,
  lockOf,
  packagesOfLock,
} from '../test/support/build.ts';
import { type Measurement, measure } from './measure.ts';

interface Bench {
  readonly installation: Installation;
  readonly directory: string;
  readonly spec: string;
  readonly packages: readonly LockedPackage[];
}

type Figure = 'wall' | 'user' | 'system' | 'memory' | 'written';

/** What issue 2 promises on two cores, in seconds. */
const goals: Readonly<Record<string, number>> = {
  cold: 90,
  'nothing changed': 0.5,
  'one file changed': 1.5,
};

export async function main(argv: string[]): Promise<void> {
  const { values } = parseArgs({
    args: argv,
    options: {
      runs: { type: 'string', default: '5' },
      'cold-runs': { type: 'string', default: '2' },
      spec: { type: 'string', default: 'examples/minimal.yml' },
    },
  });
  const [runs, coldRuns] = [Number(values.runs), Number(values['cold-runs'])];
  const installation = await installCommand();
  const directory = await mkdtemp(join(tmpdir(), 'catamaran-bench-'));
  try {
    const bench = await prepare(installation, directory, values.spec);
    const results = {
      cold: await repeat(coldRuns, (run) => coldBuild(bench, run)),
      'nothing changed': await repeat(runs, () => build(bench, join(directory, 'cache 0'))),
      'one file changed': await repeat(runs, async (run) => {
        await writeFile(bench.spec, withFile(await readFile(bench.spec, 'utf8'), run));
        return build(bench, join(directory, 'cache 0'));
      }),
      'one component changed': await repeat(runs, async (run) => {
        const file = 'components/getty/rootfs/usr/bin/start-getty';
        await appendFile(join(installation.root, file), `# ${run}\n`);
        return build(bench, join(directory, 'cache 0'));
      }),
    };
    await report(results, values.spec);
  } finally {
    await rm(directory, { recursive: true });
    await installation.dispose();
  }
}

/** A copy of the spec with its lock, and its packages in the shared cache. */
async function prepare(installation: Installation, directory: string, spec: string): Promise<Bench> {
  const name = basename(spec);
  await copyFile(spec, join(directory, name));
  const lock = { cwd: directory, env: environment(), scratch: directory, usageHook: usageHook() };
  const resolved = await measure([installation.command, 'lock', name], lock);
  const packages = packagesOfLock(await lockOf(join(directory, name.replace(/\.ya?ml$/, '.lock.yml'))));
  const began = performance.now();
  await fetchOnceForAll(packages);
  const size = packages.reduce((sum, each) => sum + each.size, 0);
  const seconds = (performance.now() - began) / 1000;
  console.log(`lock: ${resolved.wall.toFixed(2)} s`);
  console.log(
    `packages: ${packages.length}, ${formatSize(size)}, fetched or verified in ${seconds.toFixed(2)} s\n`,
  );
  return { installation, directory, spec: resolve(directory, name), packages };
}

async function coldBuild(bench: Bench, run: number): Promise<Measurement> {
  const cache = join(bench.directory, `cache ${run}`);
  await mkdir(cache);
  await cacheWithPackages(cache, bench.packages);
  await rm(join(bench.directory, 'out'), { recursive: true, force: true });
  const measured = await build(bench, cache);
  if (run > 0) await rm(cache, { recursive: true });
  return measured;
}

function build({ installation, directory, spec }: Bench, cache: string): Promise<Measurement> {
  const argv = [installation.command, 'build', basename(spec), '--out', 'out', '--offline', '--locked'];
  const env = environment({ CATAMARAN_CACHE: cache });
  return measure(argv, { cwd: directory, env, scratch: directory, usageHook: usageHook() });
}

const usageHook = (): string => resolve('bench/usage.mjs');

function environment(more: Record<string, string> = {}): Record<string, string> {
  const { PATH = '', HOME = '', CATAMARAN_DEBIAN_MIRROR, CATAMARAN_CACHE, XDG_CACHE_HOME } = process.env;
  const all = { PATH, HOME, CATAMARAN_DEBIAN_MIRROR, CATAMARAN_CACHE, XDG_CACHE_HOME, ...more };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value)) as Record<string, string>;
}

const withFile = (spec: string, run: number): string =>
  spec.replace(/(^ *contents: \|\n +).*/m, `$1changed for the ${run + 1}th time`);

async function repeat(count: number, run: (index: number) => Promise<Measurement>): Promise<Measurement[]> {
  const all: Measurement[] = [];
  for (let index = 0; index < count; index += 1) all.push(await run(index));
  return all;
}

async function report(results: Record<string, Measurement[]>, spec: string): Promise<void> {
  const machine = {
    processors: `${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown'}`,
    memory: formatSize(totalmem()),
    kernel: release(),
    node: process.version,
    spec,
  };
  for (const [name, value] of Object.entries(machine)) console.log(`${name}: ${value}`);
  const seconds = (value: number) => value.toFixed(2);
  const figures: [Figure, string, (value: number) => string][] = [
    ['wall', 'wall s', seconds],
    ['user', 'user s', seconds],
    ['system', 'sys s', seconds],
    ['memory', 'peak memory', formatSize],
    ['written', 'written', formatSize],
  ];
  for (const [name, runs] of Object.entries(results)) {
    const goal = goals[name];
    console.log(`\n${name}: ${runs.length} runs${goal === undefined ? '' : `, goal ${goal} s`}`);
    console.log(row('', 'min', 'median', 'max'));
    for (const [figure, label, format] of figures) {
      console.log(row(label, ...spread(runs.map((run) => run[figure])).map(format)));
    }
    for (const [stage, times] of stagesOf(runs)) {
      if (Math.max(...times) >= 0.05) console.log(row(`  ${stage}`, ...spread(times).map(seconds)));
    }
  }
  await mkdir('bench/results', { recursive: true });
  const path = `bench/results/build-${new Date().toISOString().replaceAll(':', '')}.json`;
  await writeFile(path, `${JSON.stringify({ machine, results }, undefined, 2)}\n`);
  console.log(`\n${path}`);
}

/** Every stage with its times over the runs, the longest first. */
function stagesOf(runs: readonly Measurement[]): [string, number[]][] {
  const names = [...new Set(runs.flatMap((run) => Object.keys(run.stages)))];
  const all = names.map((name): [string, number[]] => [name, runs.map((run) => run.stages[name] ?? 0)]);
  return all.sort(([, a], [, b]) => Math.max(...b) - Math.max(...a));
}

/** Minimum, median, maximum. */
function spread(values: readonly number[]): [number, number, number] {
  const sorted = [...values].sort((a, b) => a - b);
  return [sorted[0] ?? 0, sorted[sorted.length >> 1] ?? 0, sorted.at(-1) ?? 0];
}

const row = (label: string, ...cells: string[]): string =>
  label.padEnd(34) + cells.map((cell) => cell.padStart(12)).join('');
