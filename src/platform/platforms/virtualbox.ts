// VirtualBox. Its usual network card is an e1000, which the cloud kernel does not know.
import { usualNames } from '../image-name.ts';
import type { Platform } from '../platform.ts';

export const virtualbox: Platform = {
  title: 'VirtualBox',
  detection: { dmi: [{ product_name: 'VirtualBox' }], labels: [] },
  smbios: { sys_vendor: 'innotek GmbH', product_name: 'VirtualBox' },
  drivers: {
    disk: ['ahci', 'ata_piix', 'sd_mod'],
    cd: ['ahci', 'ata_piix', 'sr_mod', 'isofs'],
    nic: ['virtio_net', 'e1000'],
  },
  kernel: { consoles: ['screen'], arguments: [] },
  firmware: ['bios', 'uefi'],
  machine: { disk: 'ahci', nic: 'virtio-net' },
  userData: ['argument', 'guest-property', 'nocloud'],
  imageName: usualNames,
  disk: { smallest: 0, multiple: 2 ** 20 },
};
