// LinuxKit's format `iso-efi`: the live ISO, which UEFI starts, by the name that LinuxKit has for it.
import { defineFormat } from '../format.ts';
import { ofIso } from '../media/plan-iso.ts';

export const isoEfi = defineFormat({
  name: 'iso-efi',
  summary: 'the same as iso, under the name that LinuxKit has for one that UEFI starts',
  module: 'output/linuxkit/iso-efi',
  files: ['-efi.iso'],
  named: 'spec',
  platform: 'metal',
  sbom: false,
  boots: 'medium',
  sameAs: 'iso',
  plan: ofIso({ plain: false }),
});
