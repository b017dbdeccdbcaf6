// What the agent needs of the machine that it runs on: one small interface, by QuickJS on the device and by Node in
// tests. Synchronous, because each command does one thing after another and then ends.

export interface Finished {
  /** Exit status; 128 and the signal's number for a program that a signal ended; 127 where there is no such program. */
  readonly status: number;
  /** Standard output and error, in the order in which they came. */
  readonly output: string;
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
  run(command: readonly [string, ...string[]]): Finished;
  /** Runs a program that talks to whoever has called, for as long as it likes; its exit status. */
  show(command: readonly [string, ...string[]]): number;
  print(line: string): void;
}

/** Runs a program that has to succeed; its output becomes the error's evidence. */
export function runOrThrow(host: Host, command: readonly [string, ...string[]]): string {
  const { status, output } = host.run(command);
  if (status !== 0)
    throw new AgentError(`${command.join(' ')} ended with status ${status}: ${output.trim()}`);
  return output;
}

/** What a command of the agent ends with; its message is for the console. */
export class AgentError extends Error {
  override readonly name = 'AgentError';
}
