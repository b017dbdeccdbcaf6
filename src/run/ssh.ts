// SSH to a machine that runs here: keys of one run, and no file of the user who runs it.
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { CatamaranError } from '../base/errors.ts';
import type { Tools } from '../tools/tools.ts';

export interface SshKey {
  readonly file: string;
  /** One line, as in authorized_keys. */
  readonly publicKey: string;
}

export interface SshTarget {
  readonly user: string;
  /** On 127.0.0.1. */
  readonly port: number;
  readonly key: SshKey;
}

export interface SshResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** What ssh exits with when the connection and not the command failed. */
const connectionFailed = 255;
const retryDelay = 500;

export async function makeSshKey(tools: Tools, directory: string): Promise<SshKey> {
  const file = join(directory, 'ssh-key');
  await tools.run('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'catamaran', '-f', file]);
  return { file, publicKey: (await readFile(`${file}.pub`, 'utf8')).trim() };
}

const settings = [
  'BatchMode=yes',
  'ConnectTimeout=10',
  'GlobalKnownHostsFile=/dev/null',
  'IdentitiesOnly=yes',
  'LogLevel=ERROR',
  'ServerAliveInterval=15',
  'StrictHostKeyChecking=no',
  'UserKnownHostsFile=/dev/null',
];

function connectionArguments({ user, port, key }: SshTarget): string[] {
  return [
    ...['-F', '/dev/null', '-i', key.file, '-p', String(port)],
    ...settings.flatMap((setting) => ['-o', setting]),
    ...['-l', user, '127.0.0.1'],
  ];
}

/** In this process's own terminal and streams: a shell, or `command`. Its exit code. */
export async function openShell(
  tools: Tools,
  target: SshTarget,
  command: readonly string[],
  { terminal, env }: { terminal: boolean; env: Readonly<Record<string, string | undefined>> },
): Promise<number> {
  const asTerminal = terminal && command.length === 0 ? ['-t'] : [];
  const words = command.length === 0 ? [] : ['--', ...command];
  const own = { TERM: env.TERM ?? 'dumb', ...(env.LANG === undefined ? {} : { LANG: env.LANG }) };
  const ssh = await tools.command('ssh', [...asTerminal, ...connectionArguments(target), ...words], {
    env: own,
  });
  const child = spawn(ssh.file, ssh.args, { env: ssh.env, stdio: 'inherit' });
  return new Promise((resolve, reject) => {
    child.once('error', reject).once('exit', (code) => resolve(code ?? connectionFailed));
  });
}

/** Runs `command` by the guest's shell; tries to connect until `limit` milliseconds from now. Any exit code is an answer. */
export async function runBySsh(
  tools: Tools,
  { user, port, key }: SshTarget,
  command: string,
  { limit, signal }: { limit: number; signal?: AbortSignal | undefined },
): Promise<SshResult> {
  const timeout = AbortSignal.timeout(limit);
  const either = signal === undefined ? timeout : AbortSignal.any([signal, timeout]);
  const anyCode = Array.from({ length: 256 }, (_, code) => code);
  const args = [...connectionArguments({ user, port, key }), '--', command];
  let failure = 'the connection did not end';
  while (!timeout.aborted) {
    try {
      const result = await tools.run('ssh', args, { accept: anyCode, signal: either });
      if (result.exitCode !== connectionFailed) return result;
      // A server that has refused often closes the next ones without a word.
      failure = result.stderr.trim() || failure;
      await sleep(retryDelay, undefined, { signal: either });
    } catch (thrown) {
      if (signal?.aborted || !timeout.aborted) throw thrown;
    }
  }
  throw new CatamaranError('environment', {
    code: 'machine-ssh',
    message: `no answer to ${JSON.stringify(command)} by SSH on port ${port} in ${limit / 1000} s: ${failure}`,
    hint: 'See whether sshd has started on the serial console, and whether it knows the key.',
  });
}
