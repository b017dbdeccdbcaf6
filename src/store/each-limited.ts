// A few things at a time, as one: a failure begins nothing more, tells what runs to stop and waits for it, so that nothing
// goes on behind the caller's back.
import pLimit from 'p-limit';

export interface Parallelism {
  /** Default 4: neither a server nor two cores are served faster by more. */
  readonly parallel?: number;
  /** The caller's own. */
  readonly signal?: AbortSignal | undefined;
}

/** Answers in the order of `items`. Throws what the first of them, in that order, threw of its own. */
export async function eachLimited<In, Out>(
  items: readonly In[],
  work: (item: In, at: number, signal: AbortSignal) => Promise<Out>,
  { parallel = 4, signal: outer }: Parallelism = {},
): Promise<Out[]> {
  const stop = new AbortController();
  const signal = outer === undefined ? stop.signal : AbortSignal.any([outer, stop.signal]);
  const limit = pLimit(parallel);
  const stopped = new Set<number>();
  const running = items.map((item, at) =>
    limit(async () => {
      if (signal.aborted) stopped.add(at);
      signal.throwIfAborted();
      return work(item, at, signal);
    }).catch((thrown) => {
      if (stop.signal.aborted && isStop(thrown, stop.signal.reason)) stopped.add(at);
      else stop.abort(thrown);
      throw thrown;
    }),
  );
  const outcomes = await Promise.allSettled(running);
  outer?.throwIfAborted();
  const failed = outcomes.find((outcome, at) => outcome.status === 'rejected' && !stopped.has(at));
  if (failed?.status === 'rejected') throw failed.reason;
  return outcomes.map((outcome) => (outcome as PromiseFulfilledResult<Out>).value);
}

/** Whether it failed because it was told to stop. */
function isStop(thrown: unknown, reason: unknown): boolean {
  if (thrown === reason) return true;
  return thrown instanceof Error && (thrown.name === 'AbortError' || thrown.cause === reason);
}
