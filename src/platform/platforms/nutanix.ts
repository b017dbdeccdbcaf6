// Nutanix AHV.
import { kvm } from '../drivers.ts';
import { usualNames } from '../image-name.ts';
import type { Platform } from '../platform.ts';

export const nutanix: Platform = {
  title: 'Nutanix AHV',
  detection: { dmi: [{ sys_vendor: 'Nutanix' }], labels: [] },
  smbios: { sys_vendor: 'Nutanix', product_name: 'AHV' },
  drivers: kvm,
  kernel: { consoles: ['serial', 'screen'], arguments: [] },
  firmware: ['bios', 'uefi'],
  machine: { disk: 'virtio-scsi', nic: 'virtio-net' },
  userData: ['argument', 'config-drive'],
  imageName: usualNames,
  disk: { smallest: 0, multiple: 2 ** 20 },
};
