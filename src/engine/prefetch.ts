// Before the first step runs: everything that the steps will want from the archive is fetched and unpacked side by side,
// so that downloads do not wait for compressors, nor the other way round.
import type { LockedPackage } from '../packages/locked.ts';
import { fetchPackages } from '../sources/table.ts';
import { isPrepared } from '../tools/root.ts';
import { isRemembered } from './execute.ts';
import { isOutput, type Plan, type Step, type StepId } from './step.ts';
import type { Workshop } from './workshop.ts';

export async function prefetch(plan: Plan, outputs: readonly Step[], workshop: Workshop): Promise<void> {
  const { cache, locked, packages } = workshop;
  const steps = await stepsToRun(plan, outputs, workshop);
  const wanted = new Map<string, LockedPackage>();
  const want = (list: readonly LockedPackage[]) => {
    for (const each of list) wanted.set(each.digest, each);
  };
  for (const { work } of steps) if (work.kind === 'component') want(work.component.packages);
  const runsTools = steps.some((step) => !isOutput(step));
  if (runsTools && !(await isPrepared({ cache, packages: locked.tools }))) want(locked.tools);
  if (wanted.size > 0) await fetchPackages([...wanted.values()], packages);
}

/** What has to be made, from the outputs down to what is remembered. */
async function stepsToRun(plan: Plan, outputs: readonly Step[], { cache }: Workshop): Promise<Step[]> {
  const steps = new Map(plan.steps.map((step) => [step.id, step]));
  const found = new Map<StepId, Step>();
  const visit = async (step: Step): Promise<void> => {
    if (found.has(step.id)) return;
    if (!isOutput(step) && (await isRemembered(cache, step))) return;
    found.set(step.id, step);
    for (const id of step.needs) await visit(steps.get(id)!);
  };
  for (const output of outputs) await visit(output);
  return [...found.values()];
}
