// A few at a time, all of them to their end: a failure leaves nothing running behind it.
import pLimit from 'p-limit';

/** Neither a registry nor two cores are served faster by more. */
const parallel = 4;

/** Answers in the order of `items`. Throws what the first of them, in that order, threw. */
export async function eachLimited<T, R>(
  items: readonly T[],
  work: (item: T, at: number) => Promise<R>,
): Promise<R[]> {
  const limit = pLimit(parallel);
  const outcomes = await Promise.allSettled(items.map((item, at) => limit(() => work(item, at))));
  return outcomes.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
}
