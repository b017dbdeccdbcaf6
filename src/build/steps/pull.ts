// An image of a registry, a layout or an archive into the cache, by the digest that the lock holds it to.
import { pullImage } from '../../oci/resolve.ts';
import type { Step, Work } from '../../plan/step.ts';
import { imageResult, type StepResult } from '../result.ts';
import type { Workshop } from '../workshop.ts';

export async function pullInto(step: Step<Work & { kind: 'pull' }>, workshop: Workshop): Promise<StepResult> {
  const { cache, context, locked } = workshop;
  const access = { cache, registries: await context.registries(), directory: '.' };
  const image = await pullImage({ ...step.work.image, arch: locked.arch }, access, { unpack: true });
  return imageResult(image, cache);
}
