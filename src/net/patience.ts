// Patience with servers: what may pass is tried again, after a while that grows and that the server may name.
import { setTimeout as pause } from 'node:timers/promises';
import type { CatamaranError } from '../base/errors.ts';
import type { Reporter } from '../base/reporter.ts';

/** What a later try may mend. */
export class Transient extends Error {
  /** Milliseconds to wait at least, where the server said so. */
  readonly wait: number | undefined;

  constructor(message: string, wait?: number, options?: { cause?: unknown }) {
    super(message, options);
    this.wait = wait;
  }
}

/** An answer to another question than the one that was asked: tried again, and in the end a lie. */
export class Misfit extends Transient {}

export interface Patience {
  /** Tries without progress, in all. */
  readonly tries: number;
  /** Milliseconds in which at least 1 KiB must pass. */
  readonly stall: number;
  /** Milliseconds before the second try; doubled for each one after. */
  readonly backOff: number;
  /** Milliseconds: the longest wait between two tries, also where the server asks for more. */
  readonly maxWait: number;
  sleep(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

export const usualPatience: Patience = {
  tries: 5,
  stall: 30_000,
  backOff: 500,
  maxWait: 60_000,
  sleep: (milliseconds, signal) => pause(milliseconds, undefined, { signal }),
};

/** Makes the error when patience has ended. */
export type GiveUp = (last: Transient, tries: number) => CatamaranError;

export interface Effort {
  /** Names it in the log. */
  readonly what: string;
  readonly patience: Patience;
  readonly reporter: Reporter;
  readonly signal?: AbortSignal | undefined;
  /** In bytes: having come further than ever before makes a failure the first again. */
  readonly progress?: () => number;
  readonly giveUp: GiveUp;
}

/** As many bytes of new ground count as progress: or a peer that gives one at a time would be asked for ever. */
const progressStep = 1 << 20;

/** Makes the attempt again while it throws Transients. */
export async function patiently<T>(effort: Effort, attempt: () => Promise<T>): Promise<T> {
  const { what, patience, reporter, signal, progress = () => 0 } = effort;
  let best = progress();
  let failures = 0;
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (thrown) {
      if (!(thrown instanceof Transient)) throw thrown;
      failures = progress() >= best + progressStep ? 1 : failures + 1;
      best = Math.max(best, progress());
      if (failures >= patience.tries) throw effort.giveUp(thrown, tries);
      const wait = Math.max(thrown.wait ?? 0, patience.backOff * 2 ** (failures - 1));
      reporter.debug(`${what}: ${thrown.message}; trying again`);
      await patience.sleep(Math.min(wait, patience.maxWait), signal).catch((cut) => {
        throw signal?.aborted ? signal.reason : cut;
      });
    }
  }
}
