// GRUB for the disk: the BIOS image for the first sector and the BIOS boot partition, the UEFI application for the ESP.
// Stock modules, made by grub-mkimage and patched here as grub-bios-setup would (util/setup.c), without a root or a device.
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Arch } from '../base/arch.ts';
import { sectorSize } from '../gpt/geometry.ts';
import { partitionNumber } from '../slots/constants.ts';
import { grubScript, grubStub } from './grub-script.ts';

const commonModules = [
  'boot',
  'configfile',
  'echo',
  'fat',
  'gcry_crc',
  'hashsum',
  'linux',
  'loadenv',
  'minicmd',
  'normal',
  'part_gpt',
  'probe',
  'reboot',
  'regexp',
  'sleep',
  'tar',
  'terminal',
  'test',
  'true',
];

interface Format {
  /** grub-mkimage's word, and the name of the directory of modules. */
  readonly name: 'i386-pc' | 'x86_64-efi' | 'arm64-efi';
  readonly modules: readonly string[];
  readonly prefix: string;
}

const prefixOnEsp = '/grub';
const bios: Format = {
  name: 'i386-pc',
  modules: [...commonModules, 'biosdisk', 'serial'],
  // The disk is left to GRUB: the one that the firmware started.
  prefix: `(,gpt${partitionNumber('esp')})${prefixOnEsp}`,
};
const uefi: Readonly<Record<Arch, Format & { readonly file: string }>> = {
  amd64: {
    name: 'x86_64-efi',
    modules: [...commonModules, 'serial'],
    prefix: prefixOnEsp,
    file: 'EFI/BOOT/BOOTX64.EFI',
  },
  arm64: { name: 'arm64-efi', modules: commonModules, prefix: prefixOnEsp, file: 'EFI/BOOT/BOOTAA64.EFI' },
};

export interface GrubHost {
  /** Runs a host tool; fails if it does. */
  run(name: string, args: string[]): Promise<unknown>;
  /** Where the modules are: `…/usr/lib/grub`, with `i386-pc` and the others in it. */
  readonly modules: string;
  /** An empty directory of ours. */
  readonly scratch: string;
}

/** Raw, as grub-mkimage made them: independent of any disk. */
export interface GrubImages {
  /** boot.img and core.img; absent for arm64. */
  readonly bios?: { readonly boot: Uint8Array; readonly core: Uint8Array };
  readonly efi: Uint8Array;
}

export async function makeGrub(arch: Arch, host: GrubHost): Promise<GrubImages> {
  await mkdir(host.scratch, { recursive: true });
  const make = async ({ name, prefix, modules }: Format): Promise<Uint8Array> => {
    const out = join(host.scratch, `${name}.img`);
    const directory = join(host.modules, name);
    const stub = join(host.scratch, `${name}.cfg`);
    await writeFile(stub, grubStub({ serial: modules.includes('serial') }));
    await host.run('grub-mkimage', [
      '-O',
      name,
      '-d',
      directory,
      '-p',
      prefix,
      '-c',
      stub,
      '-o',
      out,
      ...modules,
    ]);
    return readFile(out);
  };
  const efi = await make(uefi[arch]);
  if (arch !== 'amd64') return { efi };
  const boot = await readFile(join(host.modules, bios.name, 'boot.img'));
  return { efi, bios: { boot, core: await make(bios) } };
}

/** The files of the ESP. */
export function espFiles(arch: Arch, images: GrubImages): Map<string, Uint8Array> {
  return new Map([
    [uefi[arch].file, images.efi],
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
