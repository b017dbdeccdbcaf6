// Carries out a plan: asks for what is wanted, and so for what that needs. What a key has made before is taken from the
// cache, if it is whole; steps that do not need each other run side by side.
import pLimit from 'p-limit';
import type { Digest } from '../base/digest.ts';
import type { Json } from '../base/json.ts';
import type { Cache } from '../store/cache.ts';
import { type Needs, parseResult, type StepResult } from './result.ts';
import type { Plan, Step, StepId } from './step.ts';
import type { Workshop } from './workshop.ts';

/** The work of a step that is no output. */
export type Perform = (step: Step, needs: Needs, workshop: Workshop) => Promise<StepResult>;

export interface Executor {
  /** What the steps that `step` needs have made, all of it checked against its digests. */
  needsOf(step: Step): Promise<Needs>;
}

export function createExecutor(plan: Plan, workshop: Workshop, perform: Perform): Executor {
  const { context, cache } = workshop;
  const steps = new Map(plan.steps.map((step) => [step.id, step]));
  const results = new Map<StepId, Promise<StepResult>>();
  const limit = pLimit(context.jobs);

  const resultOf = (id: StepId): Promise<StepResult> => {
    let result = results.get(id);
    if (!result) {
      result = remembered(steps.get(id)!);
      results.set(id, result);
    }
    return result;
  };
  const needsOf = async (step: Step): Promise<Needs> =>
    new Map(await Promise.all(step.needs.map(async (id) => [id, await resultOf(id)] as const)));

  const remembered = async (step: Step): Promise<StepResult> => {
    const known = await findResult(cache, step);
    if (known) return known;
    const needs = await needsOf(step);
    return limit(async () => {
      context.signal.throwIfAborted();
      const task = context.reporter.task(step.id);
      const made = await perform(step, needs, workshop);
      await cache.putResult(step.work.kind, step.key, made as unknown as Json);
      task.done();
      return made;
    });
  };
  return { needsOf };
}

/** What this step has made before, if all of it is still there and undamaged. */
async function findResult(cache: Cache, step: Step): Promise<StepResult | undefined> {
  const known = parseResult(await cache.result(step.work.kind, step.key));
  if (!known) return undefined;
  for (const { digest } of Object.values(known.blobs)) {
    if ((await cache.verifiedBlob(digest as Digest)) === undefined) return undefined;
  }
  return known;
}

/** Whether a step's result is at hand, by sizes only: for `plan`. */
export async function isRemembered(cache: Cache, step: Step): Promise<boolean> {
  const known = parseResult(await cache.result(step.work.kind, step.key));
  if (!known) return false;
  for (const blob of Object.values(known.blobs)) if (!(await cache.hasBlob(blob))) return false;
  return true;
}
