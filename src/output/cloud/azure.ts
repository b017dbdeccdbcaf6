// What Azure imports.

import { ofDisk } from '../disk/compose.ts';
import { defineFormat } from '../format.ts';
import { writeFixedVhd } from './write-vhd.ts';

export const azure = defineFormat({
  name: 'azure',
  summary: 'a fixed VHD of whole MiB, as Azure imports it',
  module: 'output/cloud/azure',
  files: ['.vhd'],
  named: { platform: 'azure' },
  platform: 'azure',
  sbom: false,
  boots: { disk: 'vpc' },
  plan: ofDisk((disk, { identity }) => [
    (path, options) => writeFixedVhd(disk, path, { ...options, identity }),
  ]),
});
