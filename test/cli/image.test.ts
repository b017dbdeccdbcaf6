// `catamaran image …` on a layout that is made here: fetched, listed, shown, and written in every format.
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { layoutTree, writeLayoutDirectory } from '../../src/oci/export.ts';
import { writeImage } from '../../src/oci/store.ts';
import { openCache } from '../../src/store/cache.ts';
import type { TreeNode } from '../../src/tree/node.ts';
import { readTarFile } from '../../src/tree/read-tar.ts';
import { directory, file } from '../../src/tree/tree.ts';
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
  ['oci-archive', ['index.json', 'oci-layout', 'blobs']],
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

test('a component is no image before it is built, and a registry’s name is needed to push', async () => {
  const absent = await run('inspect', 'component:sshd');
  expect(absent.code).toBe(2);
  expect(absent.stderr).toContain('catamaran component build sshd');
  const push = await catamaran(['component', 'push', 'sshd', 'oci:somewhere'], { cwd });
  expect(push.code).toBe(2);
  expect(push.stderr).toContain('not the name of an image in a registry');
});
