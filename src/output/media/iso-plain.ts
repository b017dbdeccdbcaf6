// The live ISO without a partition table: a CD and nothing else, which is what OpenStack's Glance 30 takes for an ISO.
import { defineFormat } from '../format.ts';
import { ofIso } from './plan-iso.ts';

export const isoPlain = defineFormat({
  name: 'iso-plain',
  summary: 'the same for a CD alone, which OpenStack takes as well',
  module: 'output/media/iso-plain',
  files: ['-plain.iso'],
  named: { platform: 'metal' },
  platform: 'metal',
  sbom: false,
  boots: 'medium',
  plan: ofIso({ plain: true }),
});
