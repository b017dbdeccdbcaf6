// The bundled command as a real process: what the shell sees of it.
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';

const run = promisify(execFile);
const repository = resolve(dirname(fileURLToPath(import.meta.url)), '../..');

let room: string;
let command: string;
beforeAll(async () => {
  room = await mkdtemp(join(tmpdir(), 'catamaran-process-'));
  for (const name of ['node_modules', 'package.json', 'components']) {
    await symlink(join(repository, name), join(room, name));
  }
  await run(process.execPath, [join(repository, 'scripts/bundle.mjs'), join(room, 'dist')]);
  command = join(room, 'dist', 'catamaran.js');
  await writeFile(join(room, 'good.yml'), 'os: {id: tiny, version: 1}\nkernel: {image: component:kernel}\n');
  await writeFile(join(room, 'bad.yml'), 'srevices: []\n');
});
afterAll(() => rm(room, { recursive: true }));

interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

function start(argv: readonly string[]): {
  child: ChildProcess;
  ending: Promise<Ending>;
  says(text: string): Promise<void>;
} {
  const child = spawn(command, argv, {
    cwd: room,
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const heard = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name]!.setEncoding('utf8').on('data', (text) => (heard[name] += text));
  }
  const ending = new Promise<Ending>((done, fail) => {
    child.on('error', fail);
    child.on('close', (code, signal) => done({ code, signal, ...heard }));
  });
  const says = async (text: string) => {
    while (!heard.stderr.includes(text))
      await new Promise((heardMore) => child.stderr!.once('data', heardMore));
  };
  return { child, ending, says };
}

test('the version, and nothing else is loaded for it', async () => {
  const { version } = JSON.parse(await readFile(join(repository, 'package.json'), 'utf8'));
  expect(await start(['--version']).ending).toEqual({
    code: 0,
    signal: null,
    stdout: `${version}\n`,
    stderr: '',
  });
  const entry = await readFile(command, 'utf8');
  const imported = [...entry.matchAll(/^import .*?from "([^"]+)"|^import "([^"]+)"/gm)].map(
    ([, a, b]) => a ?? b!,
  );
  for (const name of imported.filter((each) => !each.startsWith('./'))) expect(name).toMatch(/^node:/);
});

test.each([
  [['check', 'good.yml'], 0],
  [['check', 'bad.yml'], 3],
  [['check', 'missing.yml'], 2],
  [['chekc', 'good.yml'], 2],
  [['component', 'list'], 0],
] as const)('%j exits with %i', async (argv, code) => {
  const ending = await start(argv).ending;
  expect({ code: ending.code, signal: ending.signal }).toEqual({ code, signal: null });
  expect(ending.stderr).not.toContain('    at ');
});

test('where the working directory is gone, only what needs it fails, with a remedy', async () => {
  const inGone = async (...argv: string[]) => {
    const script = 'mkdir gone && cd gone && rmdir ../gone && exec "$0" "$@"';
    const env = { PATH: process.env.PATH, HOME: room };
    return run('/bin/sh', ['-c', script, command, ...argv], { cwd: room, env }).then(
      ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
      ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
    );
  };
  expect(await inGone('--version')).toMatchObject({ code: 0, stderr: '' });
  const { code, stderr } = await inGone('check', 'good.yml');
  expect(code).toBe(6);
  expect(stderr).toBe(
    'error: the working directory is not there any more [directory-gone]\n  hint: Go to another one: cd ~\n',
  );
});

test('errors have no control codes in a pipe', async () => {
  const { stderr } = await start(['check', 'bad.yml']).ending;
  expect(stderr).toContain('bad.yml:1:1: error:');
  expect(stderr).not.toContain('\u001b');
});

test('a reader that goes away: quietly, as the shell knows it', async () => {
  const { child, ending, file } = await slowSpec('unread.yml', '--json');
  const closed = once(child.stdout!, 'close');
  child.stdout!.destroy();
  await closed;
  await file.write('os: {id: tiny, version: 1}\nkernel: {image: component:kernel}\n');
  await file.close();
  expect(await ending).toEqual({ code: 141, signal: null, stdout: '', stderr: '' });
});

test('an answer that cannot be written is no success', async () => {
  const { stdout, stderr } = await run('bash', ['-c', '"$0" component list >/dev/full; echo $?', command]);
  expect(stdout).toBe('6\n');
  expect(stderr).toContain('no space left on the disk');
});

/** A spec that takes until `file` is closed: nothing has been written into the pipe yet. */
async function slowSpec(name: string, ...options: string[]) {
  await run('mkfifo', [join(room, name)]);
  const started = start(['check', name, ...options]);
  const file = await open(join(room, name), 'w');
  return { ...started, file };
}

test('SIGINT: says so, ends in order, exit code 130', async () => {
  const { child, ending, says, file } = await slowSpec('slow.yml');
  child.kill('SIGINT');
  await says('interrupted');
  await file.close();
  const { code, signal, stdout } = await ending;
  expect({ code, signal, stdout }).toEqual({ code: 130, signal: null, stdout: '' });
});

test('a second SIGINT kills', async () => {
  const { child, ending, says, file } = await slowSpec('slower.yml');
  child.kill('SIGINT');
  await says('interrupted');
  child.kill('SIGINT');
  const { code, signal } = await ending;
  expect({ code, signal }).toEqual({ code: null, signal: 'SIGINT' });
  await file.close();
});

test('the same sources give the same bundle, and a second run changes no file', async () => {
  const dist = join(room, 'dist');
  const bytes = async (directory: string) =>
    Promise.all(
      (await readdir(directory))
        .sort()
        .map(async (name) => [name, await readFile(join(directory, name), 'utf8')]),
    );
  const before = await bytes(dist);
  await writeFile(join(dist, 'stale-1234.js'), '');
  await run(process.execPath, [join(repository, 'scripts/bundle.mjs'), dist], { cwd: tmpdir() });
  expect(await bytes(dist)).toEqual(before);
  const elsewhere = join(room, 'elsewhere');
  await run(process.execPath, [join(repository, 'scripts/bundle.mjs'), elsewhere], { cwd: room });
  expect(await bytes(elsewhere)).toEqual(before);
});
