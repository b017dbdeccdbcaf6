// The ways in which a tool can be fed, listened to, and go wrong.
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { CatamaranError } from '../../src/base/errors.ts';
import { silentReporter } from '../../src/base/reporter.ts';
import { formatCommand, runCommand } from '../../src/tools/run.ts';
import type { Tools } from '../../src/tools/tools.ts';
import { hostTools } from '../support/tools.ts';

let tools: Tools;
let directory: string;
beforeAll(async () => {
  tools = await hostTools();
  directory = await mkdtemp(join(tmpdir(), 'catamaran-run-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const shell = (script: string, options = {}) => tools.run('dash', ['-c', script], options);
async function* chunks(...texts: string[]) {
  for (const text of texts) yield Buffer.from(text);
}
async function failureOf(promise: Promise<unknown>): Promise<CatamaranError> {
  const thrown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(thrown).toBeInstanceOf(CatamaranError);
  return thrown as CatamaranError;
}

test('text and bytes come back as they were written', async () => {
  expect((await shell('echo "a  b"; echo e >&2')).stdout).toBe('a  b\n');
  const { stdout, stderr } = await tools.run('dash', ['-c', 'printf "\\377\\n"; echo e >&2'], {
    stdout: 'bytes',
  });
  expect([...stdout]).toEqual([255, 10]);
  expect(stderr).toBe('e\n');
});

test('chunks and files are read, files and streams are written', async () => {
  const packed = join(directory, 'packed');
  await tools.run('xz', ['-c'], { stdin: chunks('hello, ', 'world'), stdout: { file: packed } });
  const received: Uint8Array[] = [];
  const stream = new Writable({
    highWaterMark: 1,
    write(chunk, _, done) {
      received.push(chunk);
      setImmediate(done);
    },
  });
  await tools.run('xz', ['-dc'], { stdin: packed, stdout: stream });
  expect(Buffer.concat(received).toString()).toBe('hello, world');
});

test('without an input a tool sees its end', async () => {
  expect((await tools.run('xz', ['-c'])).stdout).not.toBe('');
});

test('nothing of the environment is inherited, and the umask is fixed', async () => {
  const previous = process.umask(0o077);
  process.env.LD_DEBUG = 'all';
  try {
    const { stdout, stderr } = await shell(
      'umask; echo "$PATH"; echo "$LC_ALL $TZ $HOME $LD_DEBUG $A"; : > made',
      {
        cwd: directory,
        env: { A: '1' },
      },
    );
    expect(stdout).toBe(`0022\n${tools.path('usr/bin')}:${tools.path('usr/sbin')}\nC UTC /nonexistent  1\n`);
    expect(stderr).toBe('');
    expect((await stat(join(directory, 'made'))).mode & 0o777).toBe(0o644);
  } finally {
    process.umask(previous);
    delete process.env.LD_DEBUG;
  }
});

test('a script runs by the interpreter that it names, taken from the tools', async () => {
  expect((await tools.run('xzgrep', ['--version'])).stdout).toContain('XZ Utils');
  // Debian's ldd wants bash, which is not among the tools.
  const error = await failureOf(tools.run('ldd', ['--version']));
  expect(error).toMatchObject({ code: 'tool-missing', fault: 'environment' });
  expect(error.message).toContain('/bin/bash');
});

test('a failure names the tool, the code, what it said, and the command that repeats it', async () => {
  const error = await failureOf(
    tools.run('dash', ['-c', "echo 'first line' >&2; echo \"it's broken\" >&2; exit 3"], { cwd: directory }),
  );
  expect(error).toMatchObject({ code: 'tool-failed', fault: 'environment' });
  expect(error.message).toBe("the tool dash exited with code 3: first line | it's broken");
  const command = /run: (.*)$/s.exec(error.diagnostics[0].hint!)![1]!;
  const again = await execa('/bin/sh', ['-c', command], { reject: false });
  expect(again).toMatchObject({ exitCode: 3, stderr: "first line\nit's broken" });
});

test('only the end of a long complaint is shown', async () => {
  const error = await failureOf(
    shell('i=0; while [ $i -lt 5000 ]; do echo "line $i" >&2; i=$((i+1)); done; exit 1'),
  );
  expect(error.message).toBe(
    'the tool dash exited with code 1: line 4996 | line 4997 | line 4998 | line 4999',
  );
});

test('an exit code that is an answer is no failure', async () => {
  expect((await shell('exit 2', { accept: [0, 2] })).exitCode).toBe(2);
});

test('a program that is not there is named', async () => {
  const error = await failureOf(tools.run('mkfs.nothing', []));
  expect(error).toMatchObject({ code: 'tool-missing' });
  expect(error.message).toContain('"mkfs.nothing"');
  expect(await tools.has('mkfs.nothing')).toBe(false);
  expect(await tools.has('mke2fs')).toBe(true);
});

test('a program that cannot be started at all is a failure of the tool', async () => {
  const command = { file: join(directory, 'absent'), args: [], env: {} };
  const error = await failureOf(runCommand('absent', command, {}, silentReporter));
  expect(error).toMatchObject({ code: 'tool-failed' });
  expect(error.message).toContain('did not run');
});

test('a program that a signal ends is a failure that names it', async () => {
  expect((await failureOf(shell('kill -SEGV $$'))).message).toBe('the tool dash was ended by SIGSEGV');
});

test('an abort ends the program, and the reason is thrown', async () => {
  const controller = new AbortController();
  const reason = new Error('enough');
  const pidFile = join(directory, 'pid');
  // It waits for an input that never comes.
  const endless = (async function* () {
    yield Buffer.from('x\n');
    await new Promise((resolve) => controller.signal.addEventListener('abort', resolve));
  })();
  const running = shell(`echo $$ > ${pidFile}; echo started; read a; read b`, {
    stdin: endless,
    signal: controller.signal,
    stdout: new Writable({
      write(_, __, done) {
        done();
        controller.abort(reason);
      },
    }),
  });
  await expect(running).rejects.toBe(reason);
  const pid = Number(await readFile(pidFile, 'utf8'));
  expect(() => process.kill(pid, 0)).toThrow('ESRCH');
  await expect(shell('true', { signal: controller.signal })).rejects.toBe(reason);
});

test('an input that fails is what is thrown, not what the tool made of it', async () => {
  const broken = (async function* () {
    yield Buffer.from('x');
    throw new RangeError('the source is broken');
  })();
  await expect(tools.run('xz', ['-c'], { stdin: broken, stdout: 'bytes' })).rejects.toThrow(RangeError);
});

test('a tool may stop reading before the input ends', async () => {
  const long = (async function* () {
    for (let count = 0; count < 50; count += 1) yield Buffer.alloc(1 << 16, 'x\n');
  })();
  expect((await shell('read a; echo "$a"', { stdin: long })).stdout).toBe('x\n');
});

test('an input file that is not there is an error that names it', async () => {
  await expect(tools.run('xz', ['-c'], { stdin: join(directory, 'none') })).rejects.toThrow(/none/);
});

test('the printed command is one that a shell reads as it was', async () => {
  const command = {
    file: 'printf',
    args: ['%s|', "a'b", '$HOME', 'c d', '', '\n'],
    env: { PATH: '/usr/bin:/bin' },
  };
  const { stdout } = await execa('/bin/sh', ['-c', formatCommand(command)], { stripFinalNewline: false });
  expect(stdout).toBe("a'b|$HOME|c d||\n|");
});

test('bytes that are no text are kept in a file', async () => {
  const source = join(directory, 'source');
  await writeFile(source, Buffer.from([0, 255, 10, 13]));
  const { stdout } = await tools.run('zstd', ['-c'], { stdin: source, stdout: 'bytes' });
  const back = await tools.run('zstd', ['-dc'], { stdin: [stdout], stdout: 'bytes' });
  expect([...back.stdout]).toEqual([0, 255, 10, 13]);
});
