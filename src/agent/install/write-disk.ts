// A disk like the one that the builder writes, from the medium of a live system. The order is what a power cut hangs on: the
// first and the last MiB become zeros → data, slot state, slot A → all of it read back → core image and ESP, read back →
// partition table → the first sector. Until then nothing starts from this disk, and it counts as empty.

import type { Firmware } from '../../base/firmware.ts';
import { releaseParts } from '../../contract/release-manifest.ts';
import { slotRole } from '../../slots/constants.ts';
import { verityBlockSize } from '../../verity/superblock.ts';
import type { Host } from '../host/host.ts';
import { trackBytes } from '../host/progress.ts';
import { reachCrashPoint } from '../slots/crash-points.ts';
import { fill, type SlotContent } from '../slots/fill.ts';
import { eraseBoot } from '../slots/read-back.ts';
import { writeBootRecord } from './boot-record.ts';
import { edgesOf } from './disk-contents.ts';
import type { MachineDisk } from './disks.ts';
import type { Medium } from './medium.ts';
import { type MachineSettings, writeSettings } from './settings.ts';
import { openTargetDisk, type TargetDisk } from './target-disk.ts';
import { partitionsOn, placeIn } from './target-partitions.ts';
import { packedPiecesOf, writePart } from './write-parts.ts';

export interface DiskWishes extends MachineSettings {
  /** Which firmware shall start it. */
  readonly firmware: Firmware | 'both';
}

export function writeDisk(host: Host, medium: Medium, target: MachineDisk, wishes: DiskWishes): void {
  const { index } = medium;
  const disk = openTargetDisk(
    host,
    target.path,
    trackBytes(host, target.path, { total: workOf(medium), before: 0 }),
  );
  const writing = { host, medium, disk };
  const partitions = partitionsOn(host, disk, index);
  const forBios = wishes.firmware !== 'uefi' && index.pieces['boot-code'] !== undefined;

  for (const each of edgesOf(target.size)) disk.clear(each);
  disk.flush();
  // The kernel forgets the partitions that there were.
  host.run(['blockdev', '--rereadpt', target.path]);

  const proofs = [writePart(writing, 'data', 'data'), writePart(writing, 'ab-state', 'ab-state')];
  eraseBoot(partitions, 'B');
  fill({ partitions, reach: reachCrashPoint(host) }, 'A', index.images, slotContent(medium, disk));
  for (const prove of proofs) prove();
  writeSettings(host, { disk: target.path, place: placeIn(index, 'data') }, wishes);

  const last = [
    writePart(writing, 'bios-boot', forBios ? 'bios-boot' : undefined),
    writePart(writing, 'esp', wishes.firmware === 'bios' ? 'esp-bios' : 'esp'),
  ];
  disk.flush();
  for (const prove of last) prove();
  const bootCode = forBios ? readBootCode(host, medium) : undefined;
  writeBootRecord(host, disk, { index, size: target.size, bootCode });
  host.run(['blockdev', '--rereadpt', target.path]);
}

/** In bytes: what is written or found to be zero, and the slot's images once more as they are read back. */
function workOf({ index }: Medium): number {
  const sizeOf = (role: Parameters<typeof placeIn>[1]) => placeIn(index, role).size;
  const packed = (['data', 'ab-state', 'bios-boot', 'esp'] as const).reduce(
    (sum, role) => sum + sizeOf(role),
    0,
  );
  const images = releaseParts.reduce((sum, part) => sum + index.images[part].size, 0);
  const [edge] = edgesOf(index.size);
  return packed + 2 * images + 2 * edge!.size;
}

/** The images that this very system runs from. */
function slotContent({ path, index }: Medium, disk: TargetDisk): SlotContent {
  const copy = (part: (typeof releaseParts)[number], start: number, end: number) => {
    const from = index.images[part].offset + start;
    const to = placeIn(index, slotRole(part, 'A')).offset + start;
    if (end > start) disk.copy({ path, offset: from }, { offset: to, size: end - start });
  };
  return {
    tree: index,
    begin: (takeOut) => takeOut(),
    writeRest() {
      for (const part of releaseParts) copy(part, verityBlockSize, index.images[part].size);
      return [];
    },
    writeFirst() {
      for (const part of ['root', 'hash', 'boot'] as const)
        copy(part, 0, Math.min(verityBlockSize, index.images[part].size));
      disk.flush();
    },
  };
}

function readBootCode(host: Host, { path, index }: Medium): Uint8Array | undefined {
  const [piece] = packedPiecesOf(index, 'boot-code', 0);
  return piece && host.readBytes(path, piece.from, piece.to.size);
}
