// `catamaran image …` on a layout that is made here: fetched, listed, shown, and written in every format.
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readTarFile } from '../../src/archive/read-tar.ts';
import { layoutTree, writeLayoutDirectory } from '../../src/oci/export.ts';
import { pushImages } from '../../src/oci/push.ts';
import { parseRegistryReference } from '../../src/oci/reference.ts';
import { writeImage } from '../../src/oci/store.ts';
import { openCache } from '../../src/store/cache.ts';
import type { TreeNode } from '../../src/tree/node.ts';
import { directory, file } from '../../src/tree/tree.ts';
import { temporaryAccess, textsOf } from '../oci/support/images.ts';
import { startRealRegistry } from '../oci/support/real-registry.ts';
import { catamaran } from './fake-io.ts';

let cwd: string;
let digest: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'catamaran-image-'));
  const cache = await openCache(join(cwd, 'source'));
  const tree = new Map<string, TreeNode>([
    ['etc', directory()],
    ['etc/answer', file('42\n')],
  ]);
  const config = { Entrypoint: ['/bin/app', 'two words'], User: 'app', Labels: { 'org.example': 'a label' } };
  const image = await writeImage(cache, { layers: [{ tree }], config, arch: 'amd64' });
  digest = image.digest;
  await writeLayoutDirectory(await layoutTree(cache, [image]), join(cwd, 'app'));
});
afterAll(() => rm(cwd, { recursive: true }));

const run = (...argv: string[]) => catamaran(['image', ...argv, '--cache', join(cwd, 'cache')], { cwd });

test('what is fetched is listed, by name or digest, and needs its source no more', async () => {
  expect(await run('ls')).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(await run('pull', 'oci:app')).toMatchObject({ code: 0, stdout: `${digest}\n` });
  const { stdout } = await run('ls');
  expect(stdout).toMatch(/^oci:\S*app +amd64 +\S+ \S+ +[0-9a-f]{12}\n$/);
  const short = stdout.trim().split(/ +/).at(-1)!;
  expect(digest).toContain(short);
  const shown = await run('inspect', short, '--offline');
  expect(shown.code).toBe(0);
  expect(shown.stdout).toMatch(/^digest +sha256:/m);
  expect(shown.stdout).toMatch(/^command +\/bin\/app "two words"$/m);
  expect(shown.stdout).toMatch(/^user +app$/m);
  expect(shown.stdout).toMatch(/^labels +org\.example=a label$/m);
});

test('its files, and all of it for programs', async () => {
  const { stdout } = await run('inspect', 'oci:app', '--files');
  expect(stdout).toMatch(/^- 0644 0:0 +3 \/etc\/answer$/m);
  const { result } = JSON.parse(
    (await run('inspect', 'oci:app', '--json')).stdout.trim().split('\n').at(-1)!,
  );
  expect(result).toMatchObject({
    digest,
    config: { architecture: 'amd64' },
    layers: [{ size: expect.any(Number) }],
  });
});

test.each([
  ['docker-archive', ['manifest.json']],
  ['oci-archive', ['index.json', 'manifest.json', 'oci-layout', 'blobs']],
  ['tar', ['etc', 'etc/answer']],
] as const)('export to %s', async (format, members) => {
  const target = `out.${format}`;
  const { code, stdout } = await run('export', 'oci:app', target, '--format', format);
  expect({ code, stdout }).toEqual({ code: 0, stdout: `${target}\n` });
  expect([...(await readTarFile(join(cwd, target))).keys()]).toEqual(expect.arrayContaining([...members]));
});

test('export to a layout, of which it is fetched again', async () => {
  expect((await run('export', 'oci:app', 'copy', '--format', 'oci')).code).toBe(0);
  expect((await readdir(join(cwd, 'copy'))).sort()).toEqual(['blobs', 'index.json', 'oci-layout']);
  expect(await readFile(join(cwd, 'copy/index.json'), 'utf8')).toContain(digest);
  expect((await run('pull', 'oci:copy')).stdout).toBe(`${digest}\n`);
});

/** A layout of one file, made anew. */
async function layoutAt(directory: string, text: string, arch: 'amd64' | 'arm64' = 'amd64'): Promise<string> {
  const cache = await openCache(join(cwd, 'source'));
  const tree = new Map<string, TreeNode>([['which', file(text)]]);
  const image = await writeImage(cache, { layers: [{ tree }], config: {}, arch });
  await rm(directory, { recursive: true, force: true });
  await mkdir(directory, { recursive: true });
  await writeLayoutDirectory(await layoutTree(cache, [image]), join(directory, 'img'));
  return image.digest;
}

test('one path in two directories, and one that was made anew, is what is there now', async () => {
  // A colon, which no reference can have in its path.
  const [a, b] = [join(cwd, 'd:a'), join(cwd, 'd:b')];
  const one = await layoutAt(a, 'one');
  const two = await layoutAt(b, 'two');
  const at = (where: string, ...argv: string[]) =>
    catamaran(['image', ...argv, '--cache', join(cwd, 'cache')], { cwd: where });
  const exported = async (where: string) => {
    expect((await at(where, 'export', 'oci:img', 'out.tar', '--format', 'tar')).code).toBe(0);
    return (await textsOf(await readTarFile(join(where, 'out.tar')))).which;
  };
  expect([await exported(a), await exported(b)]).toEqual(['one', 'two']);
  expect(await at(a, 'pull', 'oci:img')).toMatchObject({ code: 0, stdout: `${one}\n` });
  expect(await at(b, 'pull', 'oci:img')).toMatchObject({ code: 0, stdout: `${two}\n` });
  expect([await exported(a), await exported(b)]).toEqual(['one', 'two']);
  await layoutAt(a, 'three');
  expect(await exported(a)).toBe('three');
  for (const where of [a, b]) {
    expect((await at(where, 'ls')).stdout).toContain(`oci:${join(where, 'img')} `);
  }
  expect((await at(a, 'export', one.slice(7, 27), 'by-digest.tar')).code).toBe(0);
});

describe('an image of the real registry', () => {
  const push = async (host: string, text: string, arch: 'amd64' | 'arm64' = 'amd64') => {
    const access = await temporaryAccess();
    const layers = [{ tree: new Map([['which', file(text)]]) }];
    const image = await writeImage(access.cache, { layers, config: {}, arch });
    await pushImages([image], parseRegistryReference(`${host}/app:1`), access);
    return image.digest;
  };

  test('is found by its name, for the architecture that is asked for, and the newest of them', async () => {
    const host = await startRealRegistry();
    const digests = [await push(host, 'old')];
    await run('pull', `${host}/app:1`);
    digests.push(await push(host, 'new'));
    await run('pull', `${host}/app:1`);
    digests.push(await push(host, 'arm', 'arm64'));
    await run('pull', `${host}/app:1`, '--arch', 'arm64');
    const found = async (...more: string[]) => {
      const { code, stdout } = await run('inspect', `${host}/app:1`, '--offline', ...more);
      return [code, /^digest +(\S+)$/m.exec(stdout)?.[1]];
    };
    expect(await found()).toEqual([0, digests[1]]);
    expect(await found('--arch', 'arm64')).toEqual([0, digests[2]]);
  });

  test('that was pulled is what its name stands for offline, which is said', async () => {
    const host = await startRealRegistry();
    const digest = await push(host, 'pulled');
    const absent = await run('pull', `${host}/app:1`, '--offline');
    expect(absent).toMatchObject({ code: 4, stdout: '' });
    expect(absent.stderr).toContain('is not in the cache');
    await run('pull', `${host}/app:1`);
    await push(host, 'another');
    const again = await run('pull', `${host}/app:1`, '--offline');
    expect(again).toMatchObject({ code: 0, stdout: `${digest}\n` });
    expect(again.stderr).toContain(`${host}/app:1 is ${digest}, as when it was last asked for`);
    const pinned = await run('pull', `${host}/app@${digest}`);
    expect(pinned).toEqual({ code: 0, stdout: `${digest}\n`, stderr: expect.not.stringContaining('warn') });
  });
});

test('a component that is not there, and a registry’s name is needed to push', async () => {
  const absent = await run('inspect', 'component:shd', '--offline');
  expect(absent.code).toBe(2);
  expect(absent.stderr).toContain('there is no component "shd"');
  const push = await catamaran(['component', 'push', 'sshd', 'oci:somewhere'], { cwd });
  expect(push.code).toBe(2);
  expect(push.stderr).toContain('not the name of an image in a registry');
});

test('what is exported is called as --tag says, and what is no name is refused', async () => {
  await run('pull', 'oci:app');
  expect((await run('export', 'oci:app', 'tagged.tar', '--tag', 'app:1.0')).code).toBe(0);
  const manifest = (await readTarFile(join(cwd, 'tagged.tar'))).get('manifest.json');
  expect(await textsOf(new Map([['manifest.json', manifest!]]))).toMatchObject({
    'manifest.json': expect.stringContaining('"docker.io/library/app:1.0"'),
  });
  expect(await run('export', 'oci:app', 'x.tar', '--tag', 'UPPER:1')).toMatchObject({ code: 2 });
});
