// Microsoft Azure: Gen2 (UEFI) and Gen1 (BIOS). Before Hyper-V, from which only the asset tag tells it.
import { hyperV } from '../drivers.ts';
import type { Platform } from '../platform.ts';

export const azure: Platform = {
  title: 'Microsoft Azure',
  detection: { dmi: [{ chassis_asset_tag: '7783-7084-3265-9085-8269-3286-77' }], labels: [] },
  smbios: {
    sys_vendor: 'Microsoft Corporation',
    product_name: 'Virtual Machine',
    chassis_asset_tag: '7783-7084-3265-9085-8269-3286-77',
  },
  drivers: {
    // NVMe disks of newer sizes are behind the hypervisor's own PCI bus.
    disk: [...hyperV.disk, 'pci_hyperv', 'nvme'],
    cd: hyperV.cd,
    nic: ['hv_netvsc', 'mana', 'mlx5_core'],
  },
  kernel: {
    consoles: ['screen', 'serial'],
    arguments: ['rootdelay=300', 'net.ifnames=0', 'nvme_core.io_timeout=240'],
  },
  firmware: ['uefi', 'bios'],
  machine: { disk: 'hyperv-scsi', nic: 'hyperv-net' },
  userData: ['argument', 'azure-dvd', 'azure-imds'],
  imageName: { pattern: /^[A-Za-z0-9](?:[\w.-]{0,78}\w)?$/, characters: '\\w.-', longest: 80 },
  disk: {
    // The portal gives a machine a disk of the image's size and cannot grow it.
    smallest: 8 * 2 ** 30,
    multiple: 2 ** 20,
  },
};
