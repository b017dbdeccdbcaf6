// An image to its segment; of a kernel image, only its modules, at the segment's root.
import { makeSegment } from '../../image/segment.ts';
import { compressionLevel } from '../../plan/plan.ts';
import type { Step, Work } from '../../plan/step.ts';
import type { ReadonlyTree, Tree } from '../../tree/tree.ts';
import type { Needs, StepResult } from '../result.ts';
import { openImage, type Workshop } from '../workshop.ts';

const modulesPath = 'usr/lib/modules';

export async function makeImageSegment(
  step: Step<Work & { kind: 'segment' }>,
  needs: Needs,
  workshop: Workshop,
): Promise<StepResult> {
  const { tree } = await openImage(workshop, needs, step.work.image);
  const part = step.work.part === 'modules' ? subtree(tree, modulesPath) : tree;
  const { signal, jobs } = workshop.context;
  const segment = await makeSegment(workshop.cache, await workshop.tools(), part, {
    epoch: workshop.locked.epoch,
    level: compressionLevel,
    processors: jobs,
    signal,
  });
  return { blobs: { segment }, facts: {} };
}

function subtree(tree: ReadonlyTree, root: string): Tree {
  const found: Tree = new Map();
  for (const [path, node] of tree) {
    if (path === root) found.set('', node);
    else if (path.startsWith(`${root}/`)) found.set(path.slice(root.length + 1), node);
  }
  return found;
}
