// What VirtualBox imports.

import { defineFormat } from '../format.ts';
import { ovaOptions, planOva } from './plan-ova.ts';

export const virtualbox = defineFormat({
  name: 'virtualbox',
  summary: 'an OVA for VirtualBox: AHCI, virtio-net',
  module: 'output/cloud/virtualbox',
  files: ['.ova'],
  named: { platform: 'virtualbox' },
  platform: 'virtualbox',
  sbom: false,
  boots: 'packed disk',
  options: ovaOptions,
  plan: planOva('virtualbox'),
});
