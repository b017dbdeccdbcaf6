// The disk as a VHDX.

import { ofDisk } from '../disk/compose.ts';
import { defineFormat } from '../format.ts';
import { writeVhdx } from './write-vhdx.ts';

export const vhdx = defineFormat({
  name: 'vhdx',
  summary: 'a VHDX, for Hyper-V',
  module: 'output/cloud/vhdx',
  files: ['.vhdx'],
  named: { platform: 'hyperv' },
  platform: 'hyperv',
  sbom: false,
  boots: { disk: 'vhdx' },
  plan: ofDisk((disk, { identity }) => [(path, options) => writeVhdx(disk, path, { ...options, identity })]),
});
