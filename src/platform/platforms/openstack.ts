// OpenStack (Nova), on KVM or any other hypervisor. A Glance of 2026 takes a raw disk only with a faultless protective MBR.
import { kvm } from '../drivers.ts';
import type { Platform } from '../platform.ts';

export const openstack: Platform = {
  title: 'OpenStack',
  detection: {
    dmi: [
      { product_name: 'OpenStack Nova' },
      { product_name: 'OpenStack Compute' },
      // Clouds that are OpenStack and show it in the asset tag alone.
      { chassis_asset_tag: 'OpenStack Nova' },
      { chassis_asset_tag: 'OpenStack Compute' },
      { chassis_asset_tag: 'OpenTelekomCloud' },
      { chassis_asset_tag: 'SAP CCloud VM' },
      { chassis_asset_tag: 'HUAWEICLOUD' },
    ],
    labels: ['config-2', 'CONFIG-2'],
  },
  smbios: { sys_vendor: 'OpenStack Foundation', product_name: 'OpenStack Nova' },
  drivers: kvm,
  kernel: { consoles: ['screen', 'serial'], arguments: [] },
  firmware: ['bios', 'uefi'],
  machine: { disk: 'virtio-blk', nic: 'virtio-net' },
  userData: ['argument', 'config-drive', 'openstack', 'ec2-plain'],
  imageName: { pattern: /^[^\p{Cc}\p{Zl}\p{Zp}]{1,255}$/u, characters: 'A-Za-z0-9._ -', longest: 255 },
  disk: { smallest: 0, multiple: 2 ** 20 },
};
