import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loadSpec } from '../../src/lock/load-spec.ts';
import { catamaran } from './fake-io.ts';

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'catamaran-check-'));
  await writeFile(
    join(cwd, 'good.yml'),
    'os: {id: tiny, version: 1}\nkernel: {image: component:kernel}\ninit: [component:init]\n',
  );
  await writeFile(join(cwd, 'bad.yml'), 'kernel: {image: component:kernle}\nsrevices: []\n');
  await writeFile(join(cwd, 'warned.yml'), 'os: {id: tiny, version: 1}\n');
  await writeFile(join(cwd, 'binary.yml'), new Uint8Array([0xff, 0xfe, 0x80]));
  const wide = Buffer.from(
    '\ufeffos: {id: tiny, version: 1}\nkernel: {image: component:kernel}\n',
    'utf16le',
  );
  await writeFile(join(cwd, 'little.yml'), wide);
  await writeFile(join(cwd, 'big.yml'), Buffer.from(wide).swap16());
  await mkdir(join(cwd, 'pkg'));
  await writeFile(join(cwd, 'pkg/build.yml'), 'image: mine\n');
  await writeFile(
    join(cwd, 'linuxkit.yml'),
    'kernel: {image: "@pkg:pkg"}\nservices:\n  - name: a/b\n    image: nginx\n    command: [a,\n      b]\n',
  );
  await writeFile(join(cwd, 'odd.yml'), 'services:\n  - name: a\n    image: nginx\n    command: [a,\nb]\n');
  await writeFile(join(cwd, 'large.yml'), Buffer.alloc((4 << 20) + 1, '#'));
  await mkdir(join(cwd, 'directory.yml'));
});
afterAll(() => rm(cwd, { recursive: true }));

const events = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

test('a good spec', async () => {
  expect(await catamaran(['check', 'good.yml'], { cwd })).toEqual({
    code: 0,
    stdout: '',
    stderr: 'good.yml: no errors\n',
  });
});

test.each(['little.yml', 'big.yml'])('in UTF-16, as YAML has it: %s', async (file) => {
  expect(await catamaran(['check', file], { cwd })).toMatchObject({
    code: 0,
    stderr: `${file}: no errors\n`,
  });
});

test('what LinuxKit takes, its own packages too, with the places of what is odd', async () => {
  const { code, stderr } = await catamaran(['check', 'linuxkit.yml'], { cwd });
  expect(code).toBe(0);
  expect(stderr).toContain('linuxkit.yml:3:5: warning: the container "a/b" is called a_b-');
});

test('what LinuxKit takes and YAML 1.2 does not: the place, and what to write', async () => {
  const { code, stderr } = await catamaran(['check', 'odd.yml'], { cwd });
  expect(code).toBe(3);
  expect(stderr).toContain('odd.yml:4:14: error: not YAML 1.2: "]" is missing [spec-not-yaml]');
  expect(stderr).toContain('hint: Close what "[" opened, and indent its lines more than the key');
});

test('every error, with its place, excerpt and hint', async () => {
  const { code, stdout, stderr } = await catamaran(['check', '--each', 'good.yml', 'bad.yml'], { cwd });
  expect(code).toBe(3);
  expect(stdout).toBe('');
  expect(stderr).toContain('bad.yml:1:17: error:');
  expect(stderr).toContain('bad.yml:2:1: error:');
  expect(stderr).toContain(' 2 | srevices: []');
  expect(stderr).toContain('services');
  expect(stderr.endsWith('\n2 errors\n')).toBe(true);
});

test('several are what build makes of them together; each by itself where that is asked', async () => {
  await writeFile(join(cwd, 'more.yml'), 'services: []\n');
  const together = await catamaran(['check', 'good.yml', 'more.yml'], { cwd });
  expect(together).toMatchObject({ code: 0, stderr: 'good.yml: no errors\nmore.yml: no errors\n' });
  const apart = await catamaran(['check', '--each', 'good.yml', 'more.yml'], { cwd });
  expect(apart.stderr).toContain('more.yml:1:1: warning: the spec names no kernel');
});

test('a component is read as one, and one’s own with the spec that names it', async () => {
  await mkdir(join(cwd, 'web'));
  await writeFile(join(cwd, 'web/component.yml'), 'name: web\npackages: [busybox]\n');
  await writeFile(
    join(cwd, 'own.yml'),
    'kernel: {image: component:kernel}\nservices:\n  - {name: a, image: ./web}\n  - {name: b, image: ./web}\nsevices: []\n',
  );
  for (const named of ['web', 'web/component.yml']) {
    const { code, stderr } = await catamaran(['check', named], { cwd });
    expect(code).toBe(3);
    expect(stderr).toContain('web/component.yml:1:1: error: unknown key "name"');
    expect(stderr.endsWith('\n2 errors\n')).toBe(true);
  }
  const { stderr } = await catamaran(['check', 'own.yml'], { cwd });
  expect(stderr).toContain('web/component.yml:1:1: error: unknown key "name"');
  expect(stderr).toContain('own.yml:5:1: error: unknown key "sevices"');
  expect(stderr.endsWith('\n3 errors\n')).toBe(true);
});

test('a source is the first file that its pattern stands for', async () => {
  const home = join(cwd, 'home');
  await mkdir(join(home, '.ssh'), { recursive: true });
  for (const name of ['id_rsa.pub', 'id_ed25519.pub', 'id_rsa'])
    await writeFile(join(home, '.ssh', name), '');
  const file = '{path: etc/key, source: "~/.ssh/id_*.pub"}';
  await writeFile(join(cwd, 'key.yml'), `files: [${file}]\n`);
  const context = {
    componentsRoot: cwd,
    signal: new AbortController().signal,
    transport: undefined as never,
  };
  const spec = await loadSpec({ file: 'key.yml', cwd }, { ...context, home });
  expect(spec.files[0]?.content).toMatchObject({ path: join(home, '.ssh/id_ed25519.pub') });
  await expect(loadSpec({ file: 'key.yml', cwd }, { ...context, home: cwd })).rejects.toThrow(
    /there is no .*id_\*\.pub/,
  );
});

test('as events: diagnostics with positions', async () => {
  const { code, stdout } = await catamaran(['check', 'bad.yml', '--json'], { cwd });
  expect(code).toBe(3);
  const error = events(stdout).at(-1);
  expect(error).toMatchObject({ event: 'error', fault: 'spec', exitCode: 3 });
  expect(error.diagnostics).toHaveLength(2);
  expect(error.diagnostics[1].position).toEqual({
    file: 'bad.yml',
    line: 2,
    column: 1,
    length: 8,
    excerpt: 'srevices: []',
  });
});

test('warnings are shown, and are no errors', async () => {
  const people = await catamaran(['check', 'warned.yml'], { cwd });
  expect(people.code).toBe(0);
  expect(people.stderr).toContain('warning:');
  const programs = await catamaran(['check', 'warned.yml', '--json'], { cwd });
  expect(events(programs.stdout).at(-1)).toMatchObject({
    event: 'result',
    command: 'check',
    result: { specs: ['warned.yml'], warnings: [{ code: 'spec-no-kernel' }] },
  });
});

test.each([
  ['missing.yml', 'spec-not-found', 'missing.yml does not exist'],
  ['good.yml/x', 'spec-not-found', 'good.yml/x does not exist'],
  ['directory.yml', 'spec-is-directory', 'directory.yml is a directory'],
  ['binary.yml', 'spec-not-text', 'binary.yml is not UTF-8 text'],
  ['large.yml', 'spec-too-large', 'large.yml is larger than 4 MiB'],
  ['/dev/zero', 'spec-too-large', '/dev/zero is larger than 4 MiB'],
])('%s is no spec', async (file, code, message) => {
  const answer = await catamaran(['check', file, '--json'], { cwd });
  expect(answer.code).toBe(2);
  expect(events(answer.stdout)).toMatchObject([{ event: 'error', diagnostics: [{ code, message }] }]);
});
