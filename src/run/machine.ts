// A running machine: started, watched on its serial port, controlled, and ended with nothing left behind.
import { setTimeout as sleep } from 'node:timers/promises';
import { CatamaranError } from '../base/errors.ts';
import type { Reporter } from '../base/reporter.ts';
import type { Cache } from '../store/cache.ts';
import { formatCommand } from '../tools/run.ts';
import type { Tools } from '../tools/tools.ts';
import { type MachineOptions, machineArguments, machineProgram } from './arguments.ts';
import { type Control, openControl } from './control.ts';
import { prepareFirmware } from './firmware.ts';
import { createSerialLog, type Serial } from './serial.ts';
import { controlDescriptor, type GuardedChild, spawnGuarded } from './spawn-guarded.ts';
import { runBySsh, type SshKey, type SshResult } from './ssh.ts';

export interface MachineRequest extends MachineOptions {
  /** The component that the architecture's record names. */
  readonly tools: Tools;
  readonly cache: Pick<Cache, 'scratch'>;
  readonly reporter: Reporter;
  /** Ends the machine at once. */
  readonly signal?: AbortSignal | undefined;
  /** With `sshPort`: who logs in. */
  readonly ssh?: { readonly user: string; readonly key: SshKey } | undefined;
  /** Given what the machine says, as it says it. */
  readonly onSerial?: ((chunk: Uint8Array) => void) | undefined;
}

export interface MachineExit {
  /** QEMU's own; null if a signal ended it. */
  readonly exitCode: number | null;
  /** QMP's ShutdownCause: `guest-shutdown` after poweroff, `guest-reset` after a reboot that exits, `guest-panic`, `host-qmp-quit` … */
  readonly reason: string | undefined;
  readonly stderr: string;
}

export interface Machine {
  readonly pid: number;
  readonly serial: Serial;
  /** Types on the serial port. */
  write(text: string | Uint8Array): void;
  /** The port of the host that leads to the guest's 22. */
  readonly sshPort: number | undefined;
  /** Runs a command in the guest; connects within `limit` milliseconds (default: 2 minutes). */
  ssh(command: string, options?: { limit?: number }): Promise<SshResult>;
  /** Any command of QMP. */
  readonly control: Control;
  /** Presses the power button; fails if the guest has not ended after `limit` milliseconds (default: 2 minutes). */
  powerdown(limit?: number): Promise<MachineExit>;
  /** As if the power were cut: at once, without a word to the guest. */
  kill(): Promise<MachineExit>;
  /** Never fails. */
  readonly exited: Promise<MachineExit>;
}

const defaultLimit = 120_000;

/** Fails with code `machine-failed` if QEMU does not start. */
export async function startMachine(request: MachineRequest): Promise<Machine> {
  const { tools, cache, reporter, signal } = request;
  const qemu = machineProgram(request.arch);
  signal?.throwIfAborted();
  const scratch = await cache.scratch();
  let running: GuardedChild;
  try {
    const files = await prepareFirmware(tools, request, scratch.path);
    const args = machineArguments(request, { ...files, controlDescriptor });
    reporter.debug(formatCommand(await tools.command(qemu, machineArguments(request, files))));
    running = await spawnGuarded(tools, qemu, args, { TMPDIR: scratch.path });
  } catch (thrown) {
    await scratch.dispose();
    throw thrown;
  }

  const { child, stdin, stdout, stderr } = running;
  const serial = createSerialLog();
  let complaint = '';
  let reason: string | undefined;
  const decoder = new TextDecoder();
  stdout.on('data', (chunk: Buffer) => {
    request.onSerial?.(chunk);
    serial.append(decoder.decode(chunk, { stream: true }));
  });
  stderr.setEncoding('utf8').on('data', (chunk: string) => {
    complaint = (complaint + chunk).slice(-65_536);
  });

  const abort = () => child.kill('SIGKILL');
  signal?.addEventListener('abort', abort, { once: true });
  const exited = new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null)).once('close', resolve);
  }).then(async (exitCode): Promise<MachineExit> => {
    signal?.removeEventListener('abort', abort);
    serial.end(`ended${reason === undefined ? '' : ` (${reason})`}`);
    await scratch.dispose();
    return { exitCode, reason, stderr: complaint };
  });
  const kill = () => {
    child.kill('SIGKILL');
    return exited;
  };

  try {
    const control = await openControl(running.control, ({ event, data }) => {
      if (event === 'SHUTDOWN') reason = String(data?.reason);
    });
    const sshPort = request.sshPort === undefined ? undefined : await forwardedPort(control);
    return {
      pid: child.pid!,
      serial,
      write: (text) => {
        stdin.write(text);
      },
      sshPort,
      control,
      exited,
      kill,
      async ssh(command, { limit = defaultLimit } = {}) {
        if (sshPort === undefined || request.ssh === undefined)
          throw new Error('started without sshPort or ssh');
        return runBySsh(tools, { ...request.ssh, port: sshPort }, command, { limit, signal });
      },
      async powerdown(limit = defaultLimit) {
        await control.execute('system_powerdown');
        const stop = new AbortController();
        const late = sleep(limit, undefined, { signal: stop.signal }).catch(() => undefined);
        const exit = await Promise.race([exited, late]);
        stop.abort();
        if (exit !== undefined) return exit;
        throw new CatamaranError('environment', {
          code: 'machine-stays',
          message: `the machine did not shut down in ${limit / 1000} s after its power button was pressed`,
          hint: 'See what it waits for on its serial console.',
        });
      },
    };
  } catch (thrown) {
    const exit = await kill();
    signal?.throwIfAborted();
    throw new CatamaranError(
      'environment',
      {
        code: 'machine-failed',
        message: `QEMU did not start: ${exit.stderr.trim().split('\n').slice(-3).join(' | ') || 'it said nothing'}`,
        hint: hintFor(exit.stderr),
      },
      { cause: thrown },
    );
  }
}

function hintFor(said: string): string {
  if (said.includes('host forwarding'))
    return 'Another program has that port of this host: name another one.';
  if (said.includes('write" lock')) return 'Another machine runs from this disk: end it first.';
  return 'Run the command again with --verbose to see how QEMU was called.';
}

/** Where port 0 was asked for, QEMU has chosen; only its human monitor tells. */
async function forwardedPort(control: Control): Promise<number> {
  const text = String(await control.execute('human-monitor-command', { 'command-line': 'info usernet' }));
  const match = /TCP\[HOST_FORWARD\]\s+\d+\s+127\.0\.0\.1\s+(\d+)\s+\S+\s+22\s/.exec(text);
  if (match === null) throw new Error(`no forwarded port in: ${text}`);
  return Number(match[1]);
}
