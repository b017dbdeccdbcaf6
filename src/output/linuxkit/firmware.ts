// LinuxKit names a format by the firmware that starts it; ours starts by each that the architecture has.
import { architectureOf } from '../../base/arch.ts';
import { CatamaranError } from '../../base/errors.ts';
import type { LockedSpec } from '../../lock/locked-spec.ts';

export function requireBios({ arch }: Pick<LockedSpec, 'arch'>, format: string): void {
  if (architectureOf(arch).grub.bios) return;
  throw new CatamaranError('spec', {
    code: 'format-impossible',
    message: `${format} cannot be made for ${arch}: its machines have no BIOS`,
    hint: `Ask for ${format.replace('bios', 'efi')}.`,
  });
}
