// The boot archive of one version: kernel, initrd and slot.cfg in a plain ustar stream (POSIX.1-1988), which GRUB's
// tar module reads and fills a slot's boot partition as it is. The same bytes for slot A and slot B.
import { CatamaranError } from '../base/errors.ts';
import { type Content, contentOf, sizeOf } from '../tree/content.ts';
import { concatenate, type SparseImage } from './sparse.ts';

const block = 512;
/** A kernel that stops is started anew; one that finds the disk's first partition table damaged takes the one at its end. */
const always = ['panic=10', 'oops=panic', 'gpt'];

export interface VerityArguments {
  /** Lower-case hex. */
  readonly rootHash: string;
  readonly salt: string;
  readonly dataBlocks: number;
}

/** What `catamaran inspect` reads: nothing on the device depends on it. */
export interface ImageManifest {
  readonly os: string;
  readonly version: string;
  readonly arch: string;
  readonly roothash: string;
  readonly salt: string;
  readonly dataBlocks: number;
  /** Bytes from the root image's beginning; SHA-256 in lower-case hex. */
  readonly segments: readonly {
    readonly name: string;
    readonly offset: number;
    readonly size: number;
    readonly sha256: string;
  }[];
}

export interface BootArchive {
  readonly kernel: Content;
  readonly initrd: Content;
  /** The spec's kernel arguments. */
  readonly cmdline: string;
  /** Absent while a root image is not under verity. */
  readonly verity?: VerityArguments;
  readonly manifest: ImageManifest;
  /** From boot-sums.ts. Without them the boot loader starts whatever is there. */
  readonly sums?: string;
  /** Seconds since the epoch. */
  readonly mtime: number;
}

/** The kernel's arguments. GRUB puts a backslash before each quote in them (grub-core/lib/cmdline.c), so there can be none. */
export function slotArguments(cmdline: string, verity?: VerityArguments): string {
  const foreign = /["'\\]|[^ -~]/.exec(cmdline)?.[0];
  if (foreign !== undefined) {
    throw new CatamaranError('spec', {
      code: 'cmdline-quoted',
      message: `kernel.cmdline has ${JSON.stringify(foreign)}, which GRUB cannot hand to the kernel as it is`,
      hint: 'Write the kernel arguments in plain ASCII, without quotes, backslashes and line breaks.',
    });
  }
  const root = verity ? [`catamaran.verity=${verity.rootHash},${verity.salt},${verity.dataBlocks}`] : [];
  return [cmdline.trim(), ...root, ...always].filter((word) => word !== '').join(' ');
}

/** Sourced by grub.cfg, which sets `$slot` before and reads `$slot_args` after. */
export function writeSlotConfig(cmdline: string, verity?: VerityArguments): string {
  return `set slot_args='${slotArguments(cmdline, verity)}'\n`;
}

/** slot.cfg comes first: a slot that is being written has none until its first block, written last, is there. */
export function writeBootArchive(archive: BootArchive): SparseImage {
  const files: [string, Content][] = [
    ['slot.cfg', contentOf(writeSlotConfig(archive.cmdline, archive.verity))],
    ['manifest.json', contentOf(`${JSON.stringify(archive.manifest, null, 2)}\n`)],
    ...(archive.sums === undefined ? [] : [['sums', contentOf(archive.sums)] as [string, Content]]),
    ['kernel', archive.kernel],
    ['initrd', archive.initrd],
  ];
  const pieces = files.flatMap(([name, content]) => [
    ustarHeader(name, sizeOf(content), archive.mtime),
    content,
    new Uint8Array(-sizeOf(content) & (block - 1)),
  ]);
  return concatenate([...pieces, new Uint8Array(2 * block)]);
}

function ustarHeader(name: string, size: number, mtime: number): Uint8Array {
  const header = new Uint8Array(block);
  const text = (value: string, at: number) => header.set(Buffer.from(value, 'latin1'), at);
  const octal = (value: number, at: number, digits: number) =>
    text(value.toString(8).padStart(digits, '0'), at);
  text(name, 0);
  octal(0o644, 100, 7);
  octal(0, 108, 7);
  octal(0, 116, 7);
  octal(size, 124, 11);
  octal(mtime, 136, 11);
  text(' '.repeat(8), 148);
  text('0', 156);
  text('ustar\0', 257);
  text('00', 263);
  text('root', 265);
  text('root', 297);
  const sum = header.reduce((total, byte) => total + byte, 0);
  octal(sum, 148, 6);
  text('\0 ', 154);
  return header;
}
