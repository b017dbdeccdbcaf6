// What Google Compute Engine imports, by the name that LinuxKit has for it.

import { ofDisk } from '../disk/compose.ts';
import { defineFormat } from '../format.ts';
import { writeGce } from './write-gce.ts';

export const gcp = defineFormat({
  name: 'gcp',
  summary: 'the same as gce, under the name that LinuxKit has for it',
  module: 'output/cloud/gcp',
  files: ['.img.tar.gz'],
  named: 'spec',
  platform: 'gcp',
  sbom: false,
  boots: 'packed disk',
  sameAs: 'gce',
  plan: ofDisk((disk) => [(path, options) => writeGce(disk, path, options)]),
});
