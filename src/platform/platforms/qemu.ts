// QEMU, by itself or with libvirt.
import { kvm } from '../drivers.ts';
import { usualNames } from '../image-name.ts';
import type { Platform } from '../platform.ts';

export const qemu: Platform = {
  title: 'QEMU and libvirt',
  detection: {
    dmi: [{ sys_vendor: 'QEMU' }, { product_name: 'KVM' }, { product_name: 'Bochs' }],
    labels: [],
    generic: true,
  },
  smbios: { sys_vendor: 'QEMU', product_name: 'Standard PC (Q35 + ICH9, 2009)' },
  drivers: kvm,
  kernel: { consoles: ['screen', 'serial'], arguments: [] },
  firmware: ['bios', 'uefi'],
  machine: { disk: 'virtio-blk', nic: 'virtio-net' },
  userData: ['argument', 'fw-cfg', 'smbios', 'seed', 'nocloud', 'config-drive'],
  imageName: usualNames,
  disk: { smallest: 0, multiple: 2 ** 20 },
};
