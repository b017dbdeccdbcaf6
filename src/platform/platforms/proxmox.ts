// Proxmox VE. To a guest it is QEMU, so it must be named; a machine has no serial port unless it is given one.
import { kvm } from '../drivers.ts';
import { usualNames } from '../image-name.ts';
import type { Platform } from '../platform.ts';

export const proxmox: Platform = {
  title: 'Proxmox VE',
  detection: { dmi: [], labels: [] },
  smbios: { sys_vendor: 'QEMU' },
  drivers: kvm,
  kernel: { consoles: ['screen'], arguments: [] },
  firmware: ['bios', 'uefi'],
  machine: { disk: 'virtio-scsi', nic: 'virtio-net' },
  userData: ['argument', 'fw-cfg', 'smbios', 'seed', 'nocloud'],
  imageName: usualNames,
  disk: { smallest: 0, multiple: 2 ** 20 },
};
