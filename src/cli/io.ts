// What a command line program has of its process, as one value: main takes it, tests make their own,
// and only bin.ts makes the real one.
import type { EndingSignal } from './exit-codes.ts';

/** The part of a writable stream that is used here. */
export interface OutputStream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface Io {
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean };
  readonly stdout: OutputStream;
  readonly stderr: OutputStream;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The working directory, absolute. Throws where it has been removed. */
  readonly cwd: string;
  /** The user's home directory, absolute; undefined for a user who has none. */
  readonly home: string | undefined;
  /** As Node names it: `x64`, `arm64`. */
  readonly machine: string;
  /** How many processors may be used. */
  readonly cores: number;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Hears of SIGINT and SIGTERM until the returned function is called. */
  onSignal(listener: (signal: EndingSignal) => void): () => void;
  /** Ends the process at once, as the signal would have done. */
  die(signal: EndingSignal): void;
}
