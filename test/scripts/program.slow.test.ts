// The digests that keys have of the program: of the code that a kind of step reaches, and of nothing else. A copy of the
// sources is changed and bundled; which digests differ says what would be made again.
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';

const repository = resolve(import.meta.dirname, '../..');

let copy: string;
let before: Record<string, string>;
beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'catamaran-program-'));
  for (const name of ['src', 'schemas', 'scripts', 'package.json', 'package-lock.json', 'tsconfig.json'])
    await cp(join(repository, name), join(copy, name), { recursive: true });
  await symlink(join(repository, 'node_modules'), join(copy, 'node_modules'));
  before = await bundle();
});
afterAll(() => rm(copy, { recursive: true, force: true }));

async function bundle(): Promise<Record<string, string>> {
  await execa('node', ['scripts/bundle.mjs'], { cwd: copy });
  return JSON.parse(await readFile(join(copy, 'dist/program.json'), 'utf8'));
}

/** Which kinds have another digest after the change. */
async function changedBy(file: string, from: string, to: string): Promise<string[]> {
  const path = join(copy, file);
  const text = await readFile(path, 'utf8');
  expect(text).toContain(from);
  await writeFile(path, text.replace(from, to));
  const after = await bundle();
  await writeFile(path, text);
  expect(Object.keys(after)).toEqual(Object.keys(before));
  return Object.keys(after).filter((module) => after[module] !== before[module]);
}

test('a help text, a comment and the network re-make nothing', async () => {
  expect(await changedBy('src/cli/commands/formats.ts', "'boots as'", "'starts as'")).toEqual([]);
  expect(await changedBy('src/image/segment.ts', '// ', '// It may be said: ')).toEqual([]);
  expect(await changedBy('src/net/request.ts', 'export ', 'export const more = 1;\nexport ')).toEqual([]);
  expect(await changedBy('src/agent/slots/stage.ts', 'export ', 'export const more = 1;\nexport ')).toEqual(
    [],
  );
});

test('a writer re-makes what it writes, and what packs segments every segment', async () => {
  expect(
    await changedBy('src/output/disk/qcow2-metadata.ts', 'clusterBits = 16', 'clusterBits = 17'),
  ).toEqual([
    'output/cloud/openstack',
    'output/disk/qcow2',
    'output/linuxkit/qcow2-bios',
    'output/linuxkit/qcow2-efi',
  ]);
  const segments = await changedBy(
    'src/image/segment.ts',
    "'-reproducible'",
    "'-reproducible', '-no-fragments'",
  );
  expect(segments).toEqual(
    expect.arrayContaining(['steps/base', 'steps/segment', 'output/linuxkit/squashfs-step']),
  );
  expect(segments).not.toContain('steps/component');
  expect(segments).not.toContain('steps/bundle');
});
