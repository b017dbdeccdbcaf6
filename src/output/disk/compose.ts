// The parts to one disk image: slot A, the table, the loader, the slot state and the data partition; slot B is empty.
// Nothing of it is copied before an output writes it, or holds it in an image of its own.
import { unpackImage } from '../../disk/data.ts';
import { assembleDisk, type DiskImage, type DiskParts } from '../../disk/disk.ts';
import { type DiskLayout, layoutDisk, partitionOf } from '../../disk/disk-layout.ts';
import { writeFat } from '../../disk/fat.ts';
import { espFiles, type GrubImages, installBios } from '../../disk/grub.ts';
import { concatenate } from '../../disk/sparse.ts';
import { writeStatePartition } from '../../disk/state-partition.ts';
import type { Planning } from '../../engine/planning.ts';
import type { Step } from '../../engine/step.ts';
import { toolsOf } from '../../engine/tools.ts';
import { contentOfBlob, type Workshop } from '../../engine/workshop.ts';
import { sectorSize } from '../../gpt/geometry.ts';
import { deriveGuid, uuidBytes } from '../../gpt/guid.ts';
import type { LockedSpec } from '../../lock/locked-spec.ts';
import { freshState } from '../../slots/state.ts';
import type { RawFormatOptions } from '../../specification/spec.generated.ts';
import { type KeptData, planData } from '../../steps/data.ts';
import { describeDisk } from '../../steps/inputs.ts';
import { planLoader, readLoader } from '../../steps/loader.ts';
import { planSlot, type SlotImages } from '../../steps/slot.ts';
import type { Tools } from '../../tools/tools.ts';
import type { OutputPlan, WriteFile } from '../format.ts';

export const diskKind = { name: 'disk', module: 'output/disk/compose' };

export function planDisk(planning: Planning): Step<DiskImage> {
  const slot = planning.once(planSlot);
  const loader = planLoader(planning);
  const data = planData(planning);
  return planning.compose({
    kind: diskKind,
    id: 'disk',
    inputs: describeDisk(planning),
    needs: [slot, loader, data],
    async make(use, workshop) {
      const grub = await readLoader(use(loader), workshop.cache);
      return composeDisk({ slot: use(slot), grub, data: use(data) }, workshop);
    },
  });
}

/** What a writer may want to know beside the disk. */
export interface DiskSurroundings {
  readonly locked: LockedSpec;
  /** What an image's own ids are derived from: equal disks have equal ones. */
  readonly identity: string;
  readonly tools: () => Promise<Tools>;
  /** What the spec's `outputs` says of the format. */
  readonly options: RawFormatOptions;
  /** How many processors may be used; no byte depends on it. */
  readonly threads: number;
}

/** The plan of a format that is the disk in a container of its own. `write`: a writer for each of its files. */
export const ofDisk =
  (write: (disk: DiskImage, surroundings: DiskSurroundings) => readonly WriteFile[]) =>
  (planning: Planning, options: RawFormatOptions = {}): OutputPlan => {
    const disk = planning.once(planDisk);
    return {
      needs: [disk],
      open(use, workshop) {
        const { context, locked } = workshop;
        const { id, version } = locked.spec.os;
        const surroundings = {
          locked,
          identity: `${id} ${version}`,
          tools: () => toolsOf(workshop),
          options,
          threads: context.jobs,
        };
        return { files: write(use(disk), surroundings), disk: use(disk).size };
      },
    };
  };

interface DiskSources {
  readonly slot: SlotImages;
  readonly grub: GrubImages;
  readonly data: KeptData;
}

/** What is at which place of a disk, and the boot code of its first sector where there is a BIOS. */
export interface DiskPieces {
  readonly layout: DiskLayout;
  readonly parts: DiskParts;
  readonly bootCode: Uint8Array | undefined;
}

function composeDisk(sources: DiskSources, workshop: Workshop): DiskImage {
  const { layout, parts, bootCode } = layDisk(sources, workshop);
  return assembleDisk(layout, parts, bootCode);
}

export function layDisk({ slot, grub, data }: DiskSources, { cache, locked }: Workshop): DiskPieces {
  const { spec, arch, epoch } = locked;
  const { roothash: rootHash } = slot.manifest;
  const layout = layoutDisk({ osId: spec.os.id, arch, rootHash, sizes: spec.disk });
  const bios = grub.bios && installBios(grub.bios, partitionOf(layout, 'bios-boot').offset / sectorSize);
  const state = {
    size: partitionOf(layout, 'ab-state').size,
    serial: serialOf(layout, 'ab-state'),
    mtime: epoch,
  };
  return {
    layout,
    bootCode: bios?.bootCode,
    parts: {
      ...(bios ? { 'bios-boot': concatenate([bios.core]) } : {}),
      esp: espImage(layout, espFiles(layout.arch, grub), epoch),
      'ab-state': writeStatePartition(freshState, state),
      'boot-a': slot.boot,
      'root-a': slot.root,
      'hash-a': slot.hash,
      data: unpackImage(data.facts.image, contentOfBlob(cache, data.blobs.packed).path),
    },
  };
}

export function espImage(layout: DiskLayout, files: ReadonlyMap<string, Uint8Array>, mtime: number) {
  return writeFat(files, {
    type: 32,
    size: partitionOf(layout, 'esp').size,
    clusterSize: 512,
    label: 'ESP',
    serial: serialOf(layout, 'esp'),
    mtime,
  });
}

/** A FAT volume's serial number: fixed for an OS, as the GUIDs are. */
function serialOf({ osId }: DiskLayout, role: 'esp' | 'ab-state'): number {
  return Buffer.from(uuidBytes(deriveGuid(osId, `${role}-fat`))).readUInt32LE(0);
}
