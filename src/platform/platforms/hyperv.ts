// Hyper-V on premises. A machine of generation 2 has no serial port of itself.
import { hyperV } from '../drivers.ts';
import { usualNames } from '../image-name.ts';
import type { Platform } from '../platform.ts';

export const hyperv: Platform = {
  title: 'Hyper-V',
  detection: {
    dmi: [{ sys_vendor: 'Microsoft Corporation', product_name: 'Virtual Machine' }],
    labels: [],
    generic: true,
  },
  smbios: { sys_vendor: 'Microsoft Corporation', product_name: 'Virtual Machine' },
  drivers: hyperV,
  kernel: { consoles: ['screen'], arguments: [] },
  firmware: ['uefi', 'bios'],
  machine: { disk: 'hyperv-scsi', nic: 'hyperv-net' },
  userData: ['argument', 'kvp', 'nocloud'],
  imageName: usualNames,
  disk: { smallest: 0, multiple: 2 ** 20 },
};
