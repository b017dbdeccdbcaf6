// LinuxKit's format `qcow2-efi`: the disk as qcow2, which UEFI starts, by the name that LinuxKit has for it.
import { ofDisk } from '../disk/compose.ts';
import { writeQcow2 } from '../disk/qcow2.ts';
import { defineFormat } from '../format.ts';

export const qcow2Efi = defineFormat({
  name: 'qcow2-efi',
  summary: 'the same as qcow2, under the name that LinuxKit has for one that UEFI starts',
  module: 'output/linuxkit/qcow2-efi',
  files: ['-efi.qcow2'],
  named: 'spec',
  platform: 'qemu',
  sbom: false,
  sameAs: 'qcow2',
  boots: { disk: 'qcow2' },
  plan: ofDisk((disk) => [(path, options) => writeQcow2(disk, path, options)]),
});
