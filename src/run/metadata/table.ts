// How each platform gives a machine what its user says. Where QEMU has not what the platform has, another place that its
// machines ask as well.
import type { PlatformName } from '../../platform/table.ts';
import type { Deliver } from './delivery.ts';
import { azure } from './platforms/azure.ts';
import { cloudstack, ec2 } from './platforms/ec2.ts';
import { firmware } from './platforms/firmware.ts';
import { gce } from './platforms/gce.ts';
import { nocloud } from './platforms/nocloud.ts';
import { configDrive } from './platforms/openstack.ts';
import { akamai, digitalocean, hetzner, oracle, scaleway, vultr } from './platforms/others.ts';

export const deliveries: Readonly<Record<PlatformName, Deliver>> = {
  akamai,
  aws: ec2,
  azure,
  digitalocean,
  exoscale: cloudstack,
  gcp: gce,
  hetzner,
  hyperv: nocloud,
  metal: nocloud,
  nutanix: configDrive,
  openstack: configDrive,
  oracle,
  proxmox: nocloud,
  qemu: firmware,
  scaleway,
  virtualbox: nocloud,
  vsphere: nocloud,
  vultr,
};
