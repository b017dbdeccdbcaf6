// What Google Compute Engine imports.

import { ofDisk } from '../disk/compose.ts';
import { defineFormat } from '../format.ts';
import { writeGce } from './write-gce.ts';

export const gce = defineFormat({
  name: 'gce',
  summary: 'the archive that Google Compute Engine imports',
  module: 'output/cloud/gce',
  files: ['.tar.gz'],
  named: { platform: 'gce' },
  platform: 'gcp',
  sbom: false,
  boots: 'packed disk',
  plan: ofDisk((disk) => [(path, options) => writeGce(disk, path, options)]),
});
