// A container to the files of its bundle, as a small tar: with it at hand, other steps need not look into the image.
import { makeBundle } from '../../container/bundle.ts';
import type { Step, Work } from '../../plan/step.ts';
import { writeTar } from '../../tree/write-tar.ts';
import type { Needs, StepResult } from '../result.ts';
import { openImage, type Workshop } from '../workshop.ts';

export async function makeContainerBundle(
  step: Step<Work & { kind: 'bundle' }>,
  needs: Needs,
  workshop: Workshop,
): Promise<StepResult> {
  const { container, path, image: id } = step.work;
  const { image, tree } = await openImage(workshop, needs, id);
  const bundle = await makeBundle(container, path, image, tree, workshop.locked.spec.names);
  return {
    blobs: { bundle: await workshop.cache.putBlob(writeTar(bundle.tree, { clampMtime: 0 })) },
    facts: { mountPoint: bundle.mountPoint },
  };
}
