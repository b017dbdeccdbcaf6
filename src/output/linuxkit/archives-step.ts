// The root file system to the archives of an initrd, side by side, and beside them the kernel.
import pLimit from 'p-limit';
import type { Json } from '../../base/json.ts';
import type { Needs, StepResult } from '../../engine/result.ts';
import type { Step, Work } from '../../engine/step.ts';
import type { Workshop } from '../../engine/workshop.ts';
import { archiveLevel } from '../../steps/levels.ts';
import type { Blob } from '../../store/cache.ts';
import { readContent } from '../../tree/content.ts';
import type { Tree, TreePath } from '../../tree/tree.ts';
import { type Archive, makeArchive, makeImageArchives } from './archives.ts';
import { type ComposedRoot, composeRoot } from './compose.ts';
import type { LinuxkitRoot } from './merge-root.ts';

export async function makeArchives(
  step: Step<Work & { kind: 'archives' }>,
  needs: Needs,
  workshop: Workshop,
): Promise<StepResult> {
  const { cache, context, locked, tools } = workshop;
  const { jobs, signal } = context;
  const composed = await composeRoot(step.work.root, needs, workshop);
  const limit = pLimit(jobs);
  const options = { cache, tools, epoch: locked.epoch, level: archiveLevel, threads: jobs, limit, signal };
  const parts = splitRoot(composed.root);
  const lastImage = Math.max(-1, ...composed.images.map(({ part }) => part));
  const make = (wanted: typeof parts) =>
    Promise.all(wanted.filter(({ tree }) => tree.size > 0).map(({ tree }) => makeArchive(tree, options)));
  const after = parts.filter(({ index }) => index > lastImage);
  const apart = new Set(after.flatMap(({ tree }) => [...tree.keys()].filter(isOfContainer)));
  const archives = (
    await Promise.all([
      make(parts.filter(({ index }) => index <= lastImage)),
      makeImageArchives(composed.images, apart, options),
      // What these say of a path in a container has the last word.
      make(after),
    ])
  ).flat();
  const blobs: Record<string, Blob> = await kernelBlobs(composed, workshop);
  for (const [index, { blob }] of archives.entries()) blobs[`archive ${index}`] = blob;
  return {
    blobs,
    facts: {
      archives: archives.length,
      unpacked: archives.reduce((sum, { unpacked }) => sum + unpacked, 0),
      plain: archives.flatMap(({ plain }: Archive) => plain) as Json,
    },
  };
}

const isOfContainer = (path: TreePath): boolean => path.startsWith('containers/');

/** Without boot/, which lies beside the root file system. A part whose paths all went to others is empty. */
export function splitRoot({ parts, entries }: LinuxkitRoot): { index: number; tree: Tree }[] {
  const split = parts.map((_, index) => ({ index, tree: new Map() as Tree }));
  for (const { path, node, part } of entries) {
    if (path !== 'boot' && !path.startsWith('boot/')) split[part]!.tree.set(path, node);
  }
  return split;
}

export async function kernelBlobs(
  { kernel }: ComposedRoot,
  { cache }: Workshop,
): Promise<Record<string, Blob>> {
  if (!kernel) return {};
  return {
    kernel: await cache.putBlob(readContent(kernel.kernel), { derived: true }),
    ...(kernel.ucode && { ucode: await cache.putBlob(readContent(kernel.ucode), { derived: true }) }),
  };
}
