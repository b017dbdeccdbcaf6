// The whole way: a spec file to the outputs, each appearing by rename when it is complete.
import type { Arch } from '../base/arch.ts';
import { byName } from '../base/order.ts';
import { createExecutor } from '../engine/execute.ts';
import { prefetch } from '../engine/prefetch.ts';
import { withWorkshop } from '../engine/workshop.ts';
import type { Context } from '../lock/context.ts';
import type { SpecSource } from '../lock/load-spec.ts';
import type { LockedSpec } from '../lock/locked-spec.ts';
import { type Prepared, prepare } from '../lock/prepare.ts';
import { type Artifact, recordArtifact } from './artifact.ts';
import { describeBuild, writeCatalogue } from './catalogue.ts';
import { type AskedFormats, chooseFormats } from './choose.ts';
import { checkDeployments, type DeploymentName } from './deploy/table.ts';
import { deploymentFacts, writeDeployments } from './deploy/write-deployments.ts';
import { rememberPlan } from './explain.ts';
import { sayImageNames } from './image-names.ts';
import { checkMemory } from './linuxkit/initrd-size.ts';
import { prepareOutputDirectory } from './output-directory.ts';
import { findArtifacts, type OutputPlace, outputFiles, type PlannedFile } from './outputs.ts';
import { placeSize } from './place-of-size.ts';
import { planBuild } from './plan.ts';

export interface BuildRequest extends SpecSource, OutputPlace {
  /** Undefined: what the spec says. */
  readonly formats?: AskedFormats;
  /** In bytes, of the machine that an initrd is for: one that does not fit is an error. */
  readonly memory?: number | undefined;
  readonly arch: Arch;
  /** Fail rather than add to the lock file. */
  readonly frozen: boolean;
  /** False: the outputs are without a bill of materials. */
  readonly sbom?: boolean | undefined;
  /** Deployment files beside the outputs. */
  readonly deploy?: readonly DeploymentName[] | undefined;
  /** False: no artifacts.json and SHA256SUMS beside the outputs. */
  readonly catalogue?: boolean | undefined;
}

export interface BuildAnswer {
  readonly artifacts: readonly Artifact[];
  /** Paths of what says what they are. */
  readonly documents: readonly string[];
  readonly lock: Pick<Prepared, 'lockPath' | 'changes'>;
}

export async function buildSpec(request: BuildRequest, context: Context): Promise<BuildAnswer> {
  const { locked, lockPath, changes } = await prepare(
    { ...request, mode: request.frozen ? 'frozen' : 'fill' },
    context,
  );
  const { names, left } = chooseFormats(locked, request.formats, request);
  for (const { format, why } of left) context.reporter.info(`left out: ${format}: ${why}`);
  checkDeployments(request.deploy ?? [], names);
  const plan = planBuild(locked, names, { sbom: request.sbom });
  sayImageNames(plan, context.reporter);
  await prepareOutputDirectory(request.out);
  const files = outputFiles(plan, request);
  const known = await findArtifacts(files, context.cache);
  // A file may say what another one of its format came to: they are written together.
  const missing = new Set(files.filter((_, index) => known[index] === undefined).map(({ step }) => step));
  const stale = files.filter(({ step }) => missing.has(step));
  const present = known.filter(
    (artifact, index) => artifact && !missing.has(files[index]!.step),
  ) as Artifact[];
  for (const { format, memory } of present) checkMemory(format, memory ?? 0, request.memory);
  const made =
    stale.length > 0
      ? await writeOutputs(stale, locked, request, context).catch((thrown: unknown) => {
          throw placeSize(thrown, locked);
        })
      : [];
  await rememberPlan(context.cache, locked.spec.file, plan);
  const artifacts = [...present, ...made].sort(
    (a, b) => byName(a.format, b.format) || byName(a.path, b.path),
  );
  const document = describeBuild(plan, artifacts, request);
  const { out, catalogue = true } = request;
  const options = { signal: context.signal };
  const documents = catalogue ? await writeCatalogue(document, out, options) : [];
  if (request.deploy) {
    const facts = deploymentFacts(document, locked.arch, locked.spec.platforms);
    documents.push(...(await writeDeployments(request.deploy, facts, out, options)));
  }
  return { artifacts, documents, lock: { lockPath, changes } };
}

async function writeOutputs(
  stale: readonly PlannedFile[],
  locked: LockedSpec,
  { memory: given }: BuildRequest,
  context: Context,
): Promise<Artifact[]> {
  const { cache, reporter, signal } = context;
  const steps = [...new Set(stale.map(({ step }) => step))];
  return withWorkshop(locked, context, async (workshop) => {
    await prefetch(steps, workshop);
    const executor = createExecutor(workshop);
    const made: Artifact[] = [];
    let ahead: Promise<unknown> | undefined;
    try {
      for (const [at, step] of steps.entries()) {
        const { files, ...facts } = await executor.resultOf(step);
        checkMemory(step.id, facts.memory ?? 0, given);
        // Programs make what the next one needs while this one is written. What goes wrong there is thrown in its turn.
        const next = steps[at + 1];
        ahead = next && executor.resultOf(next).catch(() => {});
        const task = reporter.task(step.id, { unit: 'bytes' });
        for (const { step: own, format, index, path } of stale) {
          if (own !== step) continue;
          const written = await files[index]!(path, { signal, advance: task.advance });
          made.push(await recordArtifact(cache, step, path, format.name, written, facts));
        }
        task.done();
      }
    } finally {
      await ahead;
    }
    return made;
  });
}
