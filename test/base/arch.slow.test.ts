// What depends on the architecture is in its record alone; so one more is a name, a file and a line, and the compiler
// says what is missing.
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { archByNode, archByUname, architectureOf, architectures, isArch } from '../../src/base/arch.ts';

let copy: string;
beforeAll(async () => {
  copy = await mkdtemp(join(tmpdir(), 'catamaran-arch-'));
  await cp('src', join(copy, 'src'), { recursive: true });
  await cp('package.json', join(copy, 'package.json'));
  await symlink(join(process.cwd(), 'node_modules'), join(copy, 'node_modules'));
  await cp('schemas', join(copy, 'schemas'), { recursive: true });
});
afterAll(() => rm(copy, { recursive: true, force: true }));

/** What the compiler says of these files of the copy, and of what they import. */
async function compile(...include: string[]): Promise<string> {
  const { compilerOptions } = JSON.parse(await readFile('tsconfig.json', 'utf8'));
  await writeFile(join(copy, 'tsconfig.json'), JSON.stringify({ compilerOptions, include }));
  const tsc = join(process.cwd(), 'node_modules/.bin/tsc');
  return new Promise((resolve, reject) => {
    execFile(tsc, ['-p', copy, '--pretty', 'false'], { cwd: copy }, (error, stdout) => {
      if (error && stdout === '') reject(error);
      else resolve(stdout.trim());
    });
  });
}

async function change(path: string, from: string, to: string): Promise<void> {
  const text = await readFile(join(copy, path), 'utf8');
  expect(text).toContain(from);
  await writeFile(join(copy, path), text.replace(from, to));
}

test('a name more: the compiler asks for its record, then for each field of it, and for nothing else', async () => {
  await change('src/base/arch.ts', "['amd64', 'arm64'] as", "['amd64', 'arm64', 'riscv64'] as");
  expect(await compile('src/base/arch.ts')).toMatch(
    /^src\/base\/arch\.ts.*'riscv64' is missing in type[^\n]*$/,
  );

  await writeFile(
    join(copy, 'src/base/arch/riscv64.ts'),
    `import type { Architecture } from './architecture.ts';\nexport const riscv64: Architecture = {} as const;\n`,
  );
  await change('src/base/arch.ts', '{ amd64, arm64 }', '{ amd64, arm64, riscv64 }');
  await change(
    'src/base/arch.ts',
    'import { arm64',
    "import { riscv64 } from './arch/riscv64.ts';\nimport { arm64",
  );
  const gaps = await compile('src/base/arch.ts');
  expect(gaps).toMatch(/^src\/base\/arch\/riscv64\.ts.*is missing the following properties/);
  expect(gaps).toContain('uname, node, ec2');

  const record = JSON.stringify(architectureOf('arm64')).replaceAll('arm64', 'riscv64');
  await writeFile(
    join(copy, 'src/base/arch/riscv64.ts'),
    `import type { Architecture } from './architecture.ts';\nexport const riscv64: Architecture = ${record};\n`,
  );
  expect(await compile('src')).toBe('');
});

/** Names of machines, loaders, partition types, boards; and the port that is `ttyAMA0` elsewhere. */
const words =
  /amd64|arm64|x86[_-]64|aarch64|\bx64\b|riscv64|BOOT(X64|AA64)|i386|SCMP_ARCH|ttyS\d|ttyAMA|q35|OVMF|AAVMF|4f68bce3|b921b045/;

test('no other file names one', async () => {
  const files = (await readdir('src', { recursive: true })).filter((name) => name.endsWith('.ts')).sort();
  const found: string[] = [];
  for (const name of files) {
    if (name.startsWith('base/arch') || name.endsWith('.generated.ts')) continue;
    const code = (await readFile(join('src', name), 'utf8')).replaceAll(
      /\/\*[\s\S]*?\*\/|(^|\s)\/\/.*$/gm,
      '',
    );
    for (const line of code.split('\n'))
      if (words.test(line) && !isExample(line)) found.push(`${name}: ${line.trim()}`);
  }
  expect(found).toEqual([]);
});

/** Of the command line, for people. */
const isExample = (line: string): boolean => line.includes("'catamaran ");

test.each(architectures)('%s is found by each of its names', (arch) => {
  const { uname, node } = architectureOf(arch);
  expect(archByUname(uname)).toBe(arch);
  expect(archByNode(node)).toBe(arch);
  expect(isArch(arch)).toBe(true);
});

test('no two architectures share what tells them apart, and what is none is not found', () => {
  const unique = (values: readonly unknown[]) => expect(new Set(values).size).toBe(architectures.length);
  const records = architectures.map(architectureOf);
  unique(records.map(({ uname }) => uname));
  unique(records.map(({ node }) => node));
  unique(records.map(({ elf }) => elf.machine));
  unique(records.map(({ partitionTypes }) => partitionTypes.root));
  unique(records.map(({ partitionTypes }) => partitionTypes.hash));
  unique(records.map(({ grub }) => grub.efi.file));
  expect([archByUname('i686'), archByNode('ia32'), archByUname('constructor')]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});
