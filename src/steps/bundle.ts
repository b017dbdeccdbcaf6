// A container to the files of its bundle, as a small tar: with it at hand, other steps need not look into the image.

import { readTarFile } from '../archive/read-tar.ts';
import { writeTar } from '../archive/write-tar.ts';
import { makeBundle } from '../container/bundle.ts';
import { blobOf, factOf, type Needs, type StepResult } from '../engine/result.ts';
import type { Step, StepId, Work } from '../engine/step.ts';
import { openImage, type Workshop } from '../engine/workshop.ts';
import type { Tree } from '../tree/tree.ts';

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
