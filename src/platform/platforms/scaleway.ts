// Scaleway. Its console is the serial port.
import { kvm } from '../drivers.ts';
import { usualNames } from '../image-name.ts';
import type { Platform } from '../platform.ts';

export const scaleway: Platform = {
  title: 'Scaleway',
  detection: { dmi: [{ sys_vendor: 'Scaleway' }], labels: [] },
  smbios: { sys_vendor: 'Scaleway' },
  drivers: kvm,
  kernel: { consoles: ['screen', 'serial'], arguments: [] },
  firmware: ['uefi'],
  machine: { disk: 'virtio-scsi', nic: 'virtio-net' },
  userData: ['argument', 'scaleway'],
  imageName: usualNames,
  disk: { smallest: 0, multiple: 2 ** 20 },
};
