// Which modules a kernel has, as lines: remembered, so that its tree need not be opened to ask. And what of a component's
// `modules:` it lacks, which is an error that names both.
import { CatamaranError } from '../base/errors.ts';
import { byName } from '../base/order.ts';
import type { Position } from '../base/position.ts';
import type { Planning } from '../engine/planning.ts';
import type { KeptBlob } from '../engine/result.ts';
import type { Step } from '../engine/step.ts';
import { moduleNameOf, modulesOfKernel } from '../image/initrd.ts';
import type { BuiltImage } from './image.ts';

/** Empty for a kernel without indexes, of which nobody knows. */
export type KeptModuleNames = KeptBlob<'names'>;

export const moduleNamesKind = { name: 'module-names', module: 'steps/module-names' };

export function planModuleNames(kernel: Step<BuiltImage>, planning: Planning): Step<KeptModuleNames> {
  return planning.keep({
    kind: moduleNamesKind,
    id: 'names of the modules',
    inputs: {},
    needs: [kernel],
    async make(use, { cache }) {
      const names = (await modulesOfKernel((await use(kernel).open()).tree)) ?? new Set();
      const text = [...names].sort(byName).join('\n');
      return { blobs: { names: await cache.putBlob(Buffer.from(text), { derived: true }) }, facts: {} };
    },
  });
}

/** Names as `names` has them; `wanted` by who asks for them. */
export function checkModules(
  names: string,
  kernel: string,
  wanted: ReadonlyMap<string, readonly string[]>,
  placeOf: (name: string) => Position | undefined = () => undefined,
): void {
  if (names === '') return;
  const known = new Set(names.split('\n'));
  for (const [name, modules] of wanted) {
    const lacking = modules.filter((each) => !known.has(moduleNameOf(each)));
    if (lacking.length === 0) continue;
    throw new CatamaranError('spec', {
      code: 'kernel-module-missing',
      message: `${name} needs the kernel module ${lacking.join(', ')}, which ${kernel} does not have`,
      hint: 'Choose a kernel that has it (component:kernel-generic has more than component:kernel), or leave the component out.',
      position: placeOf(name),
    });
  }
}
