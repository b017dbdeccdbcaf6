// The same lock gives the same bytes for every file that a build writes, whatever else is different.
import { chown, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDiskFile } from '../../src/disk/disk-file.ts';
import { readGpt } from '../../src/gpt/read.ts';
import type { ArtifactsDocument } from '../../src/output/artifacts.generated.ts';
import { formats } from '../../src/output/formats.ts';
import {
  cacheWithPackages,
  describeFiles,
  fetchOnceForAll,
  type Installation,
  installCommand,
  lockOf,
  packageCache,
  packagesOfLock,
  run,
  sha256Of,
  succeed,
  tinySpec,
} from '../support/build.ts';

const nobody = 65534;
const isRoot = process.getuid?.() === 0;

let installation: Installation;
let here: string;
/** Of the first build: warm for packages only. */
let cache: string;
let first: Record<string, string>;
beforeAll(async () => {
  installation = await installCommand();
  here = await room('here');
  const minimal = await readFile(join(installation.root, 'examples/minimal.yml'), 'utf8');
  // Smaller partitions: zeros take time, too.
  const small = minimal.replace(/^disk: .*/m, 'disk: { slot: 128M, data: 64M }');
  expect(small).not.toBe(minimal);
  const spec = `${small}\noutputs: [{format: openstack, options: {compressed: true}}]\n`;
  await writeFile(join(here, 'minimal.yml'), spec);
  await succeed(installation, ['lock', 'minimal.yml'], { cwd: here });
  cache = await packageCache(join(here, 'cache'), await lockOf(join(here, 'minimal.lock.yml')));
  const argv = ['build', 'minimal.yml', '--format', 'all', '--out', 'out'];
  await succeed(installation, argv, { cwd: here, cache });
  first = await describeFiles(join(here, 'out'));
});
afterAll(() => installation?.dispose());

async function room(name: string): Promise<string> {
  const path = join(installation.root, name);
  await mkdir(path, { recursive: true });
  return path;
}

test('a build writes its outputs, what says of them what they are, and nothing else', async () => {
  const { outputs } = JSON.parse(
    await readFile(join(here, 'out/artifacts.json'), 'utf8'),
  ) as ArtifactsDocument;
  const files = new Set(outputs.flatMap((output) => output.files.map(({ file }) => file)));
  expect(Object.keys(first)).toEqual(['SHA256SUMS', 'artifacts.json', ...files].sort());
  const made = new Set<string>(outputs.map(({ format }) => format));
  // What is there under two names is made under one, and one cannot be made.
  const absent = formats.filter(({ name }) => !made.has(name));
  expect(absent.filter((format) => !('sameAs' in format)).map(({ name }) => name)).toEqual(['rpi3']);
});

test(`everything else is different: directory, time zone, umask, locale, home, an empty cache, one job${
  isRoot ? ', another user' : ''
}`, async () => {
  const there = await room('a place/with spaces, and ünïcode');
  for (const name of ['minimal.yml', 'minimal.lock.yml']) await copyFile(join(here, name), join(there, name));
  const packages = packagesOfLock(await lockOf(join(there, 'minimal.lock.yml')));
  await fetchOnceForAll(packages);
  const cold = await cacheWithPackages(join(there, 'cold cache'), packages);
  if (isRoot) {
    for (const path of [there, cold, join(cold, 'blobs'), join(cold, 'blobs/sha256')])
      await chown(path, nobody, nobody);
    for (const { digest } of packages) {
      const path = join(cold, 'blobs/sha256', digest.slice(7, 9));
      await chown(path, nobody, nobody);
    }
  }
  const argv = ['build', join(there, 'minimal.yml'), '--format', 'all', '--out', 'elsewhere'];
  await succeed(installation, [...argv, '--offline', '--jobs', '1', '--locked'], {
    cwd: there,
    cache: cold,
    prelude: 'umask 077',
    ...(isRoot ? { user: nobody } : {}),
    env: {
      TZ: 'Asia/Tokyo',
      LC_ALL: 'tr_TR.UTF-8',
      LANG: 'tr_TR.UTF-8',
      HOME: there,
      USER: 'someone',
      HOSTNAME: 'elsewhere',
      COLUMNS: '40',
      MKE2FS_CONFIG: join(there, 'none'),
      ZSTD_CLEVEL: '1',
      XZ_OPT: '-9',
    },
  });
  expect(await describeFiles(join(there, 'elsewhere'))).toEqual(first);
}, 600_000);

test('SOURCE_DATE_EPOCH takes the place of the epoch of the lock, in every time that is written', async () => {
  const cwd = await room('epoch');
  await writeFile(join(cwd, 'tiny.yml'), tinySpec);
  const build = async (out: string, env: Record<string, string> = {}) => {
    await succeed(installation, ['build', 'tiny.yml', '--format', 'raw', '--out', out], { cwd, env, cache });
    return sha256Of(join(cwd, out, 'tiny.raw'));
  };
  const plain = await build('plain');
  const { epoch } = await lockOf(join(cwd, 'tiny.lock.yml'));
  expect(await build('same', { SOURCE_DATE_EPOCH: String(epoch) })).toBe(plain);
  const locked = await readFile(join(cwd, 'tiny.lock.yml'), 'utf8');

  const old = 1_000_000_000;
  expect(await build('old', { SOURCE_DATE_EPOCH: String(old) })).not.toBe(plain);
  expect(await readFile(join(cwd, 'tiny.lock.yml'), 'utf8')).toBe(locked);
  expect(await timesIn(join(cwd, 'old/tiny.raw'))).toEqual({ base: old, boot: old, data: old });
  expect(await timesIn(join(cwd, 'plain/tiny.raw'))).toEqual({ base: epoch, boot: epoch, data: epoch });

  const refused = await run(installation, ['build', 'tiny.yml'], {
    cwd,
    env: { SOURCE_DATE_EPOCH: 'yesterday' },
  });
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('SOURCE_DATE_EPOCH');
});

/** What squashfs, ustar and ext4 say of when they were made. */
async function timesIn(path: string) {
  const disk = await openDiskFile(path);
  try {
    const table = await readGpt(disk.read, disk.size);
    const at = (label: string) => table.partitions.find((each) => each.label === label)!.firstLba * 512;
    const read = async (offset: number, size: number) => Buffer.from(await disk.read(offset, size));
    const squashfs = await read(at('root-a'), 96);
    const ustar = await read(at('boot-a'), 512);
    const ext4 = await read(at('data') + 1024, 1024);
    return {
      base: squashfs.readUInt32LE(8),
      boot: Number.parseInt(ustar.toString('latin1', 136, 147), 8),
      data: ext4.readUInt32LE(0x108),
    };
  } finally {
    await disk.close();
  }
}
