// How the rooms below cli speak: they hand facts to a reporter, and never print.

/** Something that takes a while: a download, a segment. */
export interface Task {
  /** Adds to what is done, in the task's unit. */
  advance(amount: number): void;
  /** Ends it. `note` says in a few words how, e.g. `cached`, `3.1 MiB`. */
  done(note?: string): void;
}

export interface TaskOptions {
  /** In the unit; absent when it is not known beforehand. */
  readonly total?: number | undefined;
  readonly unit?: 'bytes' | 'steps';
  /** One of many, as a step or a small file is: shown while it runs, and nothing of it stays. */
  readonly minor?: boolean;
}

export interface Reporter {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string, hint?: string): void;
  task(label: string, options?: TaskOptions): Task;
}

const silentTask: Task = { advance() {}, done() {} };
export const silentReporter: Reporter = { debug() {}, info() {}, warn() {}, task: () => silentTask };
