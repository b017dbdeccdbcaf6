// Akamai Connected Cloud, which was Linode. Its console (Lish) is the serial port.
import { kvm } from '../drivers.ts';
import { usualNames } from '../image-name.ts';
import type { Platform } from '../platform.ts';

export const akamai: Platform = {
  title: 'Akamai (Linode)',
  detection: { dmi: [{ sys_vendor: 'Akamai' }, { sys_vendor: 'Linode' }], labels: [] },
  smbios: { sys_vendor: 'Akamai', product_name: 'Compute Instance' },
  drivers: kvm,
  kernel: { consoles: ['screen', 'serial'], arguments: [] },
  firmware: ['bios'],
  machine: { disk: 'virtio-scsi', nic: 'virtio-net' },
  userData: ['argument', 'akamai'],
  imageName: usualNames,
  disk: { smallest: 0, multiple: 2 ** 20 },
};
