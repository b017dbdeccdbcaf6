// How much memory a system needs whose whole root file system is its initrd, and which initrds no machine can take.
import { CatamaranError } from '../../base/errors.ts';
import { formatSize } from '../../base/size.ts';

const MiB = 2 ** 20;
/**
 * Boot loaders place an initrd below `initrd_addr_max` of the kernel's header, which is 2 GiB on x86
 * (Documentation/arch/x86/boot.rst); the kernel and what it unpacks itself to want their place there too.
 */
export const maxInitrdSize = 2048 * MiB - 64 * MiB;
/** For the kernel itself, and for processes to start at all. */
const kernelMemory = 64 * MiB;
/** Machines with less are common: from here on it is worth a word. */
export const largeMemory = 2048 * MiB;

export interface InitrdSize {
  /** Of the file, in bytes. */
  readonly size: number;
  /** Of the files in it, in whole pages. */
  readonly unpacked: number;
}

/**
 * In bytes. The kernel unpacks into a tmpfs that may take half of the memory that is free then (mm/shmem.c,
 * shmem_default_max_blocks): the packed form is reserved until it has been unpacked.
 */
export function memoryFor({ size, unpacked }: InitrdSize): number {
  return 2 * unpacked + size + kernelMemory;
}

const hint =
  'Leave something out, or build kernel+squashfs or a disk image, whose files stay on the disk until they are read.';

export function checkInitrdSize({ size, unpacked }: InitrdSize): void {
  if (size <= maxInitrdSize) return;
  const sizes = `${formatSize(size)}, ${formatSize(unpacked)} unpacked`;
  const message = `the initrd (${sizes}) is larger than what boot loaders can place: ${formatSize(maxInitrdSize)}`;
  throw new CatamaranError('spec', { code: 'initrd-too-large', message, hint });
}

/** In bytes: what a format needs, of the machine that it is for, if that is known. */
export function checkMemory(format: string, needed: number, given: number | undefined): void {
  if (given === undefined || needed <= given) return;
  const message = `${format} needs ${formatSize(needed)} of memory to boot, and the machine has ${formatSize(given)}`;
  throw new CatamaranError('spec', { code: 'initrd-too-large', message, hint });
}
