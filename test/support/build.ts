// The command as an installation has it, run as a real process: the bundle, the components, and of the packages only
// those that a user gets. Build tests see of it what a shell sees.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmod,
  copyFile,
  cp,
  link,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { isArch } from '../../src/base/arch.ts';
import { type Digest, digestHex, isDigest } from '../../src/base/digest.ts';
import { silentReporter } from '../../src/base/reporter.ts';
import { preparePackages } from '../../src/debian/deb.ts';
import { fetchPackage } from '../../src/debian/fetch-package.ts';
import { findMirror } from '../../src/debian/mirror.ts';
import type { Lock } from '../../src/lock/lock-file.ts';
import { parseLock } from '../../src/lock/parse-lock.ts';
import type { LockedPackage } from '../../src/packages/locked.ts';
import { eachLimited } from '../../src/store/each-limited.ts';
import { hashFile } from '../../src/store/hash-file.ts';
import { hostArch, testCache, testCacheRoot } from './tools.ts';

const repository = resolve(import.meta.dirname, '../..');

export interface Installation {
  /** A directory that is removed at the end; everybody may enter it. */
  readonly root: string;
  readonly command: string;
  dispose(): Promise<void>;
}

/** Readable for every user, wherever the repository is. */
export async function installCommand(): Promise<Installation> {
  const root = await mkdtemp(join(tmpdir(), 'catamaran-build-'));
  await chmod(root, 0o755);
  for (const name of ['package.json', 'components', 'tools', 'examples'])
    await cp(join(repository, name), join(root, name), { recursive: true });
  for (const name of await installedPackages())
    await cp(join(repository, name), join(root, name), { recursive: true });
  await promisify(execFile)(process.execPath, [join(repository, 'scripts/bundle.mjs'), join(root, 'dist')]);
  return {
    root,
    command: join(root, 'dist/catamaran.js'),
    dispose: () => rm(root, { recursive: true, force: true }),
  };
}

async function installedPackages(): Promise<string[]> {
  const text = await readFile(join(repository, 'package-lock.json'), 'utf8');
  const { packages } = JSON.parse(text) as { packages: Record<string, { dev?: true; optional?: true }> };
  return Object.entries(packages)
    .filter(([path, { dev, optional }]) => path !== '' && !dev && !optional)
    .map(([path]) => path);
}

export interface RunOptions {
  readonly cwd: string;
  /** Default: the cache that all tests share. */
  readonly cache?: string;
  /** Beside PATH, HOME (an empty directory unless it is given here) and the cache's. */
  readonly env?: Readonly<Record<string, string>>;
  /** Runs as this user and group. */
  readonly user?: number;
  /** Shell commands before it: `umask 077`, `ulimit -f 100`. */
  readonly prelude?: string;
}

export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ending: Promise<Ending>;
  /** Resolves when its output so far holds `text`; rejects if it ends before. */
  says(text: string): Promise<void>;
}

export function start(
  { command, root }: Installation,
  argv: readonly string[],
  options: RunOptions,
): Running {
  const { cwd, cache = testCacheRoot(), env = {}, user, prelude = ':' } = options;
  const child = spawn('/bin/sh', ['-c', `${prelude}; exec "$@"`, 'sh', process.execPath, command, ...argv], {
    cwd,
    env: { ...inherited(), HOME: join(root, 'dist'), CATAMARAN_CACHE: cache, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    ...(user === undefined ? {} : { uid: user, gid: user }),
  });
  const heard = { stdout: '', stderr: '' };
  const listeners = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text) => {
      heard[name] += text;
      for (const listener of listeners) listener();
    });
  }
  let ended = false;
  const ending = new Promise<Ending>((done, fail) => {
    child.on('error', fail);
    child.on('close', (code, signal) => {
      ended = true;
      done({ code, signal, ...heard });
      for (const listener of listeners) listener();
    });
  });
  const says = (text: string) =>
    new Promise<void>((done, fail) => {
      const listen = () => {
        const found = heard.stdout.includes(text) || heard.stderr.includes(text);
        if (!found && !ended) return;
        listeners.delete(listen);
        if (found) done();
        else fail(new Error(`it ended without saying ${text}:\n${heard.stdout}${heard.stderr}`));
      };
      listeners.add(listen);
      listen();
    });
  return { child, ending, says };
}

/** What of this process's environment belongs to the machine and not to the person. */
function inherited(): Record<string, string> {
  const names = ['PATH', 'CATAMARAN_DEBIAN_MIRROR', 'NODE_EXTRA_CA_CERTS', 'TMPDIR'];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

export const run = (
  installation: Installation,
  argv: readonly string[],
  options: RunOptions,
): Promise<Ending> => start(installation, argv, options).ending;

/** Fails with what the command said if it does not end well. */
export async function succeed(
  installation: Installation,
  argv: readonly string[],
  options: RunOptions,
): Promise<Ending> {
  const ending = await run(installation, argv, options);
  if (ending.code !== 0)
    throw new Error(`catamaran ${argv.join(' ')}: ${ending.code}\n${ending.stdout}${ending.stderr}`);
  return ending;
}

export async function lockOf(path: string): Promise<Lock> {
  return parseLock(path, await readFile(path, 'utf8'));
}

/** Every package that a build from this lock on this machine fetches. */
export function packagesOfLock(lock: Lock): LockedPackage[] {
  const arches = [...Object.keys(lock.targets), hostArch].filter(isArch);
  const targets = [...arches.map((arch) => lock.targets[arch]), lock.tools[hostArch]];
  const components = targets.flatMap((target) => Object.values(target?.components ?? {}));
  const packages = components.flatMap((component) => component.packages);
  return [...new Map(packages.map((each) => [each.digest, each])).values()];
}

/** A new cache that holds the packages, as downloads leave them, and nothing else. They must be in the shared one. */
export async function cacheWithPackages(root: string, packages: readonly LockedPackage[]): Promise<string> {
  for (const { digest } of packages) await linkFile(root, blobName(digest));
  return root;
}

/** Fetches what the shared cache lacks of them, so that a cold cache can be made of what it has. */
export async function fetchOnceForAll(packages: readonly LockedPackage[]): Promise<void> {
  const mirror = () => findMirror({ environment: process.env });
  const access = {
    cache: await testCache(),
    mirror,
    reporter: silentReporter,
    offline: false,
  };
  await eachLimited(packages, (wanted) => fetchPackage(wanted, access));
}

/**
 * A cache that is warm for the packages of a lock, fetched and unpacked, and for the tools, but knows no result of a
 * step: what another version of the sources has made does not count here.
 */
export async function packageCache(root: string, lock: Lock): Promise<string> {
  const shared = await testCache();
  const packages = packagesOfLock(lock);
  await fetchOnceForAll(packages);
  const mirror = () => findMirror({ environment: process.env });
  const options = { cache: shared, mirror, reporter: silentReporter, offline: false };
  await preparePackages(packages, options);
  await cacheWithPackages(root, packages);
  for (const { digest } of packages) {
    const data = await shared.result('deb-data', digest);
    if (typeof data !== 'string' || !isDigest(data)) throw new Error(`${digest} was not unpacked`);
    await linkFile(root, blobName(data));
    await linkFile(root, join('results/deb-data', `${digestHex(digest)}.json`));
  }
  return root;
}

const blobName = (digest: Digest) => join('blobs/sha256', digestHex(digest).slice(0, 2), digestHex(digest));

/** By link where both are on one disk: what is in a cache is never written again. */
async function linkFile(root: string, name: string): Promise<void> {
  await mkdir(join(root, dirname(name)), { recursive: true });
  const [from, to] = [join(testCacheRoot(), name), join(root, name)];
  await link(from, to).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') return copyFile(from, to);
  });
}

/** Flips one bit in the middle of a file: of a copy that takes its place, because the file may be linked elsewhere. */
export async function damage(path: string): Promise<void> {
  const bytes = await readFile(path);
  bytes[bytes.length >> 1]! ^= 0x10;
  await writeFile(`${path}.damaged`, bytes);
  await rename(`${path}.damaged`, path);
}

export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await hashFile(path, hash);
  return `sha256:${hash.digest('hex')}`;
}

/** Every file below a directory with its mode and digest: two builds' outputs can be compared as wholes. */
export async function describeFiles(directory: string): Promise<Record<string, string>> {
  const names = (await readdir(directory, { recursive: true, withFileTypes: true }))
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const files: Record<string, string> = {};
  for (const name of names)
    files[relative(directory, name)] = `${(await stat(name)).size} ${await sha256Of(name)}`;
  return files;
}

/** A small system: enough of every kind of step, and quickly built. */
export const tinySpec = `os: {id: tiny, version: 1.0.0}
kernel: {image: component:kernel}
init: [component:init, component:crun, component:agent]
services: [{name: getty, image: component:getty}]
files: [{path: etc/motd, contents: "hello\\n"}]
disk: {slot: 64M, data: 64M}
`;

/** `NAME.yml` in a new directory of the installation, with the lock that all tests of one run share. */
export async function specRoom(
  installation: Installation,
  name: string,
  spec: string = tinySpec,
): Promise<string> {
  const directory = join(installation.root, 'rooms', name);
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'tiny.yml'), spec);
  return directory;
}

/** The events of `--json`. */
export function eventsOf(stdout: string): { readonly event: string; readonly [member: string]: unknown }[] {
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

/** The labels of the tasks that were carried out to their end, sorted. */
export function tasksDone(stdout: string): string[] {
  const done = eventsOf(stdout).filter(({ event }) => event === 'task-done');
  return done.map(({ label }) => String(label)).sort();
}
