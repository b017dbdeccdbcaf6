// A process's surroundings for tests that run the command line in this process: streams in memory, a clock that stands.
import { Readable, Writable } from 'node:stream';
import type { EndingSignal } from '../../src/cli/exit-codes.ts';
import type { Io } from '../../src/cli/io.ts';
import { main } from '../../src/cli/main.ts';

export interface FakeIo extends Io {
  readonly written: { stdout: string; stderr: string };
  /** Which signals the process would have died of. */
  readonly deaths: EndingSignal[];
  send(signal: EndingSignal): void;
}

interface FakeOptions {
  readonly env?: Record<string, string>;
  readonly cwd?: string;
  /** Undefined: the user has none. */
  readonly home?: string | undefined;
  readonly now?: () => number;
  /** Makes stdout and stderr terminals. */
  readonly terminal?: boolean;
  /** Makes stdout fail as a closed pipe does. */
  readonly closedStdout?: boolean;
}

export function fakeIo(options: FakeOptions = {}): FakeIo {
  const written = { stdout: '', stderr: '' };
  const listeners = new Set<(signal: EndingSignal) => void>();
  const deaths: EndingSignal[] = [];
  const stream = (name: 'stdout' | 'stderr', closed = false) => {
    const writable = new Writable({
      write(chunk, _encoding, done) {
        if (closed) return done(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
        written[name] += String(chunk);
        done();
      },
    });
    const cursor = { cursorTo() {}, moveCursor() {}, clearLine() {} };
    return Object.assign(writable, options.terminal ? { isTTY: true, columns: 80, ...cursor } : {});
  };
  return {
    stdin: Readable.from([]),
    stdout: stream('stdout', options.closedStdout),
    stderr: stream('stderr'),
    env: options.env ?? {},
    cwd: options.cwd ?? '/nowhere',
    home: 'home' in options ? options.home : '/nowhere/home',
    machine: 'x64',
    cores: 4,
    now: options.now ?? (() => 1_700_000_000_000),
    onSignal(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    die: (signal) => void deaths.push(signal),
    written,
    deaths,
    send(signal) {
      for (const listener of listeners) listener(signal);
    },
  };
}

/** Runs the command line in this process. */
export async function catamaran(argv: readonly string[], options: FakeOptions = {}) {
  const io = fakeIo(options);
  const code = await main(argv, io);
  return { code, ...io.written };
}
