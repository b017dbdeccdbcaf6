// The live ISO that boots everywhere: as a CD and as a stick, by BIOS and by UEFI.
import { defineFormat } from '../format.ts';
import { ofIso } from './plan-iso.ts';

export const iso = defineFormat({
  name: 'iso',
  summary: 'a live system without slots, for a CD or a USB stick',
  module: 'output/media/iso',
  files: ['.iso'],
  named: { platform: 'metal' },
  platform: 'metal',
  sbom: false,
  boots: 'medium',
  plan: ofIso({ plain: false }),
});
