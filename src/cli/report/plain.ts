// For logs and pipes: a line when a task ends, and now and then one about a task that takes long. No control codes.
import { renderDiagnostic } from '../../base/render.ts';
import { type Failure, renderFailure } from '../failure.ts';
import type { Io } from '../io.ts';
import { makePaint } from '../paint.ts';
import { type Front, type Progress, silentTask } from './front.ts';
import { progressText } from './progress-text.ts';

/** Milliseconds between two lines about the same task. */
const patience = 5000;

export interface LineOptions {
  readonly color: boolean;
  readonly verbose: boolean;
}

export function createPlainFront(io: Pick<Io, 'stdout' | 'stderr' | 'now'>, options: LineOptions): Front {
  const paint = makePaint(options.color);
  const say = (line: string) => void io.stderr.write(`${line}\n`);
  const style = { color: options.color, severity: 'warning', codes: true } as const;
  return {
    debug: (message) => say(paint('dim', message)),
    info: say,
    warn: (message, hint) => say(renderDiagnostic({ message, hint }, style)),
    warnAt: (diagnostic) => say(renderDiagnostic(diagnostic, style)),
    task(label, taskOptions = {}) {
      let spoken = io.now();
      const progress: Progress = { label, options: taskOptions, done: 0, since: spoken };
      if (taskOptions.minor && !options.verbose) return silentTask;
      return {
        advance(amount) {
          progress.done += amount;
          if (io.now() - spoken < patience) return;
          spoken = io.now();
          say(progressText(progress, spoken));
        },
        done: (note) => say(note === undefined ? label : `${label} ${paint('dim', `(${note})`)}`),
      };
    },
    result: (_command, _value, text) => void io.stdout.write(text),
    failure: (failure: Failure) => void io.stderr.write(renderFailure(failure, options)),
    close() {},
  };
}
