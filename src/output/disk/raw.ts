// The disk as it is, in a sparse file: what dd, most clouds and `catamaran inspect` take.
import { defineFormat } from '../format.ts';
import { writeRaw } from '../write/raw.ts';
import { ofDisk } from './compose.ts';

export const raw = defineFormat({
  name: 'raw',
  summary: 'the same disk as it is, in a sparse file',
  module: 'output/disk/raw',
  files: ['.raw'],
  named: 'os',
  sbom: false,
  boots: { disk: 'raw' },
  plan: ofDisk((disk) => [(path, options) => writeRaw(disk, path, options)]),
});
