// The root file system to the archives of an initrd, side by side, and beside them the kernel.
import pLimit from 'p-limit';
import type { Json } from '../../base/json.ts';
import { type Archive, makeArchive, makeImageArchive } from '../../image/archives.ts';
import type { LinuxkitRoot } from '../../image/linuxkit-root.ts';
import { archiveLevel } from '../../plan/linuxkit.ts';
import type { Step, Work } from '../../plan/step.ts';
import type { Blob } from '../../store/cache.ts';
import { readContent } from '../../tree/content.ts';
import type { Tree } from '../../tree/tree.ts';
import type { Needs, StepResult } from '../result.ts';
import type { Workshop } from '../workshop.ts';
import { type ComposedRoot, composeRoot } from './linuxkit-root.ts';

export async function makeArchives(
  step: Step<Work & { kind: 'archives' }>,
  needs: Needs,
  workshop: Workshop,
): Promise<StepResult> {
  const { cache, context, locked, tools } = workshop;
  const { jobs, signal } = context;
  const composed = await composeRoot(step.work.root, needs, workshop);
  const options = { cache, tools, epoch: locked.epoch, level: archiveLevel, threads: jobs, signal };
  const limit = pLimit(jobs);
  const making: Promise<Archive>[] = [];
  for (const { index, tree } of splitRoot(composed.root)) {
    if (tree.size > 0) making.push(limit(() => makeArchive(tree, options)));
    for (const { part, key, open } of composed.images) {
      if (part === index) making.push(limit(() => makeImageArchive(key, open, options)));
    }
  }
  const archives = await Promise.all(making);
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
    kernel: await cache.putBlob(readContent(kernel.kernel)),
    ...(kernel.ucode && { ucode: await cache.putBlob(readContent(kernel.ucode)) }),
  };
}
