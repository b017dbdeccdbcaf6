// LockedSpec → what a build makes: the outputs, and the steps that lead to them, each with its key, and no effects. What
// two outputs need is there once.
import { byName } from '../base/order.ts';
import { beginPlan, type PlanningOptions } from '../engine/planning.ts';
import type { Plan, Step } from '../engine/step.ts';
import type { LockedSpec } from '../lock/locked-spec.ts';
import type { RawFormatOptions } from '../specification/spec.generated.ts';
import { planDrivers, warnOfDrivers } from './drivers.ts';
import type { Format, OpenedOutput } from './format.ts';
import { type FormatName, formatNamed } from './formats.ts';

export interface PlannedOutput {
  readonly format: Format;
  readonly options: RawFormatOptions;
  readonly step: Step<OpenedOutput>;
}

export interface BuildPlan extends Plan {
  readonly locked: LockedSpec;
  /** By name. */
  readonly outputs: readonly PlannedOutput[];
}

export function planBuild(
  locked: LockedSpec,
  names: readonly FormatName[],
  options: PlanningOptions = {},
): BuildPlan {
  const planning = beginPlan(locked, options);
  const outputs = [...new Set(names)].sort(byName).map((name): PlannedOutput => {
    const format = formatNamed(name);
    const options = optionsOf(locked, name);
    const { needs, inputs, open } = format.plan(planning, options);
    const drivers = format.platform && planning.once(planDrivers);
    const step = planning.compose<OpenedOutput>({
      kind: { name, module: format.module },
      id: name,
      inputs: { ...inputs, ...describeOptions(options) },
      needs: drivers ? [...needs, drivers] : needs,
      async make(use, workshop) {
        if (drivers) warnOfDrivers(name, format.platform!, use(drivers), workshop.context.reporter);
        return open(use, workshop);
      },
    });
    return { format, options, step };
  });
  return { locked, steps: planning.steps(), outputs };
}

const optionsOf = ({ spec }: LockedSpec, name: FormatName): RawFormatOptions =>
  spec.outputs.find(({ format }) => format === name)?.options ?? {};

const describeOptions = (options: RawFormatOptions): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(options).map(([key, value]) => [`option ${key}`, String(value)]));
