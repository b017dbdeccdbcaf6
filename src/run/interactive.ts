// A machine's serial port in the person's terminal: raw keys to the guest, and Ctrl-a as in QEMU's own.
import type { Machine, MachineExit } from './machine.ts';

/** What process.stdin is. */
export interface KeySource {
  readonly isTTY?: boolean | undefined;
  readonly isRaw?: boolean | undefined;
  setRawMode?(raw: boolean): unknown;
  on(event: 'data', listener: (chunk: Uint8Array) => void): unknown;
  off(event: 'data', listener: (chunk: Uint8Array) => void): unknown;
  resume(): unknown;
  pause(): unknown;
}

export const escapeHelp =
  'Ctrl-a x ends the machine, Ctrl-a p presses its power button, Ctrl-a a sends Ctrl-a';

const ctrlA = 1;

/** Forwards keys until the machine has ended; the terminal is as it was then, however it ended. */
export async function runInteractive(
  machine: Pick<Machine, 'write' | 'kill' | 'powerdown' | 'exited'>,
  keys: KeySource,
  tell: (line: string) => void,
): Promise<MachineExit> {
  const wasRaw = keys.isRaw === true;
  let escaped = false;

  const act = (key: string): void => {
    if (key === 'x') void machine.kill();
    else if (key === 'p') machine.powerdown().catch((thrown: unknown) => tell(String(thrown)));
    else if (key === '\x01') machine.write('\x01');
    else if (key === 'a') machine.write('\x01');
    else tell(escapeHelp);
  };
  const onData = (chunk: Uint8Array): void => {
    const plain: number[] = [];
    const flush = () => {
      if (plain.length > 0) machine.write(Uint8Array.from(plain.splice(0)));
    };
    for (const byte of chunk) {
      if (escaped) {
        escaped = false;
        flush();
        act(String.fromCharCode(byte));
      } else if (byte === ctrlA) {
        escaped = true;
      } else plain.push(byte);
    }
    flush();
  };

  if (keys.isTTY) keys.setRawMode?.(true);
  keys.on('data', onData);
  keys.resume();
  try {
    return await machine.exited;
  } finally {
    keys.off('data', onData);
    keys.pause();
    if (keys.isTTY) keys.setRawMode?.(wasRaw);
  }
}
