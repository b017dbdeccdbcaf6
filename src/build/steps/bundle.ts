// A container to the files of its bundle, as a small tar: with it at hand, other steps need not look into the image.
import { makeBundle } from '../../container/bundle.ts';
import type { Step, StepId, Work } from '../../plan/step.ts';
import { readTarFile } from '../../tree/read-tar.ts';
import type { Tree } from '../../tree/tree.ts';
import { writeTar } from '../../tree/write-tar.ts';
import { blobOf, factOf, type Needs, type StepResult } from '../result.ts';
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
    blobs: {
      bundle: await workshop.cache.putBlob(writeTar(bundle.tree, { clampMtime: 0 }), { derived: true }),
    },
    facts: { mountPoint: bundle.mountPoint },
  };
}

/** What the step of that id made. */
export async function readBundle(
  id: StepId,
  needs: Needs,
  { cache }: Workshop,
): Promise<{ tree: Tree; mountPoint: string }> {
  const tree = await readTarFile(cache.blobPath(blobOf(needs, id, 'bundle').digest));
  return { tree, mountPoint: factOf(needs, id, 'mountPoint') as string };
}
