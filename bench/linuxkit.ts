// A LinuxKit user's build: kernel, init and three services of about 350 MB unpacked, all images of a registry on this
// machine, to kernel+initrd and to qcow2. Cold: an empty cache but for the host tools. Warm: one file of the spec changed.
// Prints a table, and the size of the initrd beside what gzip -6 makes of the same root file system as one archive.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { cp, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { parseArgs } from 'node:util';
import { createGzip } from 'node:zlib';
import { formatSize } from '../src/base/size.ts';
import { type Installation, installCommand, succeed } from '../test/support/build.ts';
import { hostTools, testCacheRoot } from '../test/support/tools.ts';
import { type Measurement, measure } from './measure.ts';

/** What issue 3 promises on two cores: seconds, and the initrd's size by gzip's. */
const goals = { cold: 6, warm: 1.5, ratio: 0.85 };

const exclude = '["usr/share/doc/**", "usr/share/man/**", "usr/share/locale/**"]';
const services: Readonly<Record<string, string>> = {
  nginx: 'nginx',
  node: 'nodejs',
  postgres: 'postgresql-17',
};
const pushed = ['kernel', 'initrd', 'init', 'crun', 'agent', ...Object.keys(services)];
const formats = ['kernel+initrd', 'qcow2'];

export async function main(argv: string[]): Promise<void> {
  const { values } = parseArgs({
    args: argv,
    options: { runs: { type: 'string', default: '3' }, 'cold-runs': { type: 'string', default: '2' } },
  });
  const installation = await installCommand();
  const directory = await mkdtemp(join(tmpdir(), 'catamaran-bench-'));
  const registry = await startRegistry(directory);
  try {
    await pushImages(installation, directory, registry.host);
    const spec = (text: string) => writeFile(join(directory, 'bench.yml'), specOf(registry.host, text));
    await spec('first');
    await succeed(installation, ['lock', 'bench.yml'], { cwd: directory });
    console.log(`${availableParallelism()} × ${cpus()[0]?.model ?? 'unknown'}, node ${process.version}`);
    for (const format of formats) {
      const build = (cache: string) => measureBuild(installation, directory, format, cache);
      const cold = await repeat(Number(values['cold-runs']), async (run) => {
        const cache = await toolsCache(join(directory, `cache ${run}`));
        await rm(join(directory, 'out'), { recursive: true, force: true });
        return build(cache);
      });
      const warm = await repeat(Number(values.runs), async (run) => {
        await spec(`${format} changed for the ${run + 1}th time`);
        return build(join(directory, 'cache 0'));
      });
      const none = await repeat(Number(values.runs), () => build(join(directory, 'cache 0')));
      print(`${format}, cold, goal ${goals.cold} s`, cold);
      print(`${format}, one file changed, goal ${goals.warm} s`, warm);
      print(`${format}, nothing changed`, none);
      if (format === 'kernel+initrd') await compareWithGzip(installation, directory);
    }
  } finally {
    await registry.stop();
    await rm(directory, { recursive: true });
    await installation.dispose();
  }
}

async function startRegistry(directory: string): Promise<{ host: string; stop(): Promise<void> }> {
  const config = {
    version: 0.1,
    log: { level: 'info', accesslog: { disabled: true } },
    storage: { filesystem: { rootdirectory: join(directory, 'registry') } },
    http: { addr: '127.0.0.1:0' },
  };
  const path = join(directory, 'registry.yml');
  await writeFile(path, JSON.stringify(config));
  const tools = await hostTools(['tools-registry']);
  const command = await tools.command('docker-registry', ['serve', path]);
  const child = spawn(command.file, command.args, { env: command.env, stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'exit');
  for await (const line of createInterface({ input: child.stderr })) {
    const host = /listening on (127\.0\.0\.1:\d+)/.exec(line)?.[1];
    if (host === undefined) continue;
    child.stderr.resume();
    const stop = async () => {
      child.kill();
      await ended;
    };
    return { host, stop };
  }
  throw new Error('docker-registry ended before it listened');
}

async function pushImages(installation: Installation, cwd: string, host: string): Promise<void> {
  for (const [name, packages] of Object.entries(services)) {
    await mkdir(join(cwd, name));
    await writeFile(
      join(cwd, name, 'component.yml'),
      `summary: A service.\npackages: [${packages}]\nwithout: [libllvm19, debconf, perl-base]\nexclude: ${exclude}\nconfig: {entrypoint: [/bin/true]}\n`,
    );
  }
  for (const name of pushed) {
    const named = name in services ? `./${name}` : name;
    await succeed(installation, ['component', 'push', named, `${host}/${name}:1`], { cwd });
  }
}

const specOf = (host: string, text: string): string => `
os: {id: bench, version: "1"}
kernel: {image: "${host}/kernel:1", initrd: "${host}/initrd:1", cmdline: console=ttyS0}
init: ["${host}/init:1", "${host}/crun:1", "${host}/agent:1"]
services:
${Object.keys(services)
  .map((name) => `  - {name: ${name}, image: "${host}/${name}:1"}\n`)
  .join('')}
files: [{path: etc/motd, contents: "${text}\\n", mode: "0644"}]
disk: {slot: 512M, data: 64M}
`;

/** An empty cache but for the unpacked host tools, whose packages a build does not have to be timed with. */
async function toolsCache(root: string): Promise<string> {
  await rm(root, { recursive: true, force: true });
  await mkdir(root);
  await cp(join(testCacheRoot(), 'tools'), join(root, 'tools'), { recursive: true, verbatimSymlinks: true });
  return root;
}

function measureBuild({ command }: Installation, cwd: string, format: string, cache: string) {
  const { PATH = '', HOME = '', CATAMARAN_DEBIAN_MIRROR } = process.env;
  const env = {
    ...{ PATH, HOME, CATAMARAN_CACHE: cache },
    ...(CATAMARAN_DEBIAN_MIRROR && { CATAMARAN_DEBIAN_MIRROR }),
  };
  const argv = [command, 'build', 'bench.yml', '--locked', '--out', 'out', '--format', format];
  return measure(argv, { cwd, env, scratch: cwd, usageHook: resolve('bench/usage.mjs') });
}

/** LinuxKit writes one gzip of one cpio. In its own layout that is what the format `tar` holds, each container whole. */
async function compareWithGzip(installation: Installation, cwd: string): Promise<void> {
  await succeed(installation, ['build', 'bench.yml', '--locked', '--out', 'whole', '--format', 'tar'], {
    cwd,
  });
  const whole = join(cwd, 'whole/bench.tar');
  const own = (await stat(join(cwd, 'out/bench-initrd.img'))).size;
  const theirs = await gzippedSize(createReadStream(whole));
  const ratio = (own / theirs).toFixed(3);
  console.log(
    `\ninitrd: ${formatSize(own)}, ${ratio} of gzip -6's ${formatSize(theirs)}, goal ${goals.ratio}; unpacked ${formatSize((await stat(whole)).size)}`,
  );
}

async function gzippedSize(source: Readable): Promise<number> {
  let size = 0;
  for await (const chunk of source.pipe(createGzip({ level: 6 }))) size += (chunk as Buffer).length;
  return size;
}

async function repeat(count: number, run: (index: number) => Promise<Measurement>): Promise<Measurement[]> {
  const all: Measurement[] = [];
  for (let index = 0; index < count; index += 1) all.push(await run(index));
  return all;
}

function print(title: string, runs: readonly Measurement[]): void {
  const sorted = [...runs].sort((a, b) => a.wall - b.wall);
  const middle = sorted[sorted.length >> 1]!;
  const walls = runs.map(({ wall }) => wall.toFixed(2)).join(', ');
  console.log(`\n${title}: ${walls} s`);
  console.log(
    `  user ${middle.user.toFixed(2)} s, system ${middle.system.toFixed(2)} s, peak memory ${formatSize(middle.memory)}, written ${formatSize(middle.written)}`,
  );
  const stages = Object.entries(middle.stages).sort(([, a], [, b]) => b - a);
  for (const [stage, seconds] of stages.filter(([, each]) => each >= 0.05)) {
    console.log(`  ${stage.padEnd(60)} ${seconds.toFixed(2)}`);
  }
}
