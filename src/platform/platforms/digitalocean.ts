// DigitalOcean. Its config drive comes before all else; images up to 100 GB.
import { kvm } from '../drivers.ts';
import { usualNames } from '../image-name.ts';
import type { Platform } from '../platform.ts';

export const digitalocean: Platform = {
  title: 'DigitalOcean',
  detection: { dmi: [{ sys_vendor: 'DigitalOcean' }], labels: [] },
  smbios: { sys_vendor: 'DigitalOcean', product_name: 'Droplet' },
  drivers: kvm,
  kernel: { consoles: ['serial', 'screen'], arguments: [] },
  firmware: ['bios'],
  machine: { disk: 'virtio-blk', nic: 'virtio-net' },
  userData: ['argument', 'config-drive', 'digitalocean'],
  imageName: usualNames,
  disk: { smallest: 0, multiple: 2 ** 20 },
};
