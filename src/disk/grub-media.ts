// GRUB for a CD and a stick: the image that a BIOS starts, from a CD or by boot_hybrid.img from a stick, and the UEFI
// application for the ESP that is part of the ISO. Independent of any ISO, as those of grub.ts are of any disk.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Arch, architectureOf } from '../base/arch.ts';
import { prefixOnEsp } from './grub.ts';
import { type GrubHost, type GrubOptions, makeGrubImage } from './grub-image.ts';

const media: GrubOptions = {
  prefix: prefixOnEsp,
  place: 'the medium',
  modules: ['iso9660', 'loopback', 'search', 'search_label'],
};

export interface MediaGrub {
  /** cdboot.img and the core image; and the boot code of a stick. Absent for machines that have no BIOS. */
  readonly bios?: { readonly cd: Uint8Array; readonly hybrid: Uint8Array };
  readonly efi: Uint8Array;
}

export async function makeMediaGrub(arch: Arch, host: GrubHost): Promise<MediaGrub> {
  const { grub } = architectureOf(arch);
  const efi = await makeGrubImage(grub.efi, media, host);
  if (!grub.bios) return { efi };
  const { name } = grub.bios;
  const cd = await makeGrubImage(grub.bios, { ...media, format: `${name}-eltorito` }, host);
  return { efi, bios: { cd, hybrid: await readFile(join(host.modules, name, 'boot_hybrid.img')) } };
}
