// The initrd: the initrd image's tree, and the kernel modules that its label asks for.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { writeCpio } from '../archive/write-cpio.ts';
import { kernelRelease } from '../component/generators/kernel-modules.ts';
import type { Needs, StepResult } from '../engine/result.ts';
import type { Step, Work } from '../engine/step.ts';
import { openImage, type Workshop } from '../engine/workshop.ts';
import { concatenateArchives, selectModules } from '../image/initrd.ts';
import { modulesLabel } from '../oci/image.ts';
import { readContent } from '../tree/content.ts';
import type { ReadonlyTree } from '../tree/tree.ts';

/** zstd's level. The boot loader reads every byte of it; but 15 saves 0.4 % more, for six times the work. */
const level = '-10';

export async function makeInitrd(
  step: Step<Work & { kind: 'initrd' }>,
  needs: Needs,
  workshop: Workshop,
): Promise<StepResult> {
  const { cache, context } = workshop;
  const initrd = await openImage(workshop, needs, step.work.image);
  const kernel = await openImage(workshop, needs, step.work.kernel);
  const wanted = (initrd.image.config.config?.Labels?.[modulesLabel] ?? '').split(' ').filter(Boolean);
  const modules = await selectModules(kernel.tree, kernelRelease(kernel.tree), wanted);
  if (modules.unknown.length > 0) {
    context.reporter.info(`initrd: this kernel has no ${modules.unknown.join(', ')}`);
  }
  const scratch = await cache.scratch();
  try {
    const archives = [];
    for (const [name, tree] of [
      ['initrd', initrd.tree],
      ['modules', modules.tree],
    ] as const) {
      archives.push(await compress(workshop, tree, join(scratch.path, name)));
    }
    return {
      blobs: { initrd: await cache.putBlob(concatenateArchives(archives), { derived: true }) },
      facts: {},
    };
  } finally {
    await scratch.dispose();
  }
}

async function compress(
  workshop: Workshop,
  tree: ReadonlyTree,
  path: string,
): Promise<AsyncIterable<Uint8Array>> {
  const tools = await workshop.tools();
  await tools.run('zstd', [level, '--quiet', '--single-thread', '-o', path], {
    stdin: writeCpio(tree, { clampMtime: workshop.locked.epoch }),
    signal: workshop.context.signal,
  });
  const { size } = await stat(path);
  return readContent({ at: 'file', path, offset: 0, size });
}
