// The root file system to one squashfs that the kernel mounts by itself, and beside it the kernel.
import type { Planning } from '../../engine/planning.ts';
import type { Kept } from '../../engine/result.ts';
import type { Step } from '../../engine/step.ts';
import { toolsOf } from '../../engine/tools.ts';
import type { Workshop } from '../../engine/workshop.ts';
import { makeSegment } from '../../image/segment.ts';
import { squashfsLevel } from '../../steps/levels.ts';
import type { Blob } from '../../store/blob.ts';
import type { Tree } from '../../tree/tree.ts';
import { splitRoot } from './archives-step.ts';
import { type KernelBlobs, keepKernel } from './kernel.ts';
import { withImages } from './merge-root.ts';
import { type ComposedRoot, planRoot } from './root.ts';

export type KeptSquashfs = Kept<KernelBlobs & { readonly squashfs: Blob }>;

export const squashfsKind = { name: 'squashfs', module: 'output/linuxkit/squashfs-step' };

export function planSquashfs(planning: Planning): Step<KeptSquashfs> {
  const root = planning.once(planRoot);
  return planning.keep({
    kind: squashfsKind,
    id: 'root squashfs',
    inputs: { ...planning.common, level: String(squashfsLevel) },
    needs: [root],
    make: (use, workshop) => makeRootSquashfs(use(root), workshop),
  });
}

async function makeRootSquashfs(composed: ComposedRoot, workshop: Workshop): Promise<KeptSquashfs> {
  const { cache, context, locked } = workshop;
  const root = await withImages(composed.root, composed.images);
  const tree: Tree = new Map(splitRoot(root).flatMap((part) => [...part.tree]));
  const squashfs = await makeSegment(cache, await toolsOf(workshop), tree, {
    epoch: locked.epoch,
    level: squashfsLevel,
    processors: context.jobs,
    signal: context.signal,
  });
  return { blobs: { ...(await keepKernel(composed.kernel!, cache)), squashfs }, facts: {} };
}
