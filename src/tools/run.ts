// Carries out one command of the tools, and turns each way in which it can go wrong into an error with its evidence.
import { type FileHandle, open } from 'node:fs/promises';
import type { Readable, Writable } from 'node:stream';
import type { Options, Result } from 'execa';
import { CatamaranError, messageOf } from '../base/errors.ts';
import type { Reporter } from '../base/reporter.ts';
import { withDisk } from '../store/disk.ts';
import type { RunResult, ToolCommand, ToolOptions } from './tools.ts';

/** execa's types name only these descriptors; it takes any. */
type InheritedFd = 3;

const maxOutput = 256 << 20;
const shownLines = 4;
const shownCharacters = 600;

export async function runCommand<const O extends ToolOptions>(
  name: string,
  command: ToolCommand,
  options: O | undefined,
  reporter: Reporter,
): Promise<RunResult<O>> {
  const { stdin, stdout = 'text', cwd, signal, accept = [0] }: ToolOptions = options ?? {};
  signal?.throwIfAborted();
  reporter.debug(formatCommand(command, cwd));

  const files: FileHandle[] = [];
  const opened = async (path: string, flags: string) => {
    const file = await withDisk(path, () => open(path, flags, 0o644));
    files.push(file);
    return file.fd as InheritedFd;
  };
  let failedInput: { thrown: unknown } | undefined;
  async function* watched(source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>) {
    try {
      yield* source;
    } catch (thrown) {
      failedInput = { thrown };
      throw thrown;
    }
  }

  try {
    const input =
      stdin === undefined ? 'ignore' : typeof stdin === 'string' ? await opened(stdin, 'r') : watched(stdin);
    const kept = stdout === 'text' || stdout === 'bytes';
    const output = kept ? 'pipe' : 'file' in stdout ? await opened(stdout.file, 'w') : ('pipe' as const);
    // When it is first needed: a hundred files, which what is cached and what is only checked does without.
    const { execa } = await import('execa');
    const child = execa(command.file, command.args, {
      env: command.env,
      extendEnv: false,
      ...(cwd === undefined ? {} : { cwd }),
      ...(signal === undefined ? {} : { cancelSignal: signal }),
      stdin: input,
      stdout: output,
      stderr: 'pipe',
      buffer: { stdout: kept, stderr: true },
      encoding: 'buffer',
      maxBuffer: maxOutput,
      stripFinalNewline: false,
      reject: false,
    } as const satisfies Options);
    const [result] = await Promise.all([
      child,
      kept || 'file' in stdout ? undefined : forward(child.stdout!, stdout),
    ]);
    if (failedInput !== undefined) throw failedInput.thrown;
    signal?.throwIfAborted();
    const evidence = { stderr: decode(result.stderr), stdout: decode(result.stdout) };
    if (result.exitCode === undefined || !accept.includes(result.exitCode)) {
      throw toolFailed(name, command, cwd, result as unknown as Result, evidence);
    }
    return {
      stdout: stdout === 'bytes' ? (result.stdout ?? new Uint8Array()) : evidence.stdout,
      stderr: evidence.stderr,
      exitCode: result.exitCode,
    } as RunResult<O>;
  } finally {
    for (const file of files) await file.close();
  }
}

/** Does not end `target`: it is the caller's. */
async function forward(source: Readable, target: Writable): Promise<void> {
  for await (const chunk of source) {
    if (target.write(chunk)) continue;
    await new Promise<void>((resolve, reject) => {
      target.once('drain', resolve).once('error', reject).once('close', resolve);
    });
  }
}

function decode(bytes: unknown): string {
  return bytes instanceof Uint8Array ? Buffer.from(bytes).toString('utf8') : '';
}

function toolFailed(
  name: string,
  command: ToolCommand,
  cwd: string | undefined,
  result: Result,
  { stdout, stderr }: { stdout: string; stderr: string },
): CatamaranError {
  const how =
    result.exitCode !== undefined
      ? `exited with code ${result.exitCode}`
      : result.signal !== undefined
        ? `was ended by ${result.signal}`
        : `did not run: ${result.originalMessage ?? messageOf(result.cause)}`;
  const said = lastLines(stderr) || lastLines(stdout);
  return new CatamaranError(
    'environment',
    {
      code: 'tool-failed',
      message: `the tool ${name} ${how}${said === '' ? '' : `: ${said}`}`,
      hint: `To see it fail by itself, run: ${formatCommand(command, cwd)}`,
    },
    { cause: result.cause },
  );
}

function lastLines(text: string): string {
  const lines = text.split(/[\r\n]+/).filter((line) => line.trim() !== '');
  return lines.slice(-shownLines).join(' | ').slice(-shownCharacters);
}

/** For a POSIX shell. */
export function formatCommand({ file, args, env }: ToolCommand, cwd?: string): string {
  const variables = Object.entries(env).map(([name, value]) => quoteWord(`${name}=${value}`));
  const words = ['env', '-i', ...variables, ...[file, ...args].map(quoteWord)].join(' ');
  return cwd === undefined ? words : `cd ${quoteWord(cwd)} && ${words}`;
}

/** A word for a POSIX shell. */
export function quoteWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
