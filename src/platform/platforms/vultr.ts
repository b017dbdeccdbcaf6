// Vultr.
import { kvm } from '../drivers.ts';
import { usualNames } from '../image-name.ts';
import type { Platform } from '../platform.ts';

export const vultr: Platform = {
  title: 'Vultr',
  detection: { dmi: [{ sys_vendor: 'Vultr' }], labels: [] },
  smbios: { sys_vendor: 'Vultr' },
  drivers: kvm,
  kernel: { consoles: ['serial', 'screen'], arguments: [] },
  firmware: ['bios', 'uefi'],
  machine: { disk: 'virtio-blk', nic: 'virtio-net' },
  userData: ['argument', 'vultr'],
  imageName: usualNames,
  disk: { smallest: 0, multiple: 2 ** 20 },
};
