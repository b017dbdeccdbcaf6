// Several things at a time, as one: the first failure stops the rest, which is waited for, so that nothing goes on
// behind the caller's back.
import pLimit from 'p-limit';

export async function runLimited<In, Out>(
  items: readonly In[],
  parallel: number,
  outer: AbortSignal | undefined,
  run: (item: In, signal: AbortSignal) => Promise<Out>,
): Promise<Out[]> {
  const stop = new AbortController();
  const signal = outer === undefined ? stop.signal : AbortSignal.any([outer, stop.signal]);
  const limit = pLimit(parallel);
  const running = items.map((item) =>
    limit(async () => {
      signal.throwIfAborted();
      return run(item, signal);
    }),
  );
  try {
    return await Promise.all(running);
  } catch (thrown) {
    stop.abort(thrown);
    await Promise.allSettled(running);
    throw thrown;
  }
}
