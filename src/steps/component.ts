// A component to an OCI image in the cache.
import { sortedEntries } from '../base/order.ts';
import { buildComponent } from '../component/build.ts';
import type { PackageTrees } from '../component/gather.ts';
import type { Planning } from '../engine/planning.ts';
import { type KeptImage, keepImage } from '../engine/result.ts';
import type { Step, StepDefinition } from '../engine/step.ts';
import { toolsOf } from '../engine/tools.ts';
import type { Workshop } from '../engine/workshop.ts';
import type { ImageName, LockedComponent } from '../lock/locked-spec.ts';
import { sourceOf } from '../sources/table.ts';

export const componentKind = { name: 'component', module: 'steps/component' };

export function planComponent(
  name: ImageName,
  component: LockedComponent,
  planning: Planning,
): Step<KeptImage> {
  return planning.keep(defineComponent(name, component, planning.common));
}

export function defineComponent(
  name: ImageName,
  component: LockedComponent,
  { arch, epoch, tools }: Planning['common'],
): StepDefinition<KeptImage> {
  const { sources, packages } = component;
  const inputs: Record<string, string> = { arch, epoch, ...sources.inputs };
  for (const { name, version, digest } of packages) inputs[`package ${name}`] = `${version} ${digest}`;
  if (sources.definition.generate.includes('kernel-modules')) inputs.tools = tools;
  return {
    kind: componentKind,
    id: `component ${name.replace(/^component:/, '')}`,
    inputs,
    needs: [],
    packages,
    make: (_, workshop) => makeComponent(component, workshop),
  };
}

export const packageTreesOf = ({ packages }: Workshop): PackageTrees => ({
  packageTree: (wanted) => sourceOf(wanted).unpack(wanted, packages),
  packageControl: (wanted) => sourceOf(wanted).control(wanted, packages),
});

async function makeComponent({ sources, packages }: LockedComponent, workshop: Workshop): Promise<KeptImage> {
  const { cache, locked } = workshop;
  const scratches: { dispose(): Promise<void> }[] = [];
  const licences = new Map<string, string>();
  try {
    const image = await buildComponent(
      { sources, packages, arch: locked.arch, epoch: locked.epoch },
      {
        cache,
        ...packageTreesOf(workshop),
        packageTree: async (wanted) => {
          const tree = await sourceOf(wanted).unpack(wanted, workshop.packages);
          const said = await sourceOf(wanted).licences(wanted, tree);
          if (said !== undefined) licences.set(wanted.name, said);
          return tree;
        },
        scratch: async () => {
          const scratch = await cache.scratch();
          scratches.push(scratch);
          return scratch.path;
        },
        runTool: async (name, args) => {
          await (await toolsOf(workshop)).run(name, args);
        },
      },
    );
    return await keepImage(image, cache, {
      licences: Object.fromEntries(sortedEntries(Object.fromEntries(licences))),
    });
  } finally {
    for (const scratch of scratches) await scratch.dispose();
  }
}
