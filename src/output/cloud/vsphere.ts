// What vSphere imports.

import { defineFormat } from '../format.ts';
import { ovaOptions, planOva } from './plan-ova.ts';

export const vsphere = defineFormat({
  name: 'vsphere',
  summary: 'an OVA for vSphere: pvscsi, vmxnet3, guestinfo',
  module: 'output/cloud/vsphere',
  files: ['.ova'],
  named: { platform: 'vsphere' },
  platform: 'vsphere',
  sbom: false,
  boots: 'packed disk',
  options: ovaOptions,
  plan: planOva('vsphere'),
});
