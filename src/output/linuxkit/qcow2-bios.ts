// LinuxKit's format `qcow2-bios`: the disk as qcow2, which a BIOS starts, by the name that LinuxKit has for it.
import { ofDisk } from '../disk/compose.ts';
import { writeQcow2 } from '../disk/qcow2.ts';
import { defineFormat } from '../format.ts';
import { requireBios } from './firmware.ts';

export const qcow2Bios = defineFormat({
  name: 'qcow2-bios',
  summary: 'the same as qcow2, under the name that LinuxKit has for one that a BIOS starts',
  module: 'output/linuxkit/qcow2-bios',
  files: ['.qcow2'],
  named: 'spec',
  platform: 'qemu',
  sbom: false,
  sameAs: 'qcow2',
  boots: { disk: 'qcow2' },
  plan(planning) {
    requireBios(planning.locked, 'qcow2-bios');
    return ofDisk((disk) => [(path, options) => writeQcow2(disk, path, options)])(planning);
  },
});
