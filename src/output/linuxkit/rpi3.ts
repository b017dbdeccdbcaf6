// LinuxKit's format `rpi3`, which cannot be made: a Raspberry Pi starts by firmware that Debian has outside main only.
import { CatamaranError } from '../../base/errors.ts';
import { defineFormat } from '../format.ts';

export const rpi3 = defineFormat({
  name: 'rpi3',
  summary:
    'LinuxKit’s archive for a Raspberry Pi 3, which cannot be made: its firmware is not in Debian main',
  module: 'output/linuxkit/rpi3',
  files: ['.tar'],
  named: 'spec',
  sbom: false,
  plan() {
    throw new CatamaranError('spec', {
      code: 'format-impossible',
      message: 'rpi3 cannot be made: a Raspberry Pi starts by firmware that is not in Debian main',
      hint: 'For boards that have UEFI, build raw-efi with their --arch.',
    });
  },
});
