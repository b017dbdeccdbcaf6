// All platforms, in the order in which a machine is compared with them: what is told by an asset tag before the
// hypervisor under it, and bare metal when it is none.
import type { Platform } from './platform.ts';
import { akamai } from './platforms/akamai.ts';
import { aws } from './platforms/aws.ts';
import { azure } from './platforms/azure.ts';
import { digitalocean } from './platforms/digitalocean.ts';
import { exoscale } from './platforms/exoscale.ts';
import { gcp } from './platforms/gcp.ts';
import { hetzner } from './platforms/hetzner.ts';
import { hyperv } from './platforms/hyperv.ts';
import { metal } from './platforms/metal.ts';
import { nutanix } from './platforms/nutanix.ts';
import { openstack } from './platforms/openstack.ts';
import { oracle } from './platforms/oracle.ts';
import { proxmox } from './platforms/proxmox.ts';
import { qemu } from './platforms/qemu.ts';
import { scaleway } from './platforms/scaleway.ts';
import { virtualbox } from './platforms/virtualbox.ts';
import { vsphere } from './platforms/vsphere.ts';
import { vultr } from './platforms/vultr.ts';

const table = {
  openstack,
  aws,
  gcp,
  azure,
  oracle,
  digitalocean,
  hetzner,
  vultr,
  scaleway,
  akamai,
  exoscale,
  nutanix,
  virtualbox,
  vsphere,
  hyperv,
  qemu,
  proxmox,
  metal,
} as const satisfies Readonly<Record<string, Platform>>;

export type PlatformName = keyof typeof table;
export const platforms: Readonly<Record<PlatformName, Platform>> = table;
export const platformNames = Object.keys(table) as readonly PlatformName[];

export function isPlatformName(text: string): text is PlatformName {
  return Object.hasOwn(table, text);
}

/** What an initrd needs to find the root of any machine: the drivers of all disks and CD drives, each once. */
export function driversOfRoots(): string[] {
  return [
    ...new Set(
      platformNames.flatMap((name) => [...platforms[name].drivers.disk, ...platforms[name].drivers.cd]),
    ),
  ];
}
