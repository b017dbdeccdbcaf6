// What of a command took longest, for its last line: people ask that of a slow build first.
import type { Front } from './front.ts';
import { formatDuration } from './progress-text.ts';

export interface TimedFront {
  readonly front: Front;
  /** `; longest: packages 8 s, component kernel 5 s`, or nothing. Parts run side by side: together they may be more than all. */
  longest(): string;
}

/** Milliseconds below which nobody asks. */
const least = 1000;
const most = 3;

export function timeTasks(front: Front, now: () => number): TimedFront {
  const times = new Map<string, number>();
  return {
    front: {
      ...front,
      task(label, options) {
        const began = now();
        const task = front.task(label, options);
        return {
          advance: (amount) => task.advance(amount),
          done(note) {
            times.set(label, (times.get(label) ?? 0) + now() - began);
            task.done(note);
          },
        };
      },
    },
    longest() {
      const long = [...times].filter(([, time]) => time >= least).sort(([, a], [, b]) => b - a);
      const shown = long.slice(0, most).map(([label, time]) => `${label} ${formatDuration(time / 1000)}`);
      return shown.length < 2 ? '' : `; longest: ${shown.join(', ')}`;
    },
  };
}
