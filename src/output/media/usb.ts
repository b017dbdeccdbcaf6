// The installer as a disk: the hybrid ISO's bytes, under the name by which whoever writes a stick, or attaches a disk to a
// machine, looks for them.
import { defineFormat } from '../format.ts';
import { ofIso } from './plan-iso.ts';

export const usb = defineFormat({
  name: 'usb',
  summary: 'the installer and live system as a disk, for a USB stick: what iso is, byte for byte',
  module: 'output/media/usb',
  files: ['-usb.raw'],
  named: { platform: 'metal' },
  platform: 'metal',
  sbom: false,
  boots: 'medium',
  sameAs: 'iso',
  plan: ofIso({ plain: false }),
});
