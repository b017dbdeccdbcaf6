// All outputs of one spec in one run, beside the qcow2 alone: `node bench/run.mjs outputs`. Seconds, bytes and the most memory at one
// moment, with nothing in the cache but packages, and with every step made; and what qemu-img takes for the formats that it has.
import { copyFile, mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { formatSize } from '../src/base/size.ts';
import type { ArtifactsDocument } from '../src/output/artifacts.generated.ts';
import {
  cacheWithPackages,
  fetchOnceForAll,
  type Installation,
  installCommand,
  lockOf,
  packagesOfLock,
  succeed,
} from '../test/support/build.ts';
import { hostTools } from '../test/support/tools.ts';
import { type Measurement, measure } from './measure.ts';

/** Of qemu-img, by ours. */
const converted: Readonly<Record<string, readonly string[]>> = {
  qcow2: ['-O', 'qcow2'],
  'qcow2, compressed': ['-O', 'qcow2', '-c'],
  vmdk: ['-O', 'vmdk', '-o', 'subformat=streamOptimized'],
  azure: ['-O', 'vpc', '-o', 'subformat=fixed,force_size'],
  'dynamic-vhd': ['-O', 'vpc', '-o', 'subformat=dynamic'],
  vhdx: ['-O', 'vhdx'],
};
const goals = { times: 3, memory: 300 * 2 ** 20 };

export async function main(argv: string[]): Promise<void> {
  const { values } = parseArgs({
    args: argv,
    options: { spec: { type: 'string', default: 'examples/minimal.yml' } },
  });
  const installation = await installCommand();
  const directory = await mkdtemp(join(tmpdir(), 'catamaran-bench-'));
  try {
    const name = basename(values.spec);
    await copyFile(values.spec, join(directory, name));
    await succeed(installation, ['lock', name], { cwd: directory });
    const packages = packagesOfLock(await lockOf(join(directory, name.replace(/\.ya?ml$/, '.lock.yml'))));
    await fetchOnceForAll(packages);
    console.log(`processors: ${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown'}`);
    console.log(`node: ${process.version}, spec: ${values.spec}, load: ${loadavg()[0]!.toFixed(1)}\n`);
    const one = await open(installation, directory, name, 'qcow2', packages);
    const all = await open(installation, directory, name, 'all', packages);
    const rows = {
      'qcow2, from packages': await one(),
      'qcow2, steps made': await one(),
      'all, from packages': await all(),
      'all, steps made': await all(),
    };
    console.log(row('', 'wall s', 'user s', 'memory', 'written'));
    for (const [label, { wall, user, memory, written }] of Object.entries(rows))
      console.log(row(label, wall.toFixed(2), user.toFixed(2), formatSize(memory), formatSize(written)));
    judge(rows);
    await compare(directory, rows['all, steps made']);
  } finally {
    await rm(directory, { recursive: true });
    await installation.dispose();
  }
}

/** Builds with a cache of its own, each time without the outputs of the last. */
async function open(
  installation: Installation,
  directory: string,
  spec: string,
  format: string,
  packages: Parameters<typeof cacheWithPackages>[1],
): Promise<() => Promise<Measurement>> {
  const cache = join(directory, `cache ${format}`);
  await mkdir(cache);
  await cacheWithPackages(cache, packages);
  const { PATH = '', HOME = '' } = process.env;
  const options = { cwd: directory, env: { PATH, HOME, CATAMARAN_CACHE: cache }, scratch: directory };
  return async () => {
    await rm(join(directory, format), { recursive: true, force: true });
    const words = ['build', spec, '--format', format, '--out', format, '--offline', '--locked'];
    return measure([installation.command, ...words], { ...options, usageHook: resolve('bench/usage.mjs') });
  };
}

function judge(rows: Readonly<Record<string, Measurement>>): void {
  for (const how of ['from packages', 'steps made']) {
    const [one, all] = [rows[`qcow2, ${how}`]!, rows[`all, ${how}`]!];
    const times = all.wall / one.wall;
    console.log(`\n${how}: all take ${times.toFixed(2)} times as long as the qcow2, goal ${goals.times}`);
  }
  const memory = Math.max(...Object.values(rows).map((each) => each.memory));
  console.log(`most memory: ${formatSize(memory)}, goal ${formatSize(goals.memory)}\n`);
}

async function compare(directory: string, { stages }: Measurement): Promise<void> {
  const document: ArtifactsDocument = JSON.parse(
    await readFile(join(directory, 'all/artifacts.json'), 'utf8'),
  );
  const tools = await hostTools();
  const raw = document.outputs.find(({ format }) => format === 'raw')!.files[0]!.file;
  console.log(row('', 'seconds', 'bytes', 'qemu-img s', 'its bytes'));
  const names = new Set([...document.outputs.map(({ format }) => format), ...Object.keys(converted)]);
  for (const name of names) {
    const files = document.outputs.find(({ format }) => format === name)?.files ?? [];
    const bytes = files.reduce((sum, { size }) => sum + size, 0);
    const others: string[] = [];
    const options = converted[name];
    if (options) {
      const path = join(directory, 'converted');
      const began = performance.now();
      await tools.run('qemu-img', ['convert', '-f', 'raw', ...options, join(directory, 'all', raw), path]);
      others.push(((performance.now() - began) / 1000).toFixed(2), formatSize((await stat(path)).size));
      await rm(path);
    }
    const own = files.length > 0 ? [stages[name]?.toFixed(2) ?? '', formatSize(bytes)] : ['', ''];
    console.log(row(name, ...own, ...others));
  }
}

const row = (first: string, ...cells: readonly string[]): string =>
  first.padEnd(24) + cells.map((cell) => cell.padStart(14)).join('');
