// The releases that bench/update.ts goes between: one spec of kernel, init and services, built by the command as it is, and
// with one thing changed, and added to a repository, each with a channel of its own.
import { createHash } from 'node:crypto';
import { cp, mkdir, open, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { silentReporter } from '../src/base/reporter.ts';
import { listComponents } from '../src/component/definition.ts';
import { readReleaseManifest, releaseParts } from '../src/contract/release-manifest.ts';
import { loadArchive } from '../src/debian/archive.ts';
import { findMirror } from '../src/debian/mirror.ts';
import { compareDebianVersions } from '../src/debian/version.ts';
import { readBootArchive } from '../src/disk/boot-archive-reader.ts';
import { type Installation, succeed } from '../test/support/build.ts';
import { hostArch, testCache } from '../test/support/tools.ts';
import type { BenchRelease } from './update-machine.ts';

/** Its images are in the repository. */
export interface PublishedRelease extends BenchRelease {
  /** Sizes in bytes, by the names of their images. */
  readonly segments: ReadonlyMap<string, number>;
}

/** What a release has that the first one has not. */
export interface Variant {
  readonly version: string;
  readonly channel: string;
  /** Of the payload service. */
  readonly payload?: string;
  readonly kernel?: 'other';
  /** A file at the beginning of every component, so that all that comes after it moves. */
  readonly touched?: true;
}

export const payloadName = './payload';

export async function initRepository(installation: Installation, cwd: string, channels: readonly string[]) {
  const options = channels.flatMap((channel) => ['--channel', channel]);
  await succeed(installation, ['release', 'init', '--os', 'bench', ...options], { cwd });
}

/** Below `cwd`, where the spec and the repository are. */
export async function publishVariant(
  installation: Installation,
  cwd: string,
  variant: Variant,
): Promise<PublishedRelease> {
  const { version, channel, payload = 'first', kernel, touched } = variant;
  await writePayload(join(cwd, 'payload'), payload);
  if (kernel === 'other') await writeKernel(installation, join(cwd, 'kernel'));
  if (touched) await touchComponents(join(installation.root, 'components'));
  await writeFile(
    join(cwd, 'bench.yml'),
    specOf(version, kernel === 'other' ? './kernel' : 'component:kernel'),
  );
  await succeed(installation, ['release', 'add', 'bench.yml', '--channel', channel], { cwd });
  return findRelease(join(cwd, 'release/targets'), version);
}

const specOf = (version: string, kernel: string): string => `
os: {id: bench, name: Bench Linux, version: "${version}"}
kernel: {image: "${kernel}", cmdline: "console=tty0 console=ttyS0"}
init: [component:init, component:crun, component:agent, component:updater]
onboot: [{name: sysctl, image: component:sysctl}]
services:
  - {name: dhcp, image: component:dhcp}
  - {name: payload, image: ${payloadName}}
  - {name: sshd, image: component:sshd}
  - {name: getty, image: component:getty}
  - {name: containerd, image: component:containerd}
files: [{path: etc/hostname, contents: "bench\\n", mode: "0644"}]
disk: {slot: 1G, data: 64M}
`;

/** 16 MB that do not compress, as programs that are packed already, and 16 MB of text. */
async function writePayload(directory: string, seed: string): Promise<void> {
  await mkdir(join(directory, 'rootfs/app'), { recursive: true });
  await writeFile(
    join(directory, 'component.yml'),
    'summary: A service of 20 MB.\ntree: rootfs\nconfig: {entrypoint: [/app/run]}\n',
  );
  for (let index = 0; index < 4; index++) {
    const name = `${seed} ${index}`;
    await writeFile(join(directory, `rootfs/app/data-${index}`), noise(name, 4_000_000));
    await writeFile(join(directory, `rootfs/app/text-${index}`), text(name, 4_000_000));
  }
  await writeFile(join(directory, 'rootfs/app/run'), `#!/bin/sh\n# ${seed}\n`, { mode: 0o755 });
}

function noise(seed: string, size: number): Buffer {
  return createHash('shake256', { outputLength: size }).update(seed).digest();
}

/** Lines with a few words of 16 bits each: compresses to about a quarter. */
function text(seed: string, size: number): Buffer {
  const bytes = noise(`text ${seed}`, size / 4);
  const words: string[] = [];
  for (let at = 0; at + 2 <= bytes.length; at += 2) words.push(`word-${bytes.readUInt16LE(at)}`);
  return Buffer.from(words.join(' ')).subarray(0, size);
}

/** As component:kernel, of the kernel before. */
async function writeKernel({ root }: Installation, directory: string): Promise<void> {
  await cp(join(root, 'components/kernel'), directory, { recursive: true });
  const mirror = await findMirror({ environment: process.env });
  const target = { cache: await testCache(), mirror, reporter: silentReporter, offline: false };
  const { packages } = await loadArchive({ ...target, suite: 'trixie', arch: hostArch, now: new Date() });
  const names = packages
    .names()
    .filter((name) => /^linux-image-\d/.test(name) && name.endsWith(`-cloud-${hostArch}`));
  const [, before] = names.sort(compareDebianVersions).reverse();
  if (before === undefined) throw new Error('the archive has one kernel only');
  const path = join(directory, 'component.yml');
  const definition = await readFile(path, 'utf8');
  await writeFile(path, definition.replace('"linux-image-cloud-{arch}"', `"${before}"`));
}

async function touchComponents(directory: string): Promise<void> {
  for (const name of await listComponents(directory)) {
    const path = join(directory, name, 'component.yml');
    const definition = await readFile(path, 'utf8');
    if (!/^tree: rootfs$/m.test(definition)) await writeFile(path, `${definition}tree: rootfs\n`);
    await mkdir(join(directory, name, 'rootfs'), { recursive: true });
    await writeFile(join(directory, name, 'rootfs', `0-${name}`), text(name, 400_000));
  }
}

async function findRelease(targets: string, version: string): Promise<PublishedRelease> {
  const files = await readdir(targets);
  const find = (ending: string) =>
    join(targets, files.find((file) => file.endsWith(`.bench-${version}-${hostArch}.${ending}`))!);
  const manifest = readReleaseManifest(await readFile(find('manifest.json'), 'utf8'), 'manifest.json');
  const images = Object.fromEntries(releaseParts.map((part) => [part, find(part)]));
  return { manifest, images: images as PublishedRelease['images'], segments: await segmentsOf(images.boot!) };
}

async function segmentsOf(boot: string): Promise<Map<string, number>> {
  const file = await open(boot, 'r');
  try {
    const read = async (offset: number, size: number) =>
      (await file.read(Buffer.alloc(size), 0, size, offset)).buffer;
    const archive = await readBootArchive(read, (await stat(boot)).size);
    return new Map(archive?.manifest?.segments.map(({ name, size }) => [name, size]));
  } finally {
    await file.close();
  }
}
