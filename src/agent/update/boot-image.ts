// The boot image of a release, which has no hash tree: a guess, and its hash decides. Kernel and initrd that have the same
// size and checksum in the running slot's archive are taken from there; the rest of the archive is fetched.

import type { Move } from '../host/host.ts';
import type { ByteRange } from './fetch-ranges.ts';

const block = 512;
/** In bytes from the archive's beginning: slot.cfg, manifest.json, and the header after them. */
export const headSize = 64 << 10;

interface Entry {
  readonly name: string;
  /** Of its content. */
  readonly offset: number;
  readonly size: number;
  /** From the archive's `sums`, where it has one for this file: kernels of two versions are often of one size. */
  readonly sum: string | undefined;
}

/** What is to be copied from the running slot's boot image, and what is to be fetched; together all of it. */
export interface BootPlan {
  readonly copies: readonly Move[];
  readonly ranges: readonly ByteRange[];
}

/** Header by header; `readBlock` gives 512 bytes at an offset. Ends at what is no plain file of a ustar archive. */
function listEntries(size: number, readBlock: (offset: number) => Uint8Array): Entry[] {
  const entries: Entry[] = [];
  const read = (at: number) => String.fromCharCode(...readBlock(at));
  let sums = new Map<string, string>();
  for (let at = 0; at + block <= size && entries.length < 16; ) {
    const header = read(at);
    const length = Number.parseInt(header.slice(124, 135), 8);
    if (header.slice(257, 262) !== 'ustar' || !(length >= 0)) break;
    const name = header.slice(0, header.indexOf('\0'));
    const offset = at + block;
    if (name === 'sums' && length <= block && offset + block <= size)
      sums = parseSums(read(offset).slice(0, length));
    entries.push({ name, offset, size: length, sum: sums.get(name) });
    at = offset + Math.ceil(length / block) * block;
  }
  return entries;
}

/** Lines of a CRC-32 and a name, as image/boot-sums.ts writes them; they stand before the files. */
function parseSums(text: string): Map<string, string> {
  const lines = [...text.matchAll(/^([0-9a-f]{8}) {2}(\S+)$/gm)];
  return new Map(lines.map(([, sum = '', name = '']) => [name, sum]));
}

/** `readFresh` and `readOld` give 512 bytes of the new image and of the running one. */
export function planBoot(
  size: number,
  readFresh: (offset: number) => Uint8Array,
  oldSize: number,
  readOld: (offset: number) => Uint8Array,
): BootPlan {
  const old = new Map(listEntries(oldSize, readOld).map((entry) => [entry.name, entry]));
  const copies: Move[] = [];
  for (const { name, offset, size: length, sum } of listEntries(size, readFresh)) {
    const there = old.get(name);
    if (length < headSize || there?.size !== length || there.sum !== sum || offset + length > size) continue;
    copies.push({ from: there.offset, to: offset, size: length });
  }
  const ranges: ByteRange[] = [];
  let at = 0;
  for (const copy of [...copies, { to: size, size: 0 }]) {
    if (copy.to > at) ranges.push({ offset: at, size: copy.to - at });
    at = copy.to + copy.size;
  }
  return { copies, ranges };
}
