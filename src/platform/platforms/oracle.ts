// Oracle Cloud Infrastructure, paravirtualised.
import { kvm } from '../drivers.ts';
import { usualNames } from '../image-name.ts';
import type { Platform } from '../platform.ts';

export const oracle: Platform = {
  title: 'Oracle Cloud',
  detection: { dmi: [{ chassis_asset_tag: 'OracleCloud.com' }], labels: [] },
  smbios: { sys_vendor: 'QEMU', chassis_asset_tag: 'OracleCloud.com' },
  drivers: kvm,
  kernel: { consoles: ['screen', 'serial'], arguments: [] },
  firmware: ['uefi', 'bios'],
  machine: { disk: 'virtio-scsi', nic: 'virtio-net' },
  userData: ['argument', 'oracle'],
  imageName: usualNames,
  disk: { smallest: 0, multiple: 2 ** 20 },
};
