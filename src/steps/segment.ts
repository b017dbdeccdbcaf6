// An image to its segment: its file system; of a kernel image only the modules, at the segment's root; the layout of one
// that a volume holds.

import type { Needs, StepResult } from '../engine/result.ts';
import type { Step, Work } from '../engine/step.ts';
import { openImage, type Workshop } from '../engine/workshop.ts';
import { makeSegment } from '../image/segment.ts';
import type { ReadonlyTree, Tree } from '../tree/tree.ts';
import { openLayout } from './layout.ts';
import { segmentLevel } from './levels.ts';

const modulesPath = 'usr/lib/modules';

export async function makeImageSegment(
  step: Step<Work & { kind: 'segment' }>,
  needs: Needs,
  workshop: Workshop,
): Promise<StepResult> {
  const part = await treeOf(step.work, needs, workshop);
  const { signal, jobs } = workshop.context;
  const segment = await makeSegment(workshop.cache, await workshop.tools(), part, {
    epoch: workshop.locked.epoch,
    level: segmentLevel,
    processors: jobs,
    signal,
  });
  return { blobs: { segment }, facts: {} };
}

async function treeOf(
  { image, part }: Work & { kind: 'segment' },
  needs: Needs,
  workshop: Workshop,
): Promise<ReadonlyTree> {
  if (part === 'layout') return openLayout(image, needs, workshop);
  const { tree } = await openImage(workshop, needs, image);
  return part === 'modules' ? subtree(tree, modulesPath) : tree;
}

function subtree(tree: ReadonlyTree, root: string): Tree {
  const found: Tree = new Map();
  for (const [path, node] of tree) {
    if (path === root) found.set('', node);
    else if (path.startsWith(`${root}/`)) found.set(path.slice(root.length + 1), node);
  }
  return found;
}
