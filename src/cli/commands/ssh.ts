// `catamaran ssh` and `catamaran logs`: into the machine that `catamaran run` has started, and what it has said.
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { CatamaranError } from '../../base/errors.ts';
import { hostArchitecture } from '../../lock/resolve.ts';
import { findMachine, isRunning } from '../../run/records.ts';
import { plainText } from '../../run/serial.ts';
import { openShell } from '../../run/ssh.ts';
import { createContext } from '../context.ts';
import type { Session } from '../session.ts';
import { openQemu } from './run-tools.ts';

export interface SshOptions {
  readonly machine?: string;
}

export async function ssh(
  command: readonly string[],
  { machine }: SshOptions,
  session: Session,
): Promise<void> {
  const { globals, io } = session;
  const { arch, sshPort, key } = await findMachine(globals.cache, machine);
  const context = await createContext(session);
  const tools = await openQemu(context, arch, hostArchitecture(io.machine));
  const target = { user: 'root', port: sshPort, key: { file: key, publicKey: '' } };
  const exitCode = await openShell(tools, target, command, {
    terminal: io.stdin.isTTY === true,
    env: io.env,
  });
  // As a shell ends, with whatever its last command ended with: no failure of this command.
  if (exitCode === 0 || (command.length === 0 && exitCode !== 255)) return;
  throw new CatamaranError('environment', {
    code: exitCode === 255 ? 'machine-ssh' : 'machine-command',
    message:
      exitCode === 255
        ? `the machine does not let this in by SSH on port ${sshPort}`
        : `the command ended with exit code ${exitCode} on the machine`,
    hint:
      exitCode === 255
        ? 'It may still be starting, or has no component:sshd. Its console is in the terminal of `catamaran run`.'
        : 'What it said is above.',
  });
}

export interface LogsOptions extends SshOptions {
  readonly follow?: true;
}

/** How often a file is looked at that another process writes. */
const interval = 200;

export async function logs(
  service: string | undefined,
  { machine, follow }: LogsOptions,
  session: Session,
): Promise<void> {
  if (service !== undefined)
    return ssh(
      ['catamaran-agent', 'logs', service, ...(follow ? ['-f'] : [])],
      { ...(machine && { machine }) },
      session,
    );
  const { globals, front, io, signal } = session;
  const running = await findMachine(globals.cache, machine);
  let at = 0;
  let text = '';
  while (true) {
    const lives = isRunning(running);
    const { size } = await stat(running.console).catch(() => ({ size: at }));
    if (size > at) {
      for await (const chunk of createReadStream(running.console, {
        start: at,
        end: size - 1,
        encoding: 'utf8',
      })) {
        if (follow && !globals.json) io.stdout.write(plainText(chunk));
        else text += chunk;
      }
      at = size;
    }
    if (!follow || !lives) break;
    await sleep(interval, undefined, { signal });
  }
  front.result('logs', { machine: running.name, console: plainText(text) }, plainText(text));
}
