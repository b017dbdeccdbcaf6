import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { catamaran } from './fake-io.ts';

let cwd: string;
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'catamaran-check-config-'));
  await writeFile(join(cwd, 'good.yml'), '#cloud-config\nhostname: web-1\n');
  await writeFile(join(cwd, 'odd.yml'), '#cloud-config\r\nhostname: web-1\r\npackages: [nginx]\r\n');
  await writeFile(join(cwd, 'bad.yml'), '#cloud-config\nhostnam: web-1\n');
  await writeFile(join(cwd, 'bad.gz'), gzipSync('#cloud-config\nhostnam: web-1\n'));
  await writeFile(join(cwd, 'include.txt'), '#include https://example.org/base.yml\n');
  await writeFile(join(cwd, 'binary'), new Uint8Array([0xff, 0xfe, 0x00, 0x80]));
  await writeFile(join(cwd, 'large'), new Uint8Array(16 << 20));
});
afterAll(() => rm(cwd, { recursive: true }));

test('what is right', async () => {
  expect(await catamaran(['check-config', 'good.yml'], { cwd })).toEqual({
    code: 0,
    stdout: '',
    stderr: 'good.yml: no errors\n',
  });
});

test('what has no meaning is a warning with its place', async () => {
  const { code, stderr } = await catamaran(['check-config', 'odd.yml'], { cwd });
  expect(code).toBe(0);
  expect(stderr).toContain(
    'odd.yml:3:1: warning: packages has no meaning here: nothing is installed on a machine',
  );
});

test('what is wrong is an error with its place and hint', async () => {
  const { code, stderr } = await catamaran(['check-config', 'good.yml', 'bad.yml'], { cwd });
  expect(code).toBe(3);
  expect(stderr).toContain('bad.yml:2:1: error: hostnam is no key that is known here');
  expect(stderr).toContain('hint: Did you mean "hostname"?');
});

test('inside gzip the line is that of the text in it', async () => {
  const { code, stderr } = await catamaran(['check-config', 'bad.gz'], { cwd });
  expect(code).toBe(3);
  expect(stderr).toContain('error: bad.gz: line 2: hostnam is no key');
});

test('nothing is fetched, and that is said', async () => {
  const { code, stderr } = await catamaran(['check-config', 'include.txt'], { cwd });
  expect(code).toBe(0);
  expect(stderr).toContain('what is at https://example.org/base.yml is not looked at');
});

test.each([
  ['binary', 'is binary'],
  ['large', 'has 16777216 bytes: more than 4194304'],
  ['absent.yml', 'absent.yml cannot be read'],
])('%s: %s', async (file, message) => {
  const { code, stderr } = await catamaran(['check-config', file], { cwd });
  expect(code).toBe(3);
  expect(stderr).toContain(message);
});

test('for programs', async () => {
  const { code, stdout } = await catamaran(['--json', 'check-config', 'bad.yml'], { cwd });
  expect(code).toBe(3);
  const [result, error] = stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  expect(result.result.configs[0].findings[0]).toMatchObject({ level: 'error', line: 2, pointer: 'hostnam' });
  expect(error.diagnostics[0]).toMatchObject({ code: 'user-data-error', position: { line: 2, column: 1 } });
});

test('what is wrong is refused before a machine is built or started, as here', async () => {
  const run = await catamaran(['run', 'machine.yml', '--user-data', 'bad.yml'], { cwd });
  expect(run.code).toBe(3);
  expect(run.stderr).toBe((await catamaran(['check-config', 'bad.yml'], { cwd })).stderr);
  const lacking = await catamaran(['run', 'machine.yml', '--user-data', 'none.yml'], { cwd });
  expect(lacking).toMatchObject({ code: 3, stderr: expect.stringContaining('none.yml cannot be read') });
});
