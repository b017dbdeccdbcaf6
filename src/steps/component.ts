// A component to an OCI image in the cache.
import { buildComponent } from '../component/build.ts';
import { imageResult, type StepResult } from '../engine/result.ts';
import type { Step, Work } from '../engine/step.ts';
import type { Workshop } from '../engine/workshop.ts';

export async function makeComponent(
  step: Step<Work & { kind: 'component' }>,
  workshop: Workshop,
): Promise<StepResult> {
  const { cache, locked, packageTree } = workshop;
  const { sources, packages } = step.work.component;
  const scratches: { dispose(): Promise<void> }[] = [];
  try {
    const image = await buildComponent(
      { sources, packages, arch: locked.arch, epoch: locked.epoch },
      {
        cache,
        packageTree,
        scratch: async () => {
          const scratch = await cache.scratch();
          scratches.push(scratch);
          return scratch.path;
        },
        runTool: async (name, args) => {
          await (await workshop.tools()).run(name, args);
        },
      },
    );
    return imageResult(image, cache);
  } finally {
    for (const scratch of scratches) await scratch.dispose();
  }
}
