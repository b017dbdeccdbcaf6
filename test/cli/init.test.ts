// What `catamaran init` and `component init` write: it passes `check`, is named after its directory, and is written over
// nothing.
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { catamaran } from './fake-io.ts';

let cwd: string;
beforeEach(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'catamaran-init-'));
});
afterEach(() => rm(cwd, { recursive: true }));

const run = (...words: string[]) => catamaran(words, { cwd });

test('a spec that passes check, named after its directory, with its component', async () => {
  const { code, stdout, stderr } = await run('init', 'harbour');
  expect(code).toBe(0);
  expect(stdout.trim().split('\n').sort()).toEqual([
    'harbour/.gitignore',
    'harbour/harbour.yml',
    'harbour/web/component.yml',
    'harbour/web/rootfs/srv/www/index.html',
  ]);
  expect(stderr).toContain('next: catamaran run harbour/harbour.yml --publish 8080:8080');
  const spec = await readFile(join(cwd, 'harbour/harbour.yml'), 'utf8');
  expect(spec).toContain('os: { id: harbour,');
  // Paths of this machine, and of the examples, are nobody else's.
  expect(spec).not.toMatch(/schema|examples|npx/);
  expect(await run('check', 'harbour/harbour.yml')).toMatchObject({ code: 0 });
});

test('a component of another name', async () => {
  expect((await run('component', 'init', 'api')).stderr).toContain('{name: api, image: ./api}');
  expect(await readdir(join(cwd, 'api'))).toEqual(['component.yml', 'rootfs']);
  expect(await run('check', './api')).toMatchObject({ code: 0 });
  expect((await run('component', 'show', './api')).stdout).toContain('busybox-static');
});

test('nothing is written over, and an odd name is refused before anything is', async () => {
  await run('init', 'harbour');
  await writeFile(join(cwd, 'harbour/harbour.yml'), 'mine\n');
  const again = await run('init', 'harbour');
  expect(again).toMatchObject({ code: 2 });
  expect(again.stderr).toContain('[usage-init-exists]');
  expect(await readFile(join(cwd, 'harbour/harbour.yml'), 'utf8')).toBe('mine\n');
  expect((await run('component', 'init', 'My App')).stderr).toContain('[usage-init-name]');
  expect(await readdir(cwd)).toEqual(['harbour']);
});
