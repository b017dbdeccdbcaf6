// GRUB's BIOS image at its place on a medium: told where the rest of itself lies, for a CD (cdboot.img) and for a stick
// (boot_hybrid.img in the first sector, diskboot.img). grub-core/boot/i386/pc/{cdboot,boot,diskboot}.S; the boot
// information table is that of mkisofs (-boot-info-table).
import { isoBlock, systemBlocks } from './iso9660-records.ts';

const bootCodeSize = 440;
/** cdboot.img comes first in the image that grub-mkimage makes for a CD; diskboot.img is the sector after it. */
const diskbootOffset = 2048;
const tableOffset = 8;
const tableEnd = 64;

/** `offset`: of the image, in bytes from the medium's beginning. */
export function installCd(image: Uint8Array, offset: number): Uint8Array {
  const bytes = Buffer.from(image);
  // The first block list of diskboot.img, in sectors of a disk: what follows it.
  bytes.writeBigUInt64LE(BigInt((offset + diskbootOffset) / 512 + 1), diskbootOffset + 500);
  bytes.fill(0, tableOffset, tableEnd);
  bytes.writeUInt32LE(systemBlocks, tableOffset);
  bytes.writeUInt32LE(offset / isoBlock, tableOffset + 4);
  bytes.writeUInt32LE(bytes.length, tableOffset + 8);
  bytes.writeUInt32LE(sum(bytes.subarray(tableEnd)), tableOffset + 12);
  return bytes;
}

/** The boot code for the first sector of a stick. */
export function installHybrid(bootHybrid: Uint8Array, offset: number): Uint8Array {
  const code = Buffer.from(bootHybrid.subarray(0, bootCodeSize));
  // GRUB_BOOT_MACHINE_KERNEL_SECTOR, which is elsewhere than in boot.img.
  code.writeBigUInt64LE(BigInt((offset + diskbootOffset) / 512), 0x1b0);
  return code;
}

function sum(bytes: Buffer): number {
  let total = 0;
  for (let at = 0; at < bytes.length; at += 4) {
    const rest = bytes.subarray(at, at + 4);
    total = (total + rest.readUIntLE(0, rest.length)) >>> 0;
  }
  return total;
}
