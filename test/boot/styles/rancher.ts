// RancherOS: what its people look for is in rancher.test.ts; here it is updated and falls back, as the others do.
import type { Style } from './style.ts';

export const rancher: Style = {
  name: 'rancher-style',
  firmware: 'uefi',
  channels: ['stable'],
  start: async ({ key }) => ({
    memory: 2 << 30,
    firmwareConfig: {
      'opt/org.catamaran/config': `#cloud-config\nhostname: bull\nssh_authorized_keys: ['${key.publicKey.trim()}']\n`,
    },
  }),
  shows: {},
};
