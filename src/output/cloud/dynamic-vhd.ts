// The disk as a dynamic VHD, by the name that LinuxKit has for it: the same as that of a fixed one.

import { ofDisk } from '../disk/compose.ts';
import { defineFormat } from '../format.ts';
import { writeDynamicVhd } from './write-vhd.ts';

export const dynamicVhd = defineFormat({
  name: 'dynamic-vhd',
  summary: 'a dynamic VHD, for Glance and Hyper-V',
  module: 'output/cloud/dynamic-vhd',
  files: ['.vhd'],
  named: 'spec',
  platform: 'hyperv',
  sbom: false,
  boots: { disk: 'vpc' },
  plan: ofDisk((disk, { identity }) => [
    (path, options) => writeDynamicVhd(disk, path, { ...options, identity }),
  ]),
});
