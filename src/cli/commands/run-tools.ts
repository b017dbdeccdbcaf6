// The host tools that `run` and `ssh` use: a component each, by itself and not of any spec.
import { type Arch, architectureOf } from '../../base/arch.ts';
import { withWorkshop } from '../../engine/workshop.ts';
import type { Context } from '../../lock/context.ts';
import type { LockedPackage } from '../../packages/locked.ts';
import { fetchPackages, sourceOf } from '../../sources/table.ts';
import { openTools } from '../../tools/open.ts';
import { isPrepared } from '../../tools/root.ts';
import type { Tools } from '../../tools/tools.ts';
import { lockOne } from '../lock-one.ts';

/** QEMU for machines of `arch`, and an SSH client. */
export const openQemu = (context: Context, arch: Arch, hostArch: Arch): Promise<Tools> =>
  openComponent(`component:${architectureOf(arch).qemu.component}`, context, hostArch);

/** What a build runs: `qemu-img` is among them. */
export const openBuildTools = (context: Context, hostArch: Arch): Promise<Tools> =>
  openComponent('component:tools', context, hostArch);

async function openComponent(reference: string, context: Context, hostArch: Arch): Promise<Tools> {
  const request = { reference, arch: hostArch, hostArch, remembered: true };
  const { component, locked } = await lockOne(request, context);
  const { packages } = component;
  return withWorkshop(locked, context, async (workshop) => {
    const { cache } = workshop;
    if (!(await isPrepared({ cache, packages }))) await fetchPackages(packages, workshop.packages);
    const packageTree = (wanted: LockedPackage) => sourceOf(wanted).unpack(wanted, workshop.packages);
    return openTools({ cache, reporter: context.reporter, packages, packageTree });
  });
}
