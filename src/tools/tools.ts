// What the rooms above see of the host tools: named programs of a locked set of Debian packages, run with nothing of the
// host but its kernel, so that the same arguments give the same bytes on any Linux.
import type { Writable } from 'node:stream';
import type { Digest } from '../base/digest.ts';

export interface ToolOptions {
  /** The program's input: chunks, or the path of a file. Default: empty. An error that the chunks throw is what `run` throws. */
  readonly stdin?: AsyncIterable<Uint8Array> | Iterable<Uint8Array> | string;
  /** What becomes of its output: the answer's `stdout` as UTF-8 text (default) or bytes, a file that is made anew, or a stream. */
  readonly stdout?: 'text' | 'bytes' | { readonly file: string } | Writable;
  /** Added to the scrubbed environment, e.g. SOURCE_DATE_EPOCH. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  readonly signal?: AbortSignal | undefined;
  /** Exit codes that are an answer and no failure. Default: only 0. */
  readonly accept?: readonly number[];
}

export interface RunResult<O extends ToolOptions = ToolOptions> {
  readonly stdout: O extends { stdout: 'bytes' } ? Uint8Array : string;
  readonly stderr: string;
  readonly exitCode: number;
}

/** All that is needed to start a program: for `spawn`, and for people to repeat. */
export interface ToolCommand {
  readonly file: string;
  readonly args: readonly string[];
  /** The whole environment; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
}

export interface Tools {
  /** Changes with the tools: goes into the content key of whatever they make. */
  readonly key: Digest;
  /** Absolute, on the host. */
  readonly root: string;
  /** The host's path of a file in the tools' root: `usr/lib/grub/x86_64-efi`. No I/O. */
  path(file: string): string;
  has(name: string): Promise<boolean>;
  /** `name` is a program in the root's bin or sbin, or a path in the root such as `usr/libexec/x`. */
  run<const O extends ToolOptions>(name: string, args: readonly string[], options?: O): Promise<RunResult<O>>;
  /** What `run` would start. `prelude`: shell commands (POSIX, of the tools' own dash) to run just before it. */
  command(
    name: string,
    args: readonly string[],
    options?: { env?: Readonly<Record<string, string>>; prelude?: string },
  ): Promise<ToolCommand>;
}
