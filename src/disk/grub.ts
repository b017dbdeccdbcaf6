// GRUB for the disk: the BIOS image for the first sector and the BIOS boot partition, the UEFI application for the ESP.
// Stock modules, made by grub-mkimage and patched here as grub-bios-setup would (util/setup.c), without a root or a device.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Arch, architectureOf } from '../base/arch.ts';
import { sectorSize } from '../gpt/geometry.ts';
import { partitionNumber } from '../slots/constants.ts';
import { type GrubHost, makeGrubImage } from './grub-image.ts';
import { grubScript } from './grub-script.ts';

export const prefixOnEsp = '/grub';
/** The disk is left to GRUB: the one that the firmware started. */
const biosPrefix = `(,gpt${partitionNumber('esp')})${prefixOnEsp}`;

/** Raw, as grub-mkimage made them: independent of any disk. */
export interface GrubImages {
  /** boot.img and core.img; absent for machines that have no BIOS. */
  readonly bios?: { readonly boot: Uint8Array; readonly core: Uint8Array };
  readonly efi: Uint8Array;
}

export async function makeGrub(arch: Arch, host: GrubHost): Promise<GrubImages> {
  const { grub } = architectureOf(arch);
  const efi = await makeGrubImage(grub.efi, { prefix: prefixOnEsp }, host);
  if (!grub.bios) return { efi };
  const boot = await readFile(join(host.modules, grub.bios.name, 'boot.img'));
  return { efi, bios: { boot, core: await makeGrubImage(grub.bios, { prefix: biosPrefix }, host) } };
}

/** The files of the ESP. */
export function espFiles(arch: Arch, images: GrubImages): Map<string, Uint8Array> {
  return new Map([
    [architectureOf(arch).grub.efi.file, images.efi],
    [`${prefixOnEsp.slice(1)}/grub.cfg`, new TextEncoder().encode(grubScript)],
  ]);
}

const bootCodeSize = 440;

/**
 * The boot code for the first sector (440 bytes) and the core image for the partition that begins at sector `lba`.
 * grub-core/boot/i386/pc/boot.S and diskboot.S; include/grub/i386/pc/boot.h, grub/offsets.h.
 */
export function installBios(
  { boot, core }: NonNullable<GrubImages['bios']>,
  lba: number,
): {
  bootCode: Uint8Array;
  core: Uint8Array;
} {
  const bootCode = Uint8Array.from(boot.subarray(0, bootCodeSize));
  const view = new DataView(bootCode.buffer);
  view.setBigUint64(0x5c, BigInt(lba), true); // GRUB_BOOT_MACHINE_KERNEL_SECTOR
  bootCode[0x64] = 0xff; // GRUB_BOOT_MACHINE_BOOT_DRIVE: the one that the firmware names
  bootCode.set([0x90, 0x90], 0x66); // GRUB_BOOT_MACHINE_DRIVE_CHECK: trust it
  const patched = Uint8Array.from(core);
  // The first block list: where the rest of the core image is, relative to the disk.
  new DataView(patched.buffer).setBigUint64(sectorSize - 12, BigInt(lba + 1), true);
  return { bootCode, core: patched };
}
