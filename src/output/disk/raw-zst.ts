// The disk as it is, compressed by zstd: for downloads.
import { defineFormat } from '../format.ts';
import { ofDisk } from './compose.ts';
import { writeRawZstd } from './compressed.ts';

export const rawZst = defineFormat({
  name: 'raw.zst',
  summary: 'the disk, compressed by zstd',
  module: 'output/disk/raw-zst',
  files: ['.raw.zst'],
  named: 'os',
  sbom: false,
  boots: 'packed disk',

  plan: ofDisk((disk, { tools, threads }) => [
    async (path, options) => writeRawZstd(disk, path, { ...options, threads, tools: await tools() }),
  ]),
});
