// An image of a registry, a layout or an archive into the cache, by the digest that the lock holds it to.

import { imageResult, type StepResult } from '../engine/result.ts';
import type { Step, Work } from '../engine/step.ts';
import type { Workshop } from '../engine/workshop.ts';
import { pullImage } from '../oci/resolve.ts';

export async function pullInto(step: Step<Work & { kind: 'pull' }>, workshop: Workshop): Promise<StepResult> {
  const { cache, context, locked } = workshop;
  const access = { cache, registries: await context.registries(), directory: '.' };
  const image = await pullImage({ ...step.work.image, arch: locked.arch }, access, { unpack: true });
  return imageResult(image, cache);
}
