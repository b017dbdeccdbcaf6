// The whole way: a spec file to the outputs, each appearing by rename when it is complete.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Arch } from '../base/arch.ts';
import type { Disk } from '../image/disk.ts';
import type { Context } from '../lock/context.ts';
import { writeQcow2 } from '../output/qcow2.ts';
import { writeRaw } from '../output/raw.ts';
import type { OutputOptions } from '../output/write-output.ts';
import { planBuild } from '../plan/plan.ts';
import type { DiskFormat, Step, Work } from '../plan/step.ts';
import { type Artifact, findArtifact, recordArtifact } from './artifact.ts';
import { createExecutor } from './execute.ts';
import { rememberPlan } from './explain.ts';
import { type Prepared, prepare } from './prepare.ts';
import { composeDisk } from './steps/disk.ts';
import { openWorkshop } from './workshop.ts';

export interface BuildRequest {
  /** The spec, as the person named it. */
  readonly file: string;
  /** The directory of the outputs; made if it is missing. */
  readonly out: string;
  readonly formats: readonly DiskFormat[];
  readonly arch: Arch;
  /** Fail rather than add to the lock file. */
  readonly frozen: boolean;
}

export interface BuildAnswer {
  readonly artifacts: readonly Artifact[];
  readonly lock: Pick<Prepared, 'lockPath' | 'changes'>;
}

const writers: Readonly<
  Record<DiskFormat, (disk: Disk, path: string, options: OutputOptions) => Promise<void>>
> = {
  qcow2: writeQcow2,
  raw: writeRaw,
};

export async function buildSpec(request: BuildRequest, context: Context): Promise<BuildAnswer> {
  const { file, arch, frozen } = request;
  const { locked, lockPath, changes } = await prepare(
    { file, arch, mode: frozen ? 'frozen' : 'fill' },
    context,
  );
  const plan = planBuild(locked, request.formats);
  const workshop = openWorkshop(locked, context);
  const executor = createExecutor(plan, workshop);
  const outputs = plan.steps.filter(isDisk);
  await mkdir(request.out, { recursive: true });

  const artifacts: Artifact[] = [];
  for (const step of outputs) {
    const { format } = step.work;
    const path = join(request.out, `${locked.spec.os.id}.${format}`);
    const known = await findArtifact(context.cache, step, path, format);
    if (known) {
      artifacts.push(known);
      continue;
    }
    const needs = await executor.needsOf(step);
    const disk = await composeDisk(step, needs, workshop);
    const task = context.reporter.task(step.id, { unit: 'bytes' });
    await writers[format](disk, path, { signal: context.signal, advance: task.advance });
    task.done();
    artifacts.push(await recordArtifact(context.cache, step, path, format));
  }
  await rememberPlan(context.cache, file, plan);
  return { artifacts, lock: { lockPath, changes } };
}

function isDisk(step: Step): step is Step<Work & { kind: 'disk' }> {
  return step.work.kind === 'disk';
}
