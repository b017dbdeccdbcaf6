// LinuxKit's format `iso-bios`: the live ISO, which a BIOS starts, by the name that LinuxKit has for it.
import { defineFormat } from '../format.ts';
import { ofIso } from '../media/plan-iso.ts';
import { requireBios } from './firmware.ts';

export const isoBios = defineFormat({
  name: 'iso-bios',
  summary: 'the same as iso, under the name that LinuxKit has for one that a BIOS starts',
  module: 'output/linuxkit/iso-bios',
  files: ['.iso'],
  named: 'spec',
  platform: 'metal',
  sbom: false,
  boots: 'medium',
  sameAs: 'iso',
  plan(planning) {
    requireBios(planning.locked, 'iso-bios');
    return ofIso({ plain: false })(planning);
  },
});
