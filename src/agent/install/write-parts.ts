// What is packed on the medium to its places on the disk, with zeros between its pieces; and proven, piece by piece, against
// the medium, whose sums have been found to be right.
import { type BytePlace, type InstallIndex, type PackedName, packedNames } from '../../contract/install.ts';
import { differ } from '../../gpt/bytes.ts';
import type { PartitionRole } from '../../slots/constants.ts';
import type { Host } from '../host/host.ts';
import type { Medium } from './medium.ts';
import { notAsWritten, type TargetDisk, windows } from './target-disk.ts';
import { placeIn } from './target-partitions.ts';

export interface PackedPiece {
  /** On the disk. */
  readonly to: BytePlace;
  /** On the medium, in bytes. */
  readonly from: number;
}

/** `start`: of what the pieces count from, on the disk. */
export function packedPiecesOf(
  { pieces, images }: InstallIndex,
  name: PackedName,
  start: number,
): PackedPiece[] {
  const before = packedNames.slice(0, packedNames.indexOf(name)).flatMap((each) => pieces[each] ?? []);
  let from = before.reduce((sum, { size }) => sum + size, images.packed.offset);
  return (pieces[name] ?? []).map(({ offset, size }) => {
    const piece = { to: { offset: start + offset, size }, from };
    from += size;
    return piece;
  });
}

/** Undefined for `name`: nothing but zeros. What comes back proves it. */
export function writePart(
  { host, medium, disk }: { host: Host; medium: Medium; disk: TargetDisk },
  role: PartitionRole,
  name: PackedName | undefined,
): () => void {
  const { index, path } = medium;
  const place = placeIn(index, role);
  const pieces = name === undefined ? [] : packedPiecesOf(index, name, place.offset);
  const cleared = gapsOf(place, pieces).flatMap((gap) => clearGap(disk, gap));
  for (const { to, from } of pieces) disk.copy({ path, offset: from }, to);
  return () => {
    for (const { to, from } of pieces) prove(host, disk, { path, from, to });
    for (const gap of cleared) if (!disk.isZero(gap)) throw notAsWritten(disk.path, gap.offset);
  };
}

/** Those parts of it that were no zeros. */
function clearGap(disk: TargetDisk, gap: BytePlace): BytePlace[] {
  const written: BytePlace[] = [];
  for (const each of windows(gap)) if (disk.clear(each)) written.push(each);
  return written;
}

function gapsOf({ offset, size }: BytePlace, pieces: readonly PackedPiece[]): BytePlace[] {
  const gaps: BytePlace[] = [];
  let end = offset;
  for (const { to } of [...pieces, { to: { offset: offset + size, size: 0 } }]) {
    if (to.offset > end) gaps.push({ offset: end, size: to.offset - end });
    end = to.offset + to.size;
  }
  return gaps;
}

const chunk = 1 << 18;

function prove(
  host: Host,
  disk: TargetDisk,
  { path, from, to }: { path: string; from: number; to: BytePlace },
): void {
  for (let done = 0; done < to.size; done += chunk) {
    const size = Math.min(chunk, to.size - done);
    const wanted = host.readBytes(path, from + done, size);
    if (differ(disk.read(to.offset + done, size), wanted)) throw notAsWritten(disk.path, to.offset + done);
  }
}
