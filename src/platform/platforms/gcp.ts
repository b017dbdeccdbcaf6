// Google Compute Engine. Newer machine families have NVMe disks only.
import type { Platform } from '../platform.ts';

export const gcp: Platform = {
  title: 'Google Compute Engine',
  detection: { dmi: [{ product_name: 'Google Compute Engine' }], labels: [] },
  smbios: { sys_vendor: 'Google', product_name: 'Google Compute Engine' },
  drivers: {
    disk: ['virtio_pci', 'virtio_scsi', 'sd_mod', 'nvme'],
    cd: [],
    nic: ['virtio_net', 'gve', 'idpf'],
  },
  kernel: { consoles: ['screen', 'serial'], arguments: [] },
  firmware: ['uefi', 'bios'],
  machine: { disk: 'virtio-scsi', nic: 'gve' },
  userData: ['argument', 'gce'],
  imageName: { pattern: /^[a-z](?:[-a-z0-9]{0,61}[a-z0-9])?$/, characters: 'a-z0-9-', longest: 63 },
  disk: { smallest: 2 ** 30, multiple: 2 ** 30 },
};
