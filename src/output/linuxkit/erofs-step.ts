// The root file system to one EROFS image that the kernel mounts by itself, and beside it the kernel.
import type { Planning } from '../../engine/planning.ts';
import type { Kept } from '../../engine/result.ts';
import type { Step } from '../../engine/step.ts';
import { toolsOf } from '../../engine/tools.ts';
import type { Workshop } from '../../engine/workshop.ts';
import { deriveGuid } from '../../gpt/guid.ts';
import { makeErofs } from '../../image/erofs.ts';
import { erofsLevel } from '../../steps/levels.ts';
import type { Blob } from '../../store/blob.ts';
import type { Tree } from '../../tree/tree.ts';
import { splitRoot } from './archives-step.ts';
import { type KernelBlobs, keepKernel } from './kernel.ts';
import { withImages } from './merge-root.ts';
import { type ComposedRoot, planRoot } from './root.ts';

export type KeptErofs = Kept<KernelBlobs & { readonly erofs: Blob }>;

export const erofsKind = { name: 'erofs', module: 'output/linuxkit/erofs-step' };

export function planErofs(planning: Planning): Step<KeptErofs> {
  const root = planning.once(planRoot);
  return planning.keep({
    kind: erofsKind,
    id: 'root erofs',
    inputs: { ...planning.common, level: String(erofsLevel), os: planning.locked.spec.os.id },
    needs: [root],
    make: (use, workshop) => makeRootErofs(use(root), workshop),
  });
}

async function makeRootErofs(composed: ComposedRoot, workshop: Workshop): Promise<KeptErofs> {
  const { cache, context, locked } = workshop;
  const root = await withImages(composed.root, composed.images);
  const tree: Tree = new Map(splitRoot(root).flatMap((part) => [...part.tree]));
  const erofs = await makeErofs(cache, await toolsOf(workshop), tree, {
    epoch: locked.epoch,
    uuid: deriveGuid(locked.spec.os.id, 'erofs'),
    level: erofsLevel,
    processors: context.jobs,
    signal: context.signal,
  });
  return { blobs: { ...(await keepKernel(composed.kernel!, cache)), erofs }, facts: {} };
}
