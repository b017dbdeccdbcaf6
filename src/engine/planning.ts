// A plan while it is being made. Asking for a step a second time gives the first one: what two outputs need is there
// once.
import type { LockedSpec } from '../lock/locked-spec.ts';
import { keyOfTools } from '../tools/root.ts';
import type { Kept } from './result.ts';
import { makeStep, type Step, type StepDefinition } from './step.ts';

export interface PlanningOptions {
  /** False: outputs are without a bill of materials. */
  readonly sbom?: boolean | undefined;
}

export interface Planning {
  readonly locked: LockedSpec;
  readonly options: PlanningOptions;
  /** Inputs of nearly every step. */
  readonly common: { readonly arch: string; readonly epoch: string; readonly tools: string };
  /** Adds a step whose result is remembered. */
  keep<R extends Kept>(definition: StepDefinition<R>): Step<R>;
  /** Adds a step whose result is put together anew each time. */
  compose<R>(definition: StepDefinition<R>): Step<R>;
  /** What `plan` plans, planned once however often it is asked for. */
  once<T>(plan: (planning: Planning) => T): T;
  /** So far, each after those that it needs. */
  steps(): Step[];
}

export function beginPlan(locked: LockedSpec, options: PlanningOptions = {}): Planning {
  const common = { arch: locked.arch, epoch: String(locked.epoch), tools: keyOfTools(locked.tools) };
  const steps = new Map<string, Step>();
  const planned = new Map<unknown, unknown>();
  const add = <R>(definition: StepDefinition<R>, kept: boolean): Step<R> => {
    const { id, kind } = definition;
    const present = steps.get(id) as Step<R> | undefined;
    if (present) return present;
    const step = makeStep(definition, kept, locked.program(kind.module));
    steps.set(id, step as Step);
    return step;
  };
  const planning: Planning = {
    locked,
    options,
    common,
    keep: (definition) => add(definition, true),
    compose: (definition) => add(definition, false),
    once<T>(plan: (planning: Planning) => T): T {
      if (!planned.has(plan)) planned.set(plan, plan(planning));
      return planned.get(plan) as T;
    },
    steps: () => [...steps.values()],
  };
  return planning;
}
