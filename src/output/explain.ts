// Why a step will run: its inputs beside those of the last build of the same spec.
import { resolve } from 'node:path';
import type { Json } from '../base/json.ts';
import { byName } from '../base/order.ts';
import { isRemembered } from '../engine/execute.ts';
import { isOutput, type OutputFormat, type Plan, type PlanOptions, type Step } from '../engine/step.ts';
import type { Context } from '../lock/context.ts';
import { prepare, type SpecRequest } from '../lock/prepare.ts';
import type { Cache } from '../store/cache.ts';
import { digestOf } from '../store/digest-of.ts';
import { planBuild } from './plan.ts';

export interface ExplainedStep {
  readonly id: string;
  readonly key: string;
  readonly cached: boolean;
  /** Of a step that will run: what changed since the last build; `first build` where there was none. */
  readonly reasons: readonly string[];
}

type Remembered = Readonly<
  Record<string, { readonly key: string; readonly inputs: Readonly<Record<string, string>> }>
>;

const recordKey = (specFile: string) => digestOf(resolve(specFile));

export async function rememberPlan(cache: Cache, specFile: string, plan: Plan): Promise<void> {
  const record = Object.fromEntries(plan.steps.map(({ id, key, inputs }) => [id, { key, inputs }]));
  const known = await cache.result('plan', recordKey(specFile));
  if (JSON.stringify(known) !== JSON.stringify(record))
    await cache.putResult('plan', recordKey(specFile), record as Json);
}

export async function explainBuild(
  request: SpecRequest & PlanOptions & { readonly formats: readonly OutputFormat[] },
  context: Context,
): Promise<ExplainedStep[]> {
  const { locked } = await prepare(request, context);
  const plan = planBuild(locked, request.formats, { sbom: request.sbom });
  const last = ((await context.cache.result('plan', recordKey(locked.spec.file))) ?? {}) as Remembered;
  const explained: ExplainedStep[] = [];
  for (const step of plan.steps) {
    const cached = isOutput(step) ? last[step.id]?.key === step.key : await isRemembered(context.cache, step);
    explained.push({
      id: step.id,
      key: step.key,
      cached,
      reasons: cached ? [] : reasonsFor(step, plan, last),
    });
  }
  return explained;
}

function reasonsFor(step: Step, plan: Plan, last: Remembered): string[] {
  const before = last[step.id];
  if (!before) return ['first build'];
  if (before.key === step.key) return ['no longer in the cache'];
  const names = [...new Set([...Object.keys(before.inputs), ...Object.keys(step.inputs)])].sort(byName);
  const inputs = names.flatMap((name) => {
    const [was, is] = [before.inputs[name], step.inputs[name]];
    if (was === is) return [];
    return [was === undefined ? `${name} added` : is === undefined ? `${name} removed` : `${name} changed`];
  });
  const needs = plan.steps
    .filter((each) => step.needs.includes(each.id) && last[each.id]?.key !== each.key)
    .map((each) => `after ${each.id}`);
  const reasons = [...inputs, ...needs];
  return reasons.length > 0 ? reasons : ['the order of its parts changed'];
}
