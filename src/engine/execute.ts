// Carries out a plan: asks for what is wanted, and so for what that needs. What a key has made before is taken from the
// cache, if it is whole; steps that do not need each other run side by side.
import pLimit from 'p-limit';
import type { Json } from '../base/json.ts';
import type { Cache } from '../store/cache.ts';
import { type Kept, parseKept } from './result.ts';
import type { Step, Use } from './step.ts';
import type { Workshop } from './workshop.ts';

export interface Executor {
  /** What the step has made, all of it checked against its digests. */
  resultOf<R>(step: Step<R>): Promise<R>;
}

export function createExecutor(workshop: Workshop): Executor {
  const { context, cache } = workshop;
  const results = new Map<Step, Promise<unknown>>();
  const limit = pLimit(context.jobs);

  const resultOf = <R>(step: Step<R>): Promise<R> => {
    let result = results.get(step as Step);
    if (!result) {
      result = step.kept ? remembered(step as Step) : usingOf(step).then((use) => step.make(use, workshop));
      results.set(step as Step, result);
    }
    return result as Promise<R>;
  };

  /** Once everything that the step needs is there. */
  const usingOf = async ({ id, needs }: Step): Promise<Use> => {
    const made = new Map(await Promise.all(needs.map(async (need) => [need, await resultOf(need)] as const)));
    return <R>(need: Step<R>): R => {
      if (!made.has(need as Step))
        throw new RangeError(`${id} uses ${need.id}, which it does not say it needs`);
      return made.get(need as Step) as R;
    };
  };

  const remembered = async (step: Step): Promise<unknown> => {
    const known = await findKept(cache, step);
    if (known) return known;
    const use = await usingOf(step);
    return limit(async () => {
      context.signal.throwIfAborted();
      const task = context.reporter.task(step.id, { minor: true });
      const made = await step.make(use, workshop);
      await cache.putResult(step.kind.name, step.key, made as Json);
      task.done();
      return made;
    });
  };
  return { resultOf };
}

/** What this step has made before, if all of it is still there and undamaged. */
async function findKept(cache: Cache, step: Step): Promise<Kept | undefined> {
  const known = parseKept(await cache.result(step.kind.name, step.key));
  if (!known) return undefined;
  for (const { digest } of Object.values(known.blobs)) {
    if ((await cache.verifiedBlob(digest)) === undefined) return undefined;
  }
  return known;
}

/** Whether a step's result is at hand, by sizes only: for `plan`. */
export async function isRemembered(cache: Cache, step: Step): Promise<boolean> {
  const known = step.kept ? parseKept(await cache.result(step.kind.name, step.key)) : undefined;
  if (!known) return false;
  for (const blob of Object.values(known.blobs)) if (!(await cache.hasBlob(blob))) return false;
  return true;
}
