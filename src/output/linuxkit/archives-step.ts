// The root file system to the archives of an initrd, side by side, and beside them the kernel.
import pLimit from 'p-limit';
import type { Planning } from '../../engine/planning.ts';
import type { Kept } from '../../engine/result.ts';
import type { Step } from '../../engine/step.ts';
import { toolsOf } from '../../engine/tools.ts';
import type { Workshop } from '../../engine/workshop.ts';
import { archiveLevel } from '../../steps/levels.ts';
import type { Blob } from '../../store/blob.ts';
import type { Tree, TreePath } from '../../tree/tree.ts';
import { makeArchive, makeImageArchives, type PackedArchive } from './archives.ts';
import { type KernelBlobs, keepKernel } from './kernel.ts';
import type { LinuxkitRoot } from './merge-root.ts';
import { type ComposedRoot, planRoot } from './root.ts';

export type KeptArchives = Kept<
  KernelBlobs & Readonly<Record<`archive ${number}`, Blob>>,
  {
    readonly archives: number;
    /** In bytes, in whole pages. */
    readonly unpacked: number;
    /** Paths whose extended attributes no archive holds. */
    readonly plain: readonly string[];
  }
>;

export const archivesKind = { name: 'archives', module: 'output/linuxkit/archives-step' };

export function planArchives(planning: Planning): Step<KeptArchives> {
  const root = planning.once(planRoot);
  return planning.keep({
    kind: archivesKind,
    id: 'initrd archives',
    inputs: { ...planning.common, level: String(archiveLevel) },
    needs: [root],
    make: (use, workshop) => makeArchives(use(root), workshop),
  });
}

async function makeArchives(composed: ComposedRoot, workshop: Workshop): Promise<KeptArchives> {
  const { cache, context, locked } = workshop;
  const { jobs, signal } = context;
  const limit = pLimit(jobs);
  const options = {
    ...{ cache, limit, signal, epoch: locked.epoch, level: archiveLevel, threads: jobs },
    code: locked.program(archivesKind.module),
    tools: () => toolsOf(workshop),
  };
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
  return {
    blobs: {
      ...(await keepKernel(composed.kernel!, cache)),
      ...Object.fromEntries(archives.map(({ blob }, index) => [`archive ${index}`, blob])),
    },
    facts: {
      archives: archives.length,
      unpacked: archives.reduce((sum, { unpacked }) => sum + unpacked, 0),
      plain: archives.flatMap(({ plain }: PackedArchive) => plain),
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
