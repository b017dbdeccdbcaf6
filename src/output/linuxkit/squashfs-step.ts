// The root file system to one squashfs that the kernel mounts by itself, and beside it the kernel.

import type { Needs, StepResult } from '../../engine/result.ts';
import type { Step, Work } from '../../engine/step.ts';
import type { Workshop } from '../../engine/workshop.ts';
import { makeSegment } from '../../image/segment.ts';
import { squashfsLevel } from '../../steps/levels.ts';
import type { Tree } from '../../tree/tree.ts';
import { kernelBlobs, splitRoot } from './archives-step.ts';
import { composeRoot } from './compose.ts';
import { withImages } from './merge-root.ts';

export async function makeRootSquashfs(
  step: Step<Work & { kind: 'squashfs' }>,
  needs: Needs,
  workshop: Workshop,
): Promise<StepResult> {
  const { cache, context, locked, tools } = workshop;
  const composed = await composeRoot(step.work.root, needs, workshop);
  const root = await withImages(composed.root, composed.images);
  const tree: Tree = new Map(splitRoot(root).flatMap((part) => [...part.tree]));
  const squashfs = await makeSegment(cache, await tools(), tree, {
    epoch: locked.epoch,
    level: squashfsLevel,
    processors: context.jobs,
    signal: context.signal,
  });
  return { blobs: { ...(await kernelBlobs(composed, workshop)), squashfs }, facts: {} };
}
