// Amazon EC2: Nitro, and the older types on Xen, which have a BIOS only.
import type { Platform } from '../platform.ts';

export const aws: Platform = {
  title: 'Amazon EC2',
  detection: { dmi: [{ sys_vendor: 'Amazon EC2' }, { bios_version: '*.amazon' }], labels: [] },
  smbios: { sys_vendor: 'Amazon EC2', product_name: 'm6i.large', bios_vendor: 'Amazon EC2' },
  drivers: { disk: ['nvme', 'xen_blkfront'], cd: [], nic: ['ena', 'xen_netfront', 'ixgbevf'] },
  kernel: {
    consoles: ['screen', 'serial'],
    arguments: [
      // A volume that is slow is not lost: Amazon asks for the longest time that the driver takes.
      'nvme_core.io_timeout=4294967295',
    ],
  },
  firmware: ['uefi', 'bios'],
  machine: { disk: 'nvme', nic: 'ena' },
  userData: ['argument', 'ec2'],
  imageName: { pattern: /^[\w()[\] ./'@-]{3,128}$/, characters: "\\w()[\\] ./'@-", longest: 128 },
  disk: { smallest: 2 ** 30, multiple: 2 ** 30 },
};
