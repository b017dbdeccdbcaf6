// The whole way: a spec file to the outputs, each appearing by rename when it is complete.

import { basename, join } from 'node:path';
import type { Arch } from '../base/arch.ts';
import { byName } from '../base/order.ts';
import type { Disk } from '../disk/disk.ts';
import { createExecutor } from '../engine/execute.ts';
import { prefetch } from '../engine/prefetch.ts';
import type { Needs } from '../engine/result.ts';
import { type DiskFormat, isOutput, type OutputFormat, type Plan, type Step } from '../engine/step.ts';
import { type Workshop, withWorkshop } from '../engine/workshop.ts';
import type { Context } from '../lock/context.ts';
import type { SpecSource } from '../lock/load-spec.ts';
import type { LockedSpec } from '../lock/locked-spec.ts';
import { type Prepared, prepare } from '../lock/prepare.ts';
import { type Artifact, findArtifact, recordArtifact } from './artifact.ts';
import { composeDisk, type DiskStep } from './disk/compose.ts';
import { writeQcow2 } from './disk/qcow2.ts';
import { rememberPlan } from './explain.ts';
import {
  type LinuxkitOutput,
  type LinuxkitStep,
  linuxkitFiles,
  openLinuxkitOutput,
} from './linuxkit/files.ts';
import { perform } from './makers.ts';
import { prepareOutputDirectory } from './output-directory.ts';
import { planBuild } from './plan.ts';
import type { WrittenFile } from './write/output-file.ts';
import { writeRaw } from './write/raw.ts';
import type { OutputOptions } from './write/write-output.ts';

export interface BuildRequest extends SpecSource {
  /** The directory of the outputs; made if it is missing. */
  readonly out: string;
  readonly formats: readonly OutputFormat[];
  /** Of the outputs' files; by default the OS's id for disks, the spec's file name for LinuxKit's formats. */
  readonly name?: string | undefined;
  /** In bytes, of the machine that an initrd is for: one that does not fit is an error. */
  readonly memory?: number | undefined;
  readonly arch: Arch;
  /** Fail rather than add to the lock file. */
  readonly frozen: boolean;
  /** False: LinuxKit's formats are without a bill of materials. */
  readonly sbom?: boolean | undefined;
}

export interface BuildAnswer {
  readonly artifacts: readonly Artifact[];
  readonly lock: Pick<Prepared, 'lockPath' | 'changes'>;
}

const writers: Readonly<
  Record<DiskFormat, (disk: Disk, path: string, options: OutputOptions) => Promise<WrittenFile>>
> = {
  qcow2: writeQcow2,
  raw: writeRaw,
};

export async function buildSpec(request: BuildRequest, context: Context): Promise<BuildAnswer> {
  const { locked, lockPath, changes } = await prepare(
    { ...request, mode: request.frozen ? 'frozen' : 'fill' },
    context,
  );
  const plan = planBuild(locked, request.formats, { sbom: request.sbom });
  await prepareOutputDirectory(request.out);
  const artifacts = await makeOutputs(plan, locked, request, context);
  await rememberPlan(context.cache, locked.spec.file, plan);
  return { artifacts, lock: { lockPath, changes } };
}

type OutputStep = DiskStep | LinuxkitStep;

async function makeOutputs(
  plan: Plan,
  locked: LockedSpec,
  request: BuildRequest,
  context: Context,
): Promise<Artifact[]> {
  const { cache, reporter, signal } = context;
  const outputs = outputsOf(plan, locked, request);
  const known = await Promise.all(
    outputs.map(({ step, path, format }) => findArtifact(cache, step, path, format)),
  );
  const stale = outputs.filter((_, index) => known[index] === undefined);
  const present = known.filter((artifact) => artifact !== undefined);
  if (stale.length === 0) return present;

  return withWorkshop(locked, context, async (workshop) => {
    const steps = [...new Set(stale.map(({ step }) => step))];
    await prefetch(plan, steps, workshop);
    const executor = createExecutor(plan, workshop, perform);
    const made: Artifact[] = [];
    for (const step of steps) {
      const { files, ...facts } = await openOutput(step, await executor.needsOf(step), workshop, request);
      const task = reporter.task(step.id, { unit: 'bytes' });
      for (const { step: own, format, suffix, path } of stale) {
        if (own !== step) continue;
        const written = await files.get(suffix)!(path, { signal, advance: task.advance });
        made.push(await recordArtifact(cache, step, path, format, written, facts));
      }
      task.done();
    }
    return [...present, ...made].sort((a, b) => byName(a.format, b.format) || byName(a.path, b.path));
  });
}

interface Output {
  readonly step: OutputStep;
  readonly format: OutputFormat;
  /** What follows the name. */
  readonly suffix: string;
  readonly path: string;
}

/** Each file once: two of LinuxKit's formats share the kernel and its arguments. */
function outputsOf(plan: Plan, locked: LockedSpec, request: BuildRequest): Output[] {
  const outputs = new Map<string, Output>();
  for (const step of plan.steps) {
    if (!isOutputStep(step)) continue;
    for (const { suffix, path } of filesOf(step, locked, request)) {
      if (!outputs.has(path)) outputs.set(path, { step, format: step.work.format, suffix, path });
    }
  }
  return [...outputs.values()];
}

function filesOf(
  { work }: OutputStep,
  { spec }: LockedSpec,
  { out, name }: BuildRequest,
): { suffix: string; path: string }[] {
  if (work.kind === 'disk') {
    const suffix = `.${work.format}`;
    return [{ suffix, path: join(out, `${name ?? spec.os.id}${suffix}`) }];
  }
  const stem = name ?? (spec.file === '-' ? spec.os.id : basename(spec.file).replace(/\.(ya?ml|json)$/, ''));
  return linuxkitFiles[work.format].map((suffix) => ({ suffix, path: join(out, `${stem}${suffix}`) }));
}

async function openOutput(
  step: OutputStep,
  needs: Needs,
  workshop: Workshop,
  { memory }: BuildRequest,
): Promise<LinuxkitOutput> {
  if (isLinuxkit(step)) return openLinuxkitOutput(step, needs, workshop, memory);
  const disk = await composeDisk(step, needs, workshop);
  const { format } = step.work;
  return { files: new Map([[`.${format}`, (path, options) => writers[format](disk, path, options)]]) };
}

const isOutputStep = (step: Step): step is OutputStep => isOutput(step);
const isLinuxkit = (step: OutputStep): step is LinuxkitStep => step.work.kind === 'linuxkit';
