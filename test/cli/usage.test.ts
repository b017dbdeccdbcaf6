import { expect, test } from 'vitest';
import { parseArch } from '../../src/cli/values.ts';
import { catamaran } from './fake-io.ts';

async function refusal(...argv: string[]) {
  const { code, stdout, stderr } = await catamaran([...argv, '--json']);
  expect(stderr).toBe('');
  const events = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(events).toHaveLength(1);
  const [{ event, fault, exitCode, diagnostics }] = events;
  expect({ event, fault, exitCode, code }).toEqual({ event: 'error', fault: 'usage', exitCode: 2, code: 2 });
  return diagnostics[0];
}

test('a user without a home needs one for the cache, and for nothing else', async () => {
  const homeless = (argv: string[], env = {}) => catamaran(argv, { home: undefined, env });
  const { code, stderr } = await homeless(['cache', 'info']);
  expect(code).toBe(6);
  expect(stderr).toContain('error: there is no home directory for the cache: HOME is not set [home-unknown]');
  expect((await homeless(['component', 'list'])).code).toBe(0);
});

test('an export into no directory', async () => {
  const { code, stderr } = await catamaran(['image', 'export', 'oci:img', 'no/such/x.tar']);
  expect(code).toBe(6);
  expect(stderr).toContain('cannot write into /nowhere/no/such: ');
  expect(stderr).toContain('[output-unwritable]');
});

test.each(['docker-archive', 'oci-archive', 'oci'])(
  'an export to %s:FILE, as skopeo has it, makes no file of that name',
  async (format) => {
    const { code, stderr } = await catamaran(['image', 'export', 'oci:img', `${format}:x`]);
    expect(code).toBe(2);
    expect(stderr).toContain(`--format ${format} x`);
  },
);

test.each([
  [
    'an unknown command, near to one',
    ['biuld'],
    'usage-unknown-command',
    "unknown command 'biuld'",
    'Did you mean build?',
  ],
  [
    'an unknown command, near to none',
    ['zzzz'],
    'usage-unknown-command',
    "unknown command 'zzzz'",
    'See `catamaran --help`.',
  ],
  [
    'an unknown command below a command',
    ['cache', 'inof'],
    'usage-unknown-command',
    "unknown command 'inof'",
    'Did you mean info?',
  ],
  [
    'an unknown global option',
    ['cache', 'info', '--ofline'],
    'usage-unknown-option',
    "unknown option '--ofline'",
    'Did you mean --offline?',
  ],
  [
    'an unknown option of a command',
    ['build', 'x.yml', '--fromat', 'raw'],
    'usage-unknown-option',
    "unknown option '--fromat'",
    'Did you mean --format?',
  ],
  [
    'a firmware that machines of this architecture have not',
    ['run', 'x.yml', '--arch', 'arm64', '--firmware', 'bios'],
    'run-firmware',
    'machines of arm64 have no BIOS',
    'Leave --firmware out.',
  ],
  [
    'a missing argument',
    ['build'],
    'usage-missing-argument',
    "missing required argument 'spec'",
    'See `catamaran build --help`.',
  ],
  [
    'a missing value',
    ['build', 'x.yml', '--out'],
    'usage-option-missing-argument',
    "option '--out <dir>' argument missing",
    'See `catamaran build --help`.',
  ],
  [
    'one argument too many',
    ['inspect', 'a.qcow2', 'b.qcow2'],
    'usage-excess-arguments',
    'too many arguments',
    'See `catamaran inspect --help`.',
  ],
  [
    'options that exclude each other',
    ['-q', '-v', 'cache', 'info'],
    'usage-conflicting-option',
    'cannot be used with',
    'See `catamaran --help`.',
  ],
])('%s', async (_what, argv, code, message, hint) => {
  const diagnostic = await refusal(...argv);
  expect(diagnostic.code).toBe(code);
  expect(diagnostic.message).toContain(message);
  expect(diagnostic.hint).toBe(hint);
});

test.each([
  ['--jobs', '0', 'from 1 to 1024'],
  ['--jobs', 'many', 'from 1 to 1024'],
  ['--arch', 'sparc', 'amd64 or arm64'],
  ['--snapshot-mirror', 'somewhere', 'http'],
])('%s %s is refused', async (option, value, why) => {
  const diagnostic = await refusal('cache', 'info', option, value);
  expect(diagnostic.message).toContain(option);
  expect(diagnostic.message).toContain(why);
});

test.each([
  ['--ssh', '65536', 'from 1 to 65535'],
  ['--memory', '12M', 'at least 64M'],
  ['--memory', 'lots', '512M'],
  ['--firmware', 'coreboot', 'bios, uefi'],
])('run %s %s is refused', async (option, value, why) => {
  const diagnostic = await refusal('run', 'x.yml', option, value);
  expect(diagnostic.message).toContain(option);
  expect(diagnostic.message).toContain(why);
});

test('a wrong SOURCE_DATE_EPOCH is refused', async () => {
  const { code, stderr } = await catamaran(['cache', 'info'], { env: { SOURCE_DATE_EPOCH: 'yesterday' } });
  expect(code).toBe(2);
  expect(stderr).toContain('SOURCE_DATE_EPOCH is no number of seconds: "yesterday"');
});

test('for people: the message, then the hint, on stderr', async () => {
  const { code, stdout, stderr } = await catamaran(['build', '--ofline', 'x.yml']);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toMatch(/unknown option '--ofline' \[usage-unknown-option\]\n.*Did you mean --offline\?\n$/);
});

test.each([
  [['publish'], 'release add'],
  [['logs', 'web'], 'catamaran run SPEC'],
  [['run', 'qemu', 'x.yml'], 'Leave qemu out'],
  [['run', 'x.yml', '-publish', '80:80'], 'a YAML file such as those in examples/'],
  [['serve'], 'any web server'],
  [['build', 'x.yml', '-format', 'raw'], 'Did you mean --format?'],
  [['build', 'x.yml', '--docker'], 'docker-archive:FILE'],
  [['component', 'build', 'x', '--output', 'y'], 'See `catamaran component build --help`.'],
  [['build', 'x.yml', '--format', 'img'], 'Did you mean "raw"?'],
])('what is written from habit: %j', async (argv, hint) => {
  expect((await refusal(...argv)).hint).toContain(hint);
});

test('an architecture may have the kernel’s name', () => {
  expect(['x86_64', 'aarch64', 'arm64'].map(parseArch)).toEqual(['amd64', 'arm64', 'arm64']);
});
