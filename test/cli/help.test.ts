import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { exitCodeTable } from '../../src/cli/exit-codes.ts';
import { defineProgram } from '../../src/cli/program.ts';
import { catamaran } from './fake-io.ts';

const helpCommands = [
  [],
  ...defineProgram(() => {}).program.commands.flatMap((command) => [
    [command.name()],
    ...command.commands.map((below) => [command.name(), below.name()]),
  ]),
];

test.each(helpCommands.map((words) => [words.join(' ') || 'catamaran', words] as const))(
  'help of %s',
  async (name, words) => {
    const { code, stdout, stderr } = await catamaran([...words, '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    await expect(stdout).toMatchFileSnapshot(`goldens/help-${name.replaceAll(' ', '-')}.txt`);
  },
);

test('help without arguments goes to stderr, as a usage error', async () => {
  const { code, stdout, stderr } = await catamaran([]);
  expect(code).toBe(2);
  expect(stdout).toBe('');
  expect(stderr).toContain('Usage: catamaran COMMAND');
  expect(stderr).toContain('no command is given');
});

test('a call without a word fits a screen, and names every command', async () => {
  const { stderr } = await catamaran([]);
  expect(stderr.trimEnd().split('\n').length).toBeLessThanOrEqual(24);
  for (const [name] of helpCommands) if (name !== undefined) expect(stderr).toMatch(new RegExp(` ${name} `));
});

test('help of a command has its examples first, and names the options of all commands in one line', async () => {
  for (const words of helpCommands.slice(1)) {
    const { stdout } = await catamaran([...words, '--help']);
    expect(stdout.match(/--offline/g)).toHaveLength(1);
    const [examples, options] = ['\nExamples:', '\nOptions:'].map((title) => stdout.indexOf(title));
    expect(examples).toBeLessThan(options!);
  }
});

test('`help release add` is that of the whole path, and what no command is called is refused', async () => {
  expect(await catamaran(['help', 'release', 'add'])).toEqual(await catamaran(['release', 'add', '--help']));
  const { code, stderr } = await catamaran(['help', 'nothing']);
  expect(code).toBe(2);
  expect(stderr).toContain("unknown command 'nothing'");
});

test('`help COMMAND` is `COMMAND --help`', async () => {
  expect(await catamaran(['help', 'build'])).toEqual(await catamaran(['build', '--help']));
});

test('no line of a help is wider than a terminal of 110 columns', async () => {
  for (const words of helpCommands) {
    const { stdout } = await catamaran([...words, '--help']);
    expect(stdout.split('\n').filter((line) => line.length > 110)).toEqual([]);
  }
});

test('help is coloured on a terminal, unless NO_COLOR or --no-color say otherwise', async () => {
  const coloured = await catamaran(['--help'], { terminal: true });
  const asked = await catamaran(['--help', '--no-color'], { terminal: true });
  const environment = await catamaran(['--help'], { terminal: true, env: { NO_COLOR: '1' } });
  expect(coloured.stdout).toContain('\u001b[1mUsage:');
  expect(asked.stdout).not.toContain('\u001b');
  expect(environment.stdout).not.toContain('\u001b');
});

test('the version is the package’s', async () => {
  const { version } = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8'));
  for (const argv of [['--version'], ['-V'], ['--json', '--version']]) {
    expect(await catamaran(argv)).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  }
});

test('docs/cli.md has every exit code', async () => {
  const page = await readFile(new URL('../../docs/cli.md', import.meta.url), 'utf8');
  for (const [code] of exitCodeTable) expect(page).toMatch(new RegExp(`^\\| ${code}\\b`, 'm'));
});

test('a command shows its own examples, whatever another of its name has', async () => {
  expect((await catamaran(['component', 'build', '--help'])).stdout).not.toContain('catamaran build ');
  expect((await catamaran(['image', 'inspect', '--help'])).stdout).not.toContain('catamaran inspect ');
  for (const words of helpCommands) {
    const { stdout } = await catamaran([...words, '--help']);
    const shown = stdout.split('Examples:\n')[1]?.match(/^ {2}catamaran .*$/gm) ?? [];
    expect(shown.filter((line) => !line.startsWith(`  ${['catamaran', ...words].join(' ')} `))).toEqual([]);
  }
});
