// LockedSpec → Plan: which steps make the outputs, each with its key, and no effects. Each family of outputs plans its own
// steps; what two of them need is there once.

import { beginPlan } from '../engine/planning.ts';
import {
  type DiskFormat,
  isLinuxkitFormat,
  type OutputFormat,
  type Plan,
  type PlanOptions,
} from '../engine/step.ts';
import type { LockedSpec } from '../lock/locked-spec.ts';
import { planDisks } from './disk/plan.ts';
import { planLinuxkit } from './linuxkit/plan.ts';

export function planBuild(
  locked: LockedSpec,
  formats: readonly OutputFormat[],
  { sbom = true }: PlanOptions = {},
): Plan {
  const planning = beginPlan(locked);
  const linuxkit = formats.filter(isLinuxkitFormat);
  const disks = formats.filter((format): format is DiskFormat => !isLinuxkitFormat(format));
  if (linuxkit.length > 0) planLinuxkit(locked, linuxkit, planning, { sbom });
  if (disks.length > 0) planDisks(locked, disks, planning);
  return { spec: locked.spec, steps: planning.steps() };
}
