// What is on a disk, in a few words; nothing where its first and its last MiB are zeros, for that is where every table, file
// system, volume manager and array says that it is there. An installation that was cut short leaves them so.
import { decodeEntry } from '../../gpt/entry.ts';
import { entrySize, sectorSize } from '../../gpt/geometry.ts';
import { decodeHeader } from '../../gpt/header.ts';
import type { Host } from '../host/host.ts';
import type { MachineDisk } from './disks.ts';
import { openTargetDisk } from './target-disk.ts';

export const edge = 1 << 20;

/** The first and the last MiB: all of a disk that is smaller. */
export function edgesOf(size: number): { offset: number; size: number }[] {
  const length = Math.min(edge, size);
  return [
    { offset: 0, size: length },
    { offset: size - length, size: length },
  ];
}

/** Undefined: it holds nothing. */
export function describeHeld(host: Host, { path, size }: MachineDisk): string | undefined {
  const disk = openTargetDisk(host, path);
  if (edgesOf(size).every((each) => disk.isZero(each))) return undefined;
  const bytes = disk.read(0, Math.min(size, 70_000));
  return describeGpt(bytes) ?? describeSignature(bytes) ?? 'something that is not known here';
}

function describeGpt(bytes: Uint8Array): string | undefined {
  if (!decodeHeader(bytes.slice(sectorSize, 2 * sectorSize))) return undefined;
  const labels: string[] = [];
  for (let at = 2 * sectorSize; at < 34 * sectorSize; at += entrySize) {
    const entry = decodeEntry(bytes.slice(at, at + entrySize));
    if (entry) labels.push(entry.label.replace(/[^ -~]/g, '?') || 'without a name');
  }
  if (labels.includes('ab-state') && labels.includes('root-a')) return 'an installed system of Catamaran';
  return labels.length === 0 ? 'an empty partition table' : `partitions: ${labels.join(', ')}`;
}

/** Where a signature is, and whose it is. A boot sector comes last: file systems have one, too. */
const signatures: readonly (readonly [offset: number, text: string, name: string])[] = [
  [32_769, 'CD001', 'an ISO'],
  [0, 'LUKS\xba\xbe', 'an encrypted volume (LUKS)'],
  [536, 'LVM2 001', 'a volume of LVM'],
  [0, 'XFSB', 'a file system, XFS'],
  [1080, '\x53\xef', 'a file system, ext2 to ext4'],
  [65_600, '_BHRfS_M', 'a file system, Btrfs'],
  [3, 'NTFS    ', 'a file system, NTFS'],
  [82, 'FAT32', 'a file system, FAT'],
  [54, 'FAT1', 'a file system, FAT'],
  [4086, 'SWAPSPACE2', 'swap'],
  [510, '\x55\xaa', 'a partition table or boot code'],
];

function describeSignature(bytes: Uint8Array): string | undefined {
  const isAt = (offset: number, text: string) =>
    [...text].every((letter, index) => bytes[offset + index] === letter.charCodeAt(0));
  return signatures.find(([offset, text]) => isAt(offset, text))?.[2];
}
