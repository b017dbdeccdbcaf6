// docs/extending.md, held: in a copy of the sources one more of a kind is added by its file and its line, and is there in what
// people see of it.
import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';

const repository = resolve(import.meta.dirname, '..');
const copied = ['src', 'schemas', 'scripts', 'docs', 'components', 'tools', 'examples', 'package.json'];

let copy: string;
beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'catamaran-one-more-'));
  for (const name of [...copied, 'package-lock.json', 'tsconfig.json', 'tsconfig.device.json'])
    await cp(join(repository, name), join(copy, name), { recursive: true });
  await symlink(join(repository, 'node_modules'), join(copy, 'node_modules'));
  await writeFormat();
  await writePlatform();
  await writeCommand();
  await writeArchitecture();
  await writeInit();
  await execa('node', ['scripts/generate.mjs'], { cwd: copy });
  await execa('node', ['scripts/bundle.mjs'], { cwd: copy });
});
afterAll(() => rm(copy, { recursive: true, force: true }));

const read = (path: string) => readFile(join(copy, path), 'utf8');

async function change(path: string, from: string, to: string): Promise<void> {
  const text = await read(path);
  expect(text).toContain(from);
  await writeFile(join(copy, path), text.replace(from, to));
}

/** A line that imports what the file exports, at the top of a table. */
async function importInto(table: string, line: string): Promise<void> {
  await change(table, 'import ', `${line}\nimport `);
}

/** As `from`, under another name. */
async function writeLike(from: string, to: string, changes: readonly [string, string][]): Promise<void> {
  let text = await read(from);
  for (const [was, is] of changes) {
    expect(text).toContain(was);
    text = text.replaceAll(was, is);
  }
  await writeFile(join(copy, to), text);
}

async function writeFormat(): Promise<void> {
  await writeLike('src/output/disk/raw.ts', 'src/output/disk/floppy.ts', [
    ['const raw ', 'const floppy '],
    [`name: 'raw'`, `name: 'floppy'`],
    ['output/disk/raw', 'output/disk/floppy'],
    [`files: ['.raw']`, `files: ['.floppy']`],
  ]);
  await importInto('src/output/formats.ts', `import { floppy } from './disk/floppy.ts';`);
  await change('src/output/formats.ts', '...[qcow2, ', '...[floppy, qcow2, ');
}

async function writePlatform(): Promise<void> {
  await writeLike('src/platform/platforms/vultr.ts', 'src/platform/platforms/cirrus.ts', [
    ['const vultr', 'const cirrus'],
    [`title: 'Vultr'`, `title: 'Cirrus'`],
  ]);
  await importInto('src/platform/table.ts', `import { cirrus } from './platforms/cirrus.ts';`);
  await change('src/platform/table.ts', '  vultr,\n', '  vultr,\n  cirrus,\n');
}

async function writeCommand(): Promise<void> {
  await writeFile(
    join(copy, 'src/agent/commands/greet.ts'),
    `import { alone, type Command } from './command.ts';\nexport const greet: Command = { words: 'greet', summary: 'says hello', parse: alone((host) => host.print('hello')) };\n`,
  );
  await importInto('src/agent/commands/table.ts', `import { greet } from './greet.ts';`);
  await change('src/agent/commands/table.ts', '  status,\n', '  status,\n  greet,\n');
}

async function writeArchitecture(): Promise<void> {
  await writeLike('src/base/arch/arm64.ts', 'src/base/arch/riscv64.ts', [['const arm64', 'const riscv64']]);
  await importInto('src/base/arch.ts', `import { riscv64 } from './arch/riscv64.ts';`);
  await change('src/base/arch.ts', `['amd64', 'arm64']`, `['amd64', 'arm64', 'riscv64']`);
  await change('src/base/arch.ts', '{ amd64, arm64 }', '{ amd64, arm64, riscv64 }');
}

async function writeInit(): Promise<void> {
  await change('src/contract/init.ts', `'systemd']`, `'systemd', 'tiny']`);
  await writeLike('src/container/init/runit.ts', 'src/container/init/tiny.ts', [
    ['const runit', 'const tiny'],
    ['new Map()', `new Map([['etc/tiny', file('one more')]])`],
    ['import type', `import { file } from '../../tree/tree.ts';\nimport type`],
  ]);
  await writeLike('src/agent/services/runit.ts', 'src/agent/services/tiny.ts', [
    ['export const runit', 'export const tiny'],
  ]);
  for (const [table, record] of [
    ['src/container/init/table.ts', 'InitName, Init>> = {'],
    ['src/agent/services/managers.ts', 'InitName, ServiceManager>> = {'],
  ] as const) {
    await importInto(table, `import { tiny } from './tiny.ts';`);
    await change(table, record, `${record} tiny,`);
  }
}

const run = (...words: string[]) =>
  execa('node', [join(copy, 'dist/catamaran.js'), ...words], { cwd: copy, reject: false });

test('the compiler is content with each', async () => {
  await execa('npx', ['tsc', '--project', 'tsconfig.device.json'], { cwd: copy });
});

test('a format: in `formats`, refused by no `--format`, its code in its key', async () => {
  expect((await run('formats')).stdout).toMatch(/^floppy +ID\.floppy +disk/m);
  expect((await run('plan', 'nowhere.yml', '--format', 'floppy')).stderr).toContain('nowhere.yml');
  expect(JSON.parse(await read('dist/program.json'))).toHaveProperty('output/disk/floppy');
});

test('a platform: in the schema, in docs, in a spec', async () => {
  expect(await read('docs/platforms.md')).toContain('| `cirrus` | Cirrus |');
  await writeFile(join(copy, 'one.yml'), 'init: [component:init]\nplatforms: {cirrus: {cmdline: quiet}}\n');
  expect(await run('check', 'one.yml')).toMatchObject({ exitCode: 0 });
  await writeFile(join(copy, 'two.yml'), 'init: [component:init]\nplatforms: {cirus: {}}\n');
  expect((await run('check', 'two.yml')).stderr).toContain('"cirrus"');
});

test('an init: by its word in what the init images bring', async () => {
  await writeFile(
    join(copy, 'word.ts'),
    `import { initOf } from './src/container/init/table.ts';
import { file } from './src/tree/tree.ts';
const init = await initOf([new Map([['usr/lib/catamaran/init', file('tiny\\n')]])]);
console.log([...init.giveFiles([]).keys()].join());`,
  );
  await execa(
    'npx',
    ['esbuild', 'word.ts', '--bundle', '--platform=node', '--format=esm', '--outfile=word.mjs'],
    {
      cwd: copy,
    },
  );
  expect((await execa('node', ['word.mjs'], { cwd: copy })).stdout).toBe('etc/tiny');
});

test('an architecture: a value of `--arch`', async () => {
  expect((await run('--help')).stdout).toContain('riscv64');
});

test('an agent’s command: in its usage', async () => {
  expect(await read('dist/agent.js')).toContain('says hello');
});
