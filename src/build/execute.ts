// Carries out a plan: asks for what is wanted, and so for what that needs. What a key has made before is taken from the
// cache, if it is whole; steps that do not need each other run side by side.
import pLimit from 'p-limit';
import type { Digest } from '../base/digest.ts';
import type { Json } from '../base/json.ts';
import type { Plan, Step, StepId, Work } from '../plan/step.ts';
import type { Cache } from '../store/cache.ts';
import { type Needs, parseResult, type StepResult } from './result.ts';
import { makeArchives } from './steps/archives.ts';
import { makeBase } from './steps/base.ts';
import { makeContainerBundle } from './steps/bundle.ts';
import { makeComponent } from './steps/component.ts';
import { makeDataPartition } from './steps/data.ts';
import { makeInitrd } from './steps/initrd.ts';
import { bringLayout } from './steps/layout.ts';
import { makeLoader } from './steps/loader.ts';
import { pullInto } from './steps/pull.ts';
import { makeRootSquashfs } from './steps/root-squashfs.ts';
import { makeImageSegment } from './steps/segment.ts';
import type { Workshop } from './workshop.ts';

export interface Executor {
  /** What the steps that `step` needs have made, all of it checked against its digests. */
  needsOf(step: Step): Promise<Needs>;
}

export function createExecutor(plan: Plan, workshop: Workshop): Executor {
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

async function perform(step: Step, needs: Needs, workshop: Workshop): Promise<StepResult> {
  const as = <K extends Work['kind']>() => step as Step<Work & { kind: K }>;
  switch (step.work.kind) {
    case 'component':
      return makeComponent(as<'component'>(), workshop);
    case 'pull':
      return pullInto(as<'pull'>(), workshop);
    case 'layout':
      return bringLayout(as<'layout'>(), needs, workshop);
    case 'segment':
      return makeImageSegment(as<'segment'>(), needs, workshop);
    case 'initrd':
      return makeInitrd(as<'initrd'>(), needs, workshop);
    case 'base':
      return makeBase(as<'base'>(), needs, workshop);
    case 'loader':
      return makeLoader(workshop);
    case 'data':
      return makeDataPartition(workshop);
    case 'bundle':
      return makeContainerBundle(as<'bundle'>(), needs, workshop);
    case 'archives':
      return makeArchives(as<'archives'>(), needs, workshop);
    case 'squashfs':
      return makeRootSquashfs(as<'squashfs'>(), needs, workshop);
    case 'disk':
    case 'linuxkit':
      throw new RangeError(`${step.id} is an output, not a result`);
  }
}
