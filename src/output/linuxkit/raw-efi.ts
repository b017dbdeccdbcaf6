// LinuxKit's format `raw-efi`: the disk, which UEFI starts, by the name that LinuxKit has for it.
import { ofDisk } from '../disk/compose.ts';
import { defineFormat } from '../format.ts';
import { writeRaw } from '../write/raw.ts';

export const rawEfi = defineFormat({
  name: 'raw-efi',
  summary: 'the same as raw, under the name that LinuxKit has for a disk that UEFI starts',
  module: 'output/linuxkit/raw-efi',
  files: ['-efi.img'],
  named: 'spec',
  sbom: false,
  sameAs: 'raw',
  boots: { disk: 'raw' },
  plan: ofDisk((disk) => [(path, options) => writeRaw(disk, path, options)]),
});
