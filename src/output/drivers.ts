// Whether the spec's kernel has what a format's platform needs: a disk, a network card, a CD drive that it cannot drive is told
// while there is still no machine.

import type { Reporter } from '../base/reporter.ts';
import type { Planning } from '../engine/planning.ts';
import type { Step } from '../engine/step.ts';
import { modulesOfKernel } from '../image/initrd.ts';
import { absentFromCloudKernel, driversNeeded } from '../platform/drivers.ts';
import type { Drivers, Platform } from '../platform/platform.ts';
import { type PlatformName, platforms } from '../platform/table.ts';
import { planImage } from '../steps/image.ts';

/** Undefined where nobody knows. */
export interface KernelDrivers {
  readonly kernel: string;
  readonly names: ReadonlySet<string> | undefined;
}

export const driversKind = { name: 'drivers', module: 'output/drivers' };

/** Undefined for a spec without a kernel. */
export function planDrivers(planning: Planning): Step<KernelDrivers> | undefined {
  const { kernel } = planning.locked.spec;
  if (!kernel) return undefined;
  const image = planImage(kernel.image, planning);
  return planning.compose({
    kind: driversKind,
    id: 'drivers of the kernel',
    inputs: {},
    needs: [image],
    async make(use) {
      const { title, open } = use(image);
      return { kernel: title, names: await modulesOfKernel((await open()).tree) };
    },
  });
}

const parts = { disk: 'disks', cd: 'CDs', nic: 'network cards' } as const;

/** In one warning. */
export function warnOfDrivers(
  format: string,
  name: PlatformName,
  { kernel, names }: KernelDrivers,
  reporter: Reporter,
): void {
  if (!names) return;
  const platform = platforms[name];
  const lacking = lackingOf(platform, names);
  const said = (Object.keys(parts) as (keyof Drivers)[])
    .filter((part) => lacking[part].length > 0)
    .map((part) => `${lacking[part].join(', ')} (${parts[part]})`);
  if (said.length === 0) return;
  const whose = platform.anyHardware ? 'some machines' : 'machines';
  const all = Object.values(lacking).flat();
  reporter.warn(
    `${format}: ${kernel} has no ${said.join(', no ')}, which ${whose} of the platform ${name} need`,
    all.every((each) => absentFromCloudKernel.has(each))
      ? 'component:kernel-generic has them.'
      : 'Name a kernel that has them.',
  );
}

function lackingOf(platform: Platform, names: ReadonlySet<string>): Drivers {
  const { disk, cd, nic } = driversNeeded(platform);
  const lacking = (wanted: readonly string[]) => wanted.filter((each) => !names.has(each));
  return { disk: lacking(disk), cd: lacking(cd), nic: lacking(nic) };
}
