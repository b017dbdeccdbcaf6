// The tools' directory in the cache, made from packages that are really made of files, without the archive.
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildSync } from 'esbuild';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { parseDigest } from '../../src/base/digest.ts';
import { silentReporter } from '../../src/base/reporter.ts';
import type { LockedPackage } from '../../src/packages/locked.ts';
import { openCache } from '../../src/store/cache.ts';
import { keyOfTools, prepareRoot } from '../../src/tools/root.ts';
import { file, type Tree } from '../../src/tree/tree.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'catamaran-tools-'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const locked = (name: string, digit: string): LockedPackage => ({
  name,
  version: '1',
  arch: 'amd64',
  pocket: 'main',
  path: `pool/${name}.deb`,
  digest: parseDigest(`sha256:${digit.repeat(64)}`),
  size: 1,
});
const packages = [locked('a', 'a'), locked('b', 'b')];

async function prepare(packageTree: (locked: LockedPackage) => Promise<Tree>) {
  return prepareRoot({ cache: await openCache(root), reporter: silentReporter, packages, packageTree });
}
const oneFile = async ({ name }: LockedPackage): Promise<Tree> =>
  new Map([[`usr/bin/${name}`, file(`program ${name}`, 0o755)]]);

test('the key depends on the packages and not on their order', () => {
  expect(keyOfTools(packages.toReversed())).toBe(keyOfTools(packages));
  expect(keyOfTools(packages.slice(1))).not.toBe(keyOfTools(packages));
});

test('packages are read once', async () => {
  const first = await prepare(oneFile);
  const second = await prepare(() => {
    throw new Error('read again');
  });
  expect(second).toBe(first);
  expect(await readFile(join(first, 'usr/bin/b'), 'utf8')).toBe('program b');
});

test('what a power cut left empty is made again', async () => {
  const made = await prepare(oneFile);
  await truncate(join(made, 'usr/bin/a'), 0);
  await prepare(oneFile);
  expect(await readFile(join(made, 'usr/bin/a'), 'utf8')).toBe('program a');
});

test('what was removed by hand is made again', async () => {
  const made = await prepare(oneFile);
  await rm(join(made, 'usr/bin/a'));
  await prepare(oneFile);
  expect(await readFile(join(made, 'usr/bin/a'), 'utf8')).toBe('program a');
});

test('a package that cannot be read leaves nothing behind', async () => {
  await expect(
    prepare(async ({ name }) => {
      if (name === 'b') throw new Error('no such package');
      return oneFile(packages[0]!);
    }),
  ).rejects.toThrow('no such package');
  expect(await readdir(join(root, 'tmp'))).toEqual([]);
  expect(await readdir(root)).not.toContain('tools');
});

test('processes that unpack the same tools at once all end with them', async () => {
  const program = join(root, 'unpack.mjs');
  const source = `
    import { openCache } from './src/store/cache.ts';
    import { silentReporter } from './src/base/reporter.ts';
    import { prepareRoot } from './src/tools/root.ts';
    import { file } from './src/tree/tree.ts';
    const [root, packages] = process.argv.slice(2);
    const tree = (name) => new Map(Array.from({ length: 200 }, (_, i) => ['usr/share/x/' + name + i, file('content ' + i)]));
    console.log(await prepareRoot({
      cache: await openCache(root), reporter: silentReporter, packages: JSON.parse(packages),
      packageTree: async ({ name }) => tree(name),
    }));`;
  buildSync({
    stdin: { contents: source, resolveDir: process.cwd(), loader: 'ts' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    outfile: program,
    logLevel: 'error',
  });
  await writeFile(join(root, 'package.json'), '{"type":"module"}');
  const cache = join(root, 'cache');
  const runs = await Promise.all(
    [1, 2, 3].map(
      () =>
        new Promise<{ code: number | null; out: string }>((resolve, reject) => {
          const child = spawn(process.execPath, [program, cache, JSON.stringify(packages)], {
            stdio: ['ignore', 'pipe', 'inherit'],
          });
          let out = '';
          child.stdout.on('data', (chunk) => {
            out += chunk;
          });
          child.on('error', reject).on('close', (code) => resolve({ code, out }));
        }),
    ),
  );
  expect(runs.map(({ code }) => code)).toEqual([0, 0, 0]);
  expect(new Set(runs.map(({ out }) => out)).size).toBe(1);
  expect(await readdir(join(runs[0]!.out.trim(), 'usr/share/x'))).toHaveLength(400);
  expect(await readdir(join(cache, 'tmp'))).toEqual([]);
});
