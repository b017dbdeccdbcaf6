// The face that a command shows: the reporter that the rooms below speak to, and the two ways in which a command ends.
// Four kinds: terminal, plain lines, JSON events; and any of them made quieter.
import type { Diagnostic } from '../../base/errors.ts';
import type { Json } from '../../base/json.ts';
import type { Reporter, Task, TaskOptions } from '../../base/reporter.ts';
import type { Failure } from '../failure.ts';

export type ResultValue = { readonly [key: string]: Json | undefined };

export interface Front extends Reporter {
  /** A command's answer: `text` (may be empty) for people, `value` for programs; both go to stdout. */
  result(command: string, value: ResultValue, text: string): void;
  /** A warning that has a position. */
  warnAt(diagnostic: Diagnostic): void;
  failure(failure: Failure): void;
  /** Asks the person at the terminal; absent where there is none. An empty answer is undefined. */
  readonly ask?: (question: string) => Promise<string | undefined>;
  /** Leaves the terminal as it was. Nothing may be reported afterwards. */
  close(): void;
}

export type Verbosity = 'quiet' | 'normal' | 'verbose';

export const silentTask: Task = { advance() {}, done() {} };

/** Quiet: warnings, errors and results only. Debug messages need `verbose`. */
export function limitFront(front: Front, verbosity: Verbosity): Front {
  if (verbosity === 'verbose') return front;
  const limited: Front = { ...front, debug() {} };
  return verbosity === 'normal' ? limited : { ...limited, info() {}, task: () => silentTask };
}

/** One running task's count. */
export interface Progress {
  readonly label: string;
  readonly options: TaskOptions;
  done: number;
  /** In milliseconds. */
  readonly since: number;
}
