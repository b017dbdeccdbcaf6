// Why a step will run: its inputs beside those of the last build of the same spec. Whether an output is there, its file
// says, as it does to a build.
import { resolve } from 'node:path';
import type { Json } from '../base/json.ts';
import { byName } from '../base/order.ts';
import { isRemembered } from '../engine/execute.ts';
import type { PlanningOptions } from '../engine/planning.ts';
import type { Plan, Step } from '../engine/step.ts';
import type { Context } from '../lock/context.ts';
import { prepare, type SpecRequest } from '../lock/prepare.ts';
import type { Cache } from '../store/cache.ts';
import { digestOf } from '../store/digest-of.ts';
import { type AskedFormats, chooseFormats } from './choose.ts';
import { findArtifacts, type OutputPlace, outputFiles } from './outputs.ts';
import { type BuildPlan, planBuild } from './plan.ts';

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

export interface ExplainRequest extends SpecRequest, PlanningOptions, OutputPlace {
  readonly formats?: AskedFormats;
}

/** The steps whose results are kept, and the outputs. */
export async function explainBuild(request: ExplainRequest, context: Context): Promise<ExplainedStep[]> {
  const { cache } = context;
  const { locked } = await prepare(request, context);
  const { names } = chooseFormats(locked, request.formats, request);
  const plan = planBuild(locked, names, { sbom: request.sbom });
  const last = ((await cache.result('plan', recordKey(locked.spec.file))) ?? {}) as Remembered;
  const stale = await staleOutputs(plan, request, cache);
  const outputs = new Set<Step>(plan.outputs.map(({ step }) => step as Step));
  const explained: ExplainedStep[] = [];
  for (const step of plan.steps) {
    if (!step.kept && !outputs.has(step)) continue;
    const cached = step.kept ? await isRemembered(cache, step) : !stale.has(step);
    const reasons = cached ? [] : reasonsFor(step, last);
    explained.push({ id: step.id, key: step.key, cached, reasons });
  }
  return explained;
}

async function staleOutputs(plan: BuildPlan, place: OutputPlace, cache: Cache): Promise<Set<Step>> {
  const files = outputFiles(plan, place);
  const known = await findArtifacts(files, cache);
  return new Set(files.filter((_, index) => known[index] === undefined).map(({ step }) => step as Step));
}

function reasonsFor(step: Step, last: Remembered): string[] {
  const before = last[step.id];
  if (!before) return ['first build'];
  if (before.key === step.key) return [step.kept ? 'no longer in the cache' : 'not as it was written'];
  const reasons = [...new Set(changesOf(step, last))];
  return reasons.length > 0 ? reasons : ['the order of its parts changed'];
}

/** What is only put together on the way is looked through: its changes are those of the step that wants it. */
function changesOf(step: Step, last: Remembered): string[] {
  const before = last[step.id]?.inputs ?? {};
  const names = [...new Set([...Object.keys(before), ...Object.keys(step.inputs)])].sort(byName);
  const inputs = names.flatMap((name) => {
    const [was, is] = [before[name], step.inputs[name]];
    if (was === is) return [];
    return [was === undefined ? `${name} added` : is === undefined ? `${name} removed` : `${name} changed`];
  });
  const needs = step.needs
    .filter((need) => last[need.id]?.key !== need.key)
    .flatMap((need) => (need.kept ? [`after ${need.id}`] : changesOf(need, last)));
  return [...inputs, ...needs];
}
