// The machine's control socket: QEMU's machine protocol (QMP, docs/interop/qmp-spec), one JSON object a line.
import type { Duplex } from 'node:stream';
import { CatamaranError } from '../base/errors.ts';

export interface ControlEvent {
  readonly event: string;
  readonly data?: Readonly<Record<string, unknown>>;
}

export interface Control {
  /** Runs one command and gives what it returns. */
  execute(command: string, options?: Readonly<Record<string, unknown>>): Promise<unknown>;
}

interface Reply extends Partial<ControlEvent> {
  readonly QMP?: unknown;
  readonly id?: number;
  readonly return?: unknown;
  readonly error?: { readonly class: string; readonly desc: string };
}

interface Pending {
  readonly command: string;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
}

/** Settles when QEMU is ready for commands; fails when the socket closes first. */
export async function openControl(socket: Duplex, onEvent: (event: ControlEvent) => void): Promise<Control> {
  const pending = new Map<number, Pending>();
  let count = 0;
  let closed = false;
  let greeted: Pending | undefined;
  const greeting = new Promise((resolve, reject) => {
    greeted = { command: 'greeting', resolve, reject };
  });

  function receive(reply: Reply): void {
    if (reply.QMP !== undefined) greeted!.resolve(undefined);
    if (reply.event !== undefined) onEvent(reply as ControlEvent);
    const asked = pending.get(reply.id ?? -1);
    if (asked === undefined) return;
    pending.delete(reply.id!);
    if (reply.error === undefined) asked.resolve(reply.return);
    else asked.reject(failed(asked.command, reply.error.desc));
  }

  function close(): void {
    closed = true;
    greeted!.reject(failed('greeting', 'QEMU has closed the control socket'));
    for (const { command, reject } of pending.values()) reject(failed(command, 'QEMU has ended'));
    pending.clear();
  }

  let rest = '';
  socket.setEncoding('utf8');
  socket.on('data', (chunk: string) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop()!;
    for (const line of lines) if (line.trim() !== '') receive(JSON.parse(line) as Reply);
  });
  socket.on('error', close);
  socket.on('close', close);

  function execute(command: string, options?: Readonly<Record<string, unknown>>): Promise<unknown> {
    if (closed) return Promise.reject(failed(command, 'QEMU has ended'));
    const id = ++count;
    return new Promise((resolve, reject) => {
      pending.set(id, { command, resolve, reject });
      socket.write(`${JSON.stringify({ execute: command, id, ...(options && { arguments: options }) })}\n`);
    });
  }

  await greeting;
  await execute('qmp_capabilities');
  return { execute };
}

function failed(command: string, why: string): CatamaranError {
  return new CatamaranError('environment', {
    code: 'machine-control',
    message: `the machine's control command ${command} failed: ${why}`,
  });
}
