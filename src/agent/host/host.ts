// What the agent needs of the machine that it runs on: one small interface, by QuickJS on the device and by Node in
// tests. Synchronous, because each command does one thing after another and then ends.

import type { ErrorCode } from '../../base/error-codes.ts';
import { CatamaranError, type Fault } from '../../base/errors.ts';

export interface Finished {
  /** Exit status; 128 and the signal's number for a program that a signal ended; 127 where there is no such program. */
  readonly status: number;
  /** Standard output and error, in the order in which they came. */
  readonly output: string;
}

/** Of bytes from one place to another; all in bytes. */
export interface Move {
  readonly from: number;
  readonly to: number;
  readonly size: number;
}

export interface Host {
  /** Undefined where there is no such file. */
  readText(path: string): string | undefined;
  /** Names in sorted order; undefined where there is no such directory. */
  listDirectory(path: string): string[] | undefined;
  /** Parents are made too; what exists already stays as it is. */
  makeDirectory(path: string): void;
  /** Parents are made too. */
  writeFile(path: string, content: string | Uint8Array): void;
  removeFile(path: string): void;
  /** Exactly `size` bytes from `offset` of a file or block device. */
  readBytes(path: string, offset: number, size: number): Uint8Array;
  /** Between files or block devices, which stay as long as they are. Throws where either ends too early. */
  transfer(from: string, to: string, moves: Iterable<Move>): void;
  run(command: readonly [string, ...string[]]): Finished;
  /** Runs a program that talks to whoever has called, for as long as it likes; its exit status. */
  show(command: readonly [string, ...string[]]): number;
  print(line: string): void;
}

/** Runs a program that has to succeed; its output becomes the error's evidence. */
export function runOrThrow(host: Host, command: readonly [string, ...string[]]): string {
  const { status, output } = host.run(command);
  if (status !== 0)
    throw new AgentError(`${command.join(' ')} ended with status ${status}: ${output.trim()}`, {
      code: 'program-failed',
    });
  return output;
}

export interface AgentFault {
  readonly code: ErrorCode;
  /** Default: this machine's. */
  readonly fault?: Fault;
  readonly hint?: string;
}

/** What a command of the agent ends with: its message is for the console, its fault decides the exit status. */
export class AgentError extends CatamaranError {
  constructor(message: string, { code, fault = 'environment', hint }: AgentFault) {
    super(fault, { code, message, hint });
  }
}
