// Before the first step runs: everything that the steps will want from the archive is fetched and unpacked side by side,
// so that downloads do not wait for compressors, nor the other way round.
import type { LockedPackage } from '../packages/locked.ts';
import { fetchPackages } from '../sources/table.ts';
import { isPrepared } from '../tools/root.ts';
import { isRemembered } from './execute.ts';
import type { Step } from './step.ts';
import type { Workshop } from './workshop.ts';

export async function prefetch(wanted: readonly Step[], workshop: Workshop): Promise<void> {
  const { cache, locked, packages } = workshop;
  const steps = await stepsToRun(wanted, workshop);
  const found = new Map<string, LockedPackage>();
  const want = (list: readonly LockedPackage[]) => {
    for (const each of list) found.set(each.digest, each);
  };
  for (const step of steps) want(step.packages ?? []);
  const runsTools = [...steps].some((step) => step.kept);
  if (runsTools && !(await isPrepared({ cache, packages: locked.tools }))) want(locked.tools);
  if (found.size > 0) await fetchPackages([...found.values()], packages);
}

/** What has to be made, from what is wanted down to what is remembered. */
async function stepsToRun(wanted: readonly Step[], { cache }: Workshop): Promise<Set<Step>> {
  const found = new Set<Step>();
  const visit = async (step: Step): Promise<void> => {
    if (found.has(step) || (await isRemembered(cache, step))) return;
    found.add(step);
    for (const need of step.needs) await visit(need);
  };
  for (const step of wanted) await visit(step);
  return found;
}
