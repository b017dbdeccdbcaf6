// LinuxKit's format `raw-bios`: the disk, which a BIOS starts, by the name that LinuxKit has for it.
import { ofDisk } from '../disk/compose.ts';
import { defineFormat } from '../format.ts';
import { writeRaw } from '../write/raw.ts';
import { requireBios } from './firmware.ts';

export const rawBios = defineFormat({
  name: 'raw-bios',
  summary: 'the same as raw, under the name that LinuxKit has for a disk that a BIOS starts',
  module: 'output/linuxkit/raw-bios',
  files: ['-bios.img'],
  named: 'spec',
  sbom: false,
  sameAs: 'raw',
  boots: { disk: 'raw' },
  plan(planning) {
    requireBios(planning.locked, 'raw-bios');
    return ofDisk((disk) => [(path, options) => writeRaw(disk, path, options)])(planning);
  },
});
