// How a firmware starts from a CD: "El Torito Bootable CD-ROM Format Specification" 1.0, and for UEFI section 13.3.2 of its
// specification 2.10. One image for each firmware, neither of them emulating a floppy or a hard disk.
import { descriptor, isoBlock } from './iso9660-records.ts';

export interface BootImages {
  /** Offsets in bytes from the volume's beginning. */
  readonly bios?: { readonly offset: number } | undefined;
  readonly uefi: { readonly offset: number; readonly size: number };
}

const platforms = { bios: 0, uefi: 0xef } as const;
const bootable = 0x88;
/** What a BIOS loads: GRUB's cdboot.img, which reads the rest by its boot information table. */
const biosSectors = 4;

/** Figure 7: the volume descriptor that names the catalogue. */
export function bootRecord(catalog: { readonly offset: number }): Uint8Array {
  const block = descriptor(0);
  block.write('EL TORITO SPECIFICATION', 7, 'latin1');
  block.writeUInt32LE(catalog.offset / isoBlock, 71);
  return block;
}

/** Figures 2 to 5: the validation entry; the BIOS's image as the default; UEFI's in a section of its own, or first. */
export function bootCatalog({ bios, uefi }: BootImages): Uint8Array {
  const catalog = Buffer.alloc(isoBlock);
  catalog[0] = 1;
  catalog[1] = bios ? platforms.bios : platforms.uefi;
  catalog.writeUInt16LE(0xaa55, 30);
  catalog.writeUInt16LE(checksum(catalog.subarray(0, 32)), 28);
  // The field has 16 bits; firmware takes an image that is longer to go on until the next, or the volume's end.
  const uefiEntry = entry(uefi.offset, Math.min(uefi.size / 512, 0xffff));
  if (!bios) {
    uefiEntry.copy(catalog, 32);
    return catalog;
  }
  entry(bios.offset, biosSectors).copy(catalog, 32);
  catalog.set([0x91, platforms.uefi, 1, 0], 64);
  uefiEntry.copy(catalog, 96);
  return catalog;
}

function entry(offset: number, sectors: number): Buffer {
  const bytes = Buffer.alloc(32);
  bytes[0] = bootable;
  bytes.writeUInt16LE(sectors, 6);
  bytes.writeUInt32LE(offset / isoBlock, 8);
  return bytes;
}

/** All 16-bit words of the entry add up to 0. */
function checksum(bytes: Buffer): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += bytes.readUInt16LE(at);
  return -sum & 0xffff;
}
