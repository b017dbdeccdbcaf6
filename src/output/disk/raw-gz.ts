// The disk as it is, compressed by gzip: for clouds that unpack it, and for downloads.
import { defineFormat } from '../format.ts';
import { ofDisk } from './compose.ts';
import { writeRawGzip } from './compressed.ts';

export const rawGz = defineFormat({
  name: 'raw.gz',
  summary: 'the disk, compressed by gzip',
  module: 'output/disk/raw-gz',
  files: ['.raw.gz'],
  named: 'os',
  sbom: false,
  boots: 'packed disk',
  plan: ofDisk((disk) => [(path, options) => writeRawGzip(disk, path, options)]),
});
