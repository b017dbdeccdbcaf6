// What a machine says on its serial port: kept as text, waited for by pattern, driven by events and never by polling.
import type { ErrorCode } from '../base/error-codes.ts';
import { CatamaranError } from '../base/errors.ts';

export interface Serial {
  /** All of it so far; of more than 16 MiB, the end. */
  readonly text: string;
  /**
   * The first match after the end of the previous one, now or within `limit` milliseconds. Fails with code
   * `machine-silent` when the time is over, or `machine-ended` when the machine ends first; the log's end is in the message.
   */
  waitFor(pattern: RegExp, limit: number): Promise<RegExpExecArray>;
}

export interface SerialLog extends Serial {
  append(text: string): void;
  /** Nothing more will come: `why` as in "the machine WHY". */
  end(why: string): void;
}

interface Waiter {
  readonly pattern: RegExp;
  readonly resolve: (match: RegExpExecArray) => void;
  readonly reject: (error: CatamaranError) => void;
}

const maxText = 16 << 20;
const shownLines = 12;

export function createSerialLog(): SerialLog {
  let text = '';
  let cursor = 0;
  let ended: string | undefined;
  let waiters: Waiter[] = [];

  function take(pattern: RegExp): RegExpExecArray | undefined {
    const match = new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, '')).exec(text.slice(cursor));
    if (match === null) return undefined;
    cursor += match.index + match[0].length;
    return match;
  }

  function serve(): void {
    while (waiters.length > 0) {
      const match = take(waiters[0]!.pattern);
      if (match === undefined) return;
      waiters.shift()!.resolve(match);
    }
  }

  return {
    get text() {
      return text;
    },
    append(more) {
      text += more;
      const excess = text.length - maxText;
      if (excess > 0) {
        text = text.slice(excess);
        cursor = Math.max(0, cursor - excess);
      }
      serve();
    },
    end(why) {
      ended = why;
      for (const { pattern, reject } of waiters)
        reject(notSeen('machine-ended', `the machine ${why} before`, pattern, text));
      waiters = [];
    },
    waitFor(pattern, limit) {
      return new Promise((resolve, reject) => {
        const first = waiters.length === 0 ? take(pattern) : undefined;
        if (first !== undefined) return resolve(first);
        if (ended !== undefined)
          return reject(notSeen('machine-ended', `the machine ${ended} before`, pattern, text));
        const timer = setTimeout(() => {
          waiters = waiters.filter((each) => each !== waiter);
          reject(
            notSeen('machine-silent', `in ${limit / 1000} s the machine has not come to`, pattern, text),
          );
          serve();
        }, limit);
        const settled = () => clearTimeout(timer);
        const waiter: Waiter = {
          pattern,
          resolve: (match) => {
            settled();
            resolve(match);
          },
          reject: (error) => {
            settled();
            reject(error);
          },
        };
        waiters.push(waiter);
      });
    },
  };
}

function notSeen(code: ErrorCode, beginning: string, pattern: RegExp, text: string): CatamaranError {
  return new CatamaranError('environment', {
    code,
    message: `${beginning} ${pattern} on its serial port: ${lastLines(text)}`,
    hint: 'Boot it with "catamaran run" to watch it; emulation without KVM can need several times longer.',
  });
}

/** Without terminal control sequences, which firmware writes. */
export function plainText(text: string): string {
  return text.replace(/\x1b\[[0-9;?=]*[A-Za-z]|\x1b[()=>78][0-9A-Za-z]?/g, '').replace(/\r/g, '');
}

function lastLines(text: string): string {
  const lines = plainText(text)
    .split('\n')
    .filter((line) => line.trim() !== '');
  return lines.length === 0 ? 'it said nothing' : lines.slice(-shownLines).join(' | ');
}
