// Cuts that components share count as their own, wherever they are written; what is wrong with them says where.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readComponent } from '../../src/component/definition.ts';
import { readSources } from '../../src/component/sources.ts';

let root: string;
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'catamaran-cuts-'));
});
afterAll(() => rm(root, { recursive: true }));

async function write(path: string, text: string): Promise<string> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
  return dirname(join(root, path));
}

test('shared cuts come before the own ones, each once', async () => {
  await write('libc.yml', 'summary: C\nwithout: [libgcc-s1]\ninclude: [usr/lib/libc.so]\n');
  await write('shell.yml', 'summary: S\ninclude: [usr/bin/sh, usr/lib/libc.so]\nexclude: [usr/share/**]\n');
  const text =
    'summary: X\ncuts: [../libc.yml, ../shell.yml]\nwithout: [passwd, libgcc-s1]\ninclude: [usr/bin/x]\n';
  expect(await readComponent(await write('x/component.yml', text))).toMatchObject({
    without: ['libgcc-s1', 'passwd'],
    include: ['usr/lib/libc.so', 'usr/bin/sh', 'usr/bin/x'],
    exclude: ['usr/share/**'],
  });
});

test('where only packages are cut, all files are taken still', async () => {
  await write('packages.yml', 'summary: P\nwithout: [passwd]\n');
  const all = await readComponent(await write('all/component.yml', 'summary: X\ncuts: [../packages.yml]\n'));
  expect(all.without).toEqual(['passwd']);
  expect(all).not.toHaveProperty('include');
});

test('another cut makes another image', async () => {
  const directory = await write('keyed/component.yml', 'summary: X\ncuts: [../keyed.yml]\n');
  await write('keyed.yml', 'summary: K\nexclude: [a]\n');
  const before = await readSources(directory);
  await write('keyed.yml', 'summary: K\nexclude: [b]\n');
  expect((await readSources(directory)).inputs).not.toEqual(before.inputs);
});

test.each([
  ['../none.yml', /x\/component.yml:2:8: .*none.yml: ENOENT/],
  ['../other.yml', /other.yml:2:11: cuts that are shared have no "packages"/],
  ['../bad.yml', /bad.yml:2:11: .*must be the name of a Debian package/],
])('%s', async (name, message) => {
  await write('other.yml', 'summary: O\npackages: [passwd]\n');
  await write('bad.yml', 'summary: B\nwithout: [Passwd]\n');
  const directory = await write('x/component.yml', `summary: X\ncuts: [${name}]\n`);
  const thrown = await readComponent(directory).catch((error) => error);
  const [{ position, message: said }] = thrown.diagnostics;
  expect(`${position.file}:${position.line}:${position.column}: ${said}`).toMatch(message);
});
