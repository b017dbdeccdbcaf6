// The whole way: a spec file to the outputs, each appearing by rename when it is complete.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Arch } from '../base/arch.ts';
import { byName } from '../base/order.ts';
import type { Disk } from '../image/disk.ts';
import type { Context } from '../lock/context.ts';
import type { LockedSpec } from '../lock/locked-spec.ts';
import { writeQcow2 } from '../output/qcow2.ts';
import { writeRaw } from '../output/raw.ts';
import type { OutputOptions } from '../output/write-output.ts';
import { planBuild } from '../plan/plan.ts';
import type { DiskFormat, Plan, Step, Work } from '../plan/step.ts';
import { type Artifact, findArtifact, recordArtifact } from './artifact.ts';
import { createExecutor } from './execute.ts';
import { rememberPlan } from './explain.ts';
import { prefetch } from './prefetch.ts';
import { type Prepared, prepare } from './prepare.ts';
import { composeDisk } from './steps/disk.ts';
import { withWorkshop } from './workshop.ts';

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
  await mkdir(request.out, { recursive: true });
  const artifacts = await makeOutputs(plan, locked, request.out, context);
  await rememberPlan(context.cache, file, plan);
  return { artifacts, lock: { lockPath, changes } };
}

async function makeOutputs(
  plan: Plan,
  locked: LockedSpec,
  out: string,
  context: Context,
): Promise<Artifact[]> {
  const { cache, reporter, signal } = context;
  const outputs = plan.steps.filter(isDisk).map((step) => {
    const { format } = step.work;
    return { step, format, path: join(out, `${locked.spec.os.id}.${format}`) };
  });
  const known = await Promise.all(
    outputs.map(({ step, path, format }) => findArtifact(cache, step, path, format)),
  );
  const stale = outputs.filter((_, index) => known[index] === undefined);
  const present = known.filter((artifact) => artifact !== undefined);
  if (stale.length === 0) return present;

  return withWorkshop(locked, context, async (workshop) => {
    await prefetch(
      plan,
      stale.map(({ step }) => step),
      workshop,
    );
    const executor = createExecutor(plan, workshop);
    const made: Artifact[] = [];
    for (const { step, format, path } of stale) {
      const disk = await composeDisk(step, await executor.needsOf(step), workshop);
      const task = reporter.task(step.id, { unit: 'bytes' });
      await writers[format](disk, path, { signal, advance: task.advance });
      task.done();
      made.push(await recordArtifact(cache, step, path, format));
    }
    return [...present, ...made].sort((a, b) => byName(a.format, b.format));
  });
}

function isDisk(step: Step): step is Step<Work & { kind: 'disk' }> {
  return step.work.kind === 'disk';
}
