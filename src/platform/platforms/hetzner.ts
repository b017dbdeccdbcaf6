// Hetzner Cloud. There is no upload: a disk is written from the rescue system and kept as a snapshot.
import { kvm } from '../drivers.ts';
import { usualNames } from '../image-name.ts';
import type { Platform } from '../platform.ts';

export const hetzner: Platform = {
  title: 'Hetzner Cloud',
  detection: { dmi: [{ sys_vendor: 'Hetzner' }], labels: [] },
  smbios: { sys_vendor: 'Hetzner', product_name: 'vServer' },
  drivers: kvm,
  kernel: { consoles: ['serial', 'screen'], arguments: [] },
  firmware: ['bios', 'uefi'],
  machine: { disk: 'virtio-scsi', nic: 'virtio-net' },
  userData: ['argument', 'hetzner'],
  imageName: usualNames,
  disk: { smallest: 0, multiple: 2 ** 20 },
};
