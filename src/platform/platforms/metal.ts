// Bare metal: what is none of the others. There may be no serial port, and a kernel that is told of one can hang.
import { usualNames } from '../image-name.ts';
import type { Platform } from '../platform.ts';

export const metal: Platform = {
  title: 'Bare metal',
  detection: { dmi: [], labels: [] },
  smbios: {},
  drivers: {
    disk: [
      'nvme',
      'ahci',
      'sd_mod',
      'usb_storage',
      'uas',
      'xhci_pci',
      'ehci_pci',
      'mpt3sas',
      'megaraid_sas',
      'hpsa',
    ],
    cd: ['ahci', 'ata_piix', 'sr_mod', 'isofs'],
    nic: ['bnxt_en', 'e1000e', 'i40e', 'ice', 'igb', 'ixgbe', 'tg3'],
  },
  anyHardware: true,
  kernel: { consoles: ['screen'], arguments: [] },
  firmware: ['uefi', 'bios'],
  machine: { disk: 'nvme', nic: 'e1000e' },
  userData: ['argument', 'boot-medium', 'smbios', 'seed', 'nocloud', 'config-drive'],
  imageName: usualNames,
  disk: { smallest: 0, multiple: 2 ** 20 },
};
