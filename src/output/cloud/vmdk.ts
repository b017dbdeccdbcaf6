// The disk as a streamOptimized VMDK, by the name that LinuxKit has for it.

import { ofDisk } from '../disk/compose.ts';
import { defineFormat } from '../format.ts';
import { writeVmdk } from './write-vmdk.ts';

export const vmdk = defineFormat({
  name: 'vmdk',
  summary: 'a streamOptimized VMDK, for vSphere, Workstation and whatever converts from it',
  module: 'output/cloud/vmdk',
  files: ['.vmdk'],
  named: 'spec',
  platform: 'vsphere',
  sbom: false,
  boots: { disk: 'vmdk' },
  plan: ofDisk((disk, { identity }) => [(path, options) => writeVmdk(disk, path, { ...options, identity })]),
});
