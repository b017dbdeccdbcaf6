// Exoscale: a template is a qcow2 of exactly 10 GiB.
import { kvm } from '../drivers.ts';
import { usualNames } from '../image-name.ts';
import type { Platform } from '../platform.ts';

export const exoscale: Platform = {
  title: 'Exoscale',
  detection: { dmi: [{ product_name: 'Exoscale*' }], labels: [] },
  smbios: { sys_vendor: 'Exoscale', product_name: 'Exoscale Compute Platform' },
  drivers: kvm,
  kernel: { consoles: ['serial', 'screen'], arguments: [] },
  firmware: ['bios', 'uefi'],
  machine: { disk: 'virtio-blk', nic: 'virtio-net' },
  userData: ['argument', 'ec2-plain'],
  imageName: usualNames,
  disk: { smallest: 10 * 2 ** 30, multiple: 2 ** 30 },
};
