// For a person at a terminal: one live line with all that is running, a line that stays for each task that ended.
// ora is loaded only here.
import { createInterface } from 'node:readline/promises';
import ora from 'ora';
import type { Io } from '../io.ts';
import { makePaint } from '../paint.ts';
import type { Front, Progress } from './front.ts';
import { createPlainFront, type LineOptions } from './plain.ts';
import { progressText } from './progress-text.ts';

export function createTerminalFront(
  io: Pick<Io, 'stdin' | 'stdout' | 'stderr' | 'now'>,
  options: LineOptions,
): Front {
  const paint = makePaint(options.color);
  const running = new Set<Progress>();
  let asking = false;
  const spinner = ora({
    stream: io.stderr,
    isEnabled: true,
    discardStdin: false,
    ...(options.color ? {} : { color: false as const }),
  });

  function hide(): void {
    if (spinner.isSpinning) spinner.stop();
  }
  function refresh(): void {
    if (running.size === 0 || asking) {
      hide();
      return;
    }
    spinner.text = liveLine([...running], (io.stderr.columns ?? 80) - 3, io.now());
    if (!spinner.isSpinning) spinner.start();
  }
  /** The live line is taken away, so that what `write` writes stands alone; then it comes back. */
  function apart(write: () => void): void {
    hide();
    write();
    refresh();
  }
  /** Nothing moves while a person types. */
  async function ask(question: string): Promise<string | undefined> {
    asking = true;
    hide();
    const reader = createInterface({ input: io.stdin, output: io.stderr });
    try {
      return (await reader.question(`${question} `)).trim() || undefined;
    } finally {
      reader.close();
      asking = false;
      refresh();
    }
  }
  const lines = createPlainFront(io, options);
  return {
    debug: (message) => apart(() => lines.debug(message)),
    info: (message) => apart(() => lines.info(message)),
    warn: (message, hint) => apart(() => lines.warn(message, hint)),
    warnAt: (diagnostic) => apart(() => lines.warnAt(diagnostic)),
    task(label, taskOptions = {}) {
      const progress: Progress = { label, options: taskOptions, done: 0, since: io.now() };
      running.add(progress);
      refresh();
      return {
        advance(amount) {
          progress.done += amount;
          refresh();
        },
        done(note) {
          running.delete(progress);
          if (taskOptions.minor && !options.verbose) return refresh();
          const ending = note === undefined ? '' : ` ${paint('dim', note)}`;
          apart(() => io.stderr.write(`${paint('green', '✔')} ${label}${ending}\n`));
        },
      };
    },
    result: (command, value, text) => apart(() => lines.result(command, value, text)),
    ...(io.stdin.isTTY ? { ask } : {}),
    failure(failure) {
      running.clear();
      apart(() => lines.failure(failure));
    },
    close() {
      running.clear();
      hide();
    },
  };
}

/** The tasks side by side, as many as fit into `width` columns; `+2` for those that do not. */
export function liveLine(running: readonly Progress[], width: number, now: number): string {
  let line = '';
  for (const [index, progress] of running.entries()) {
    const next = line === '' ? progressText(progress, now) : `${line} · ${progressText(progress, now)}`;
    const rest = running.length - index - 1;
    const room = rest === 0 ? width : width - ` +${rest}`.length;
    if (next.length > room)
      return line === '' ? `${next.slice(0, Math.max(0, room - 1))}…` : `${line} +${rest + 1}`;
    line = next;
  }
  return line;
}
