// VMware: vSphere, ESXi, Workstation. New machines get UEFI; LSI Logic controllers need the generic kernel.
import type { Platform } from '../platform.ts';

export const vsphere: Platform = {
  title: 'VMware vSphere',
  detection: { dmi: [{ sys_vendor: 'VMware, Inc.' }], labels: [], generic: true },
  smbios: { sys_vendor: 'VMware, Inc.', product_name: 'VMware7,1' },
  drivers: {
    disk: ['vmw_pvscsi', 'nvme', 'ahci', 'mptspi', 'mptsas', 'sd_mod'],
    cd: ['ahci', 'ata_piix', 'sr_mod', 'isofs'],
    nic: ['vmxnet3', 'e1000e'],
  },
  kernel: { consoles: ['serial', 'screen'], arguments: [] },
  firmware: ['uefi', 'bios'],
  machine: { disk: 'pvscsi', nic: 'vmxnet3' },
  userData: ['argument', 'guestinfo', 'ovf-cd', 'nocloud'],
  imageName: { pattern: /^[^/\\%\p{Cc}]{1,80}$/u, characters: 'A-Za-z0-9._ -', longest: 80 },
  disk: { smallest: 0, multiple: 2 ** 20 },
};
