// The kernel modules that components cannot do without, each with who says so: a kernel without one is an error
// before anything but the kernel is built. What other images ask for, and what is loaded at boot, is known when they are open.
import { CatamaranError, type Diagnostic } from '../base/errors.ts';
import { byName } from '../base/order.ts';
import { childOf } from '../document/pointer.ts';
import { moduleNameOf } from '../image/initrd.ts';
import type { LockedSpec } from '../lock/locked-spec.ts';

export interface ModuleWish {
  /** As in the spec. */
  readonly component: string;
  readonly module: string;
  readonly position: Diagnostic['position'];
}

/** Sorted by component, then as it has them. Those of an image that is not built here nobody knows. */
export function modulesOfComponents({ images }: Pick<LockedSpec, 'images'>): ModuleWish[] {
  return [...images.values()]
    .sort((a, b) => byName(a.name, b.name))
    .flatMap((image) => {
      if (image.kind !== 'component') return [];
      const { modules, source } = image.component.sources.definition;
      return modules.map((module, index) => ({
        component: image.name,
        module,
        position: source.positionOf(childOf('/modules', index)),
      }));
    });
}

/** @param names of all modules of the kernel, and of what is built in */
export function requireModules(
  wishes: readonly ModuleWish[],
  kernel: string,
  names: ReadonlySet<string>,
): void {
  const [first, ...rest] = wishes
    .filter(({ module }) => !names.has(moduleNameOf(module)))
    .map(({ component, module, position }): Diagnostic => {
      return {
        code: 'spec-module-missing',
        message: `${component} needs the kernel module ${module}, and ${kernel} has none`,
        hint: 'Name another kernel, such as component:kernel-generic, or leave the component out.',
        position,
      };
    });
  if (first) throw new CatamaranError('spec', [first, ...rest]);
}
