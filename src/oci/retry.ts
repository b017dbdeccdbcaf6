// Patience with registries: what may pass is tried again, after a while that grows and that the registry may name.
import { setTimeout as pause } from 'node:timers/promises';
import { CatamaranError } from '../base/errors.ts';
import type { Reporter } from '../base/reporter.ts';
import { redactUrl, Transient } from '../store/request.ts';
import type { HttpResponse } from './http.ts';

export interface Patience {
  /** Tries without progress, in all. */
  readonly tries: number;
  /** Milliseconds in which at least 1 KiB must arrive. */
  readonly stall: number;
  /** Milliseconds before the second try; doubled for each one after. */
  readonly backOff: number;
  /** Milliseconds: the longest wait between two tries, also where the registry asks for more. */
  readonly maxWait: number;
}

export const usualPatience: Patience = { tries: 5, stall: 30_000, backOff: 500, maxWait: 60_000 };

export interface Effort {
  readonly what: string;
  readonly patience: Patience;
  readonly reporter: Reporter;
  readonly signal?: AbortSignal | undefined;
  /** How far it has come; having come further than ever before makes a failure the first again. */
  readonly progress?: () => number;
}

export async function patiently<T>(effort: Effort, attempt: () => Promise<T>): Promise<T> {
  const { what, patience, reporter, signal } = effort;
  let best = effort.progress?.() ?? 0;
  for (let failures = 1; ; failures += 1) {
    try {
      return await attempt();
    } catch (thrown) {
      if (!(thrown instanceof Transient)) throw thrown;
      const reached = effort.progress?.() ?? 0;
      if (reached >= best + progressStep) failures = 1;
      best = Math.max(best, reached);
      if (failures >= patience.tries) throw givenUp(what, failures, thrown);
      const wait = Math.min(
        patience.maxWait,
        Math.max(thrown.wait ?? 0, patience.backOff * 2 ** (failures - 1)),
      );
      reporter.debug(`${what}: ${thrown.message}; trying again in ${wait} ms`);
      await pause(wait, undefined, { ...(signal && { signal }) }).catch(() => {});
      signal?.throwIfAborted();
    }
  }
}

/** In bytes: less is no progress, or a peer that gives one byte at a time would be asked for ever. */
const progressStep = 1 << 20;

/** Throws a Transient for the statuses that pass with time. */
export function requireSettled(response: HttpResponse): void {
  const { status, url, headers } = response;
  if (status < 500 && status !== 429 && status !== 408) return;
  response.discard();
  throw new Transient(
    `status ${status} from ${redactUrl(url)}`,
    retryAfter(headers['retry-after'], headers.date),
  );
}

/** Seconds, or a date, which is held against the registry's own clock. Milliseconds; undefined if it says nothing. */
function retryAfter(text: string | undefined, now: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const wait = Date.parse(text) - Date.parse(now ?? '');
  return Number.isFinite(wait) && wait >= 0 ? wait : undefined;
}

function givenUp(what: string, tries: number, last: Transient): CatamaranError {
  return new CatamaranError(
    'network',
    {
      code: 'registry-unreachable',
      message: `${what} could not be fetched or sent in ${tries} tries: ${last.message}`,
      hint: 'Check the network and the name of the registry, and run the command again: it goes on from what is there.',
    },
    { cause: last },
  );
}
