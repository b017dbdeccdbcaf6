// Starts QEMU such that it cannot outlive this process, however that ends: a waiting shell beside it holds the end of
// a pipe, and when this process dies (SIGKILL included) the pipe closes and the shell kills QEMU.
import { type ChildProcess, spawn } from 'node:child_process';
import type { Duplex, Readable, Writable } from 'node:stream';
import type { Tools } from '../tools/tools.ts';

export const guardDescriptor = 3;
export const controlDescriptor = 4;

/** `exec` keeps the process id, so `$$` is QEMU's. A line on the pipe says that it has ended by itself. */
const guard = [
  `(exec ${controlDescriptor}>&-; read -r _ || kill -KILL $$) <&${guardDescriptor} >/dev/null 2>&1 &`,
  `exec ${guardDescriptor}<&-`,
].join('\n');

export interface GuardedChild {
  readonly child: ChildProcess;
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  readonly control: Duplex;
}

export async function spawnGuarded(
  tools: Tools,
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<GuardedChild> {
  const command = await tools.command(name, args, { env, prelude: guard });
  const child = spawn(command.file, command.args, {
    env: command.env,
    stdio: ['pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
    // Out of the terminal's process group: Ctrl-C is for this process to act on.
    detached: true,
  });
  const watch = child.stdio[guardDescriptor] as Writable;
  watch.on('error', () => {});
  child.once('exit', () => watch.end('\n'));
  const stdin = child.stdin!;
  // A guest that has gone does not read; its end is told by the exit.
  stdin.on('error', () => {});
  return {
    child,
    stdin,
    stdout: child.stdout!,
    stderr: child.stderr!,
    control: child.stdio[controlDescriptor] as Duplex,
  };
}
