// The disk as a fixed VHD, by the name that LinuxKit has for it.

import { ofDisk } from '../disk/compose.ts';
import { defineFormat } from '../format.ts';
import { writeFixedVhd } from './write-vhd.ts';

export const vhd = defineFormat({
  name: 'vhd',
  summary: 'a fixed VHD, for Azure and Hyper-V',
  module: 'output/cloud/vhd',
  files: ['.vhd'],
  named: 'spec',
  platform: 'azure',
  sbom: false,
  sameAs: 'azure',
  boots: { disk: 'vpc' },
  plan: ofDisk((disk, { identity }) => [
    (path, options) => writeFixedVhd(disk, path, { ...options, identity }),
  ]),
});
