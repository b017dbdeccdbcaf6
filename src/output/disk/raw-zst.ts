// The disk as it is, compressed by zstd: for downloads.
import { defineFormat } from '../format.ts';
import { ofDisk } from './compose.ts';
import { writeRawZstd } from './compressed.ts';

const usualLevel = 3;

export const rawZst = defineFormat({
  name: 'raw.zst',
  summary: 'the disk, compressed by zstd',
  module: 'output/disk/raw-zst',
  files: ['.raw.zst'],
  named: 'os',
  sbom: false,
  boots: 'packed disk',
  options: {
    level: {
      description: 'How hard zstd tries.',
      ...{ type: 'integer', minimum: 1, maximum: 19, default: usualLevel },
    },
  },
  plan: ofDisk((disk, { tools, threads, options: { level = usualLevel } }) => [
    async (path, options) => writeRawZstd(disk, path, { ...options, threads, level, tools: await tools() }),
  ]),
});
