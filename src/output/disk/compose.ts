// The parts to one disk image: slot A, the table, the loader, the slot state and the data partition; slot B is empty.
// Nothing of it is copied before the output writes it.
import { type PackedImage, unpackImage } from '../../disk/data.ts';
import { assembleDisk, type Disk } from '../../disk/disk.ts';
import { type DiskLayout, layoutDisk, placeOf } from '../../disk/disk-layout.ts';
import { writeFat } from '../../disk/fat.ts';
import { espFiles, type GrubImages, installBios } from '../../disk/grub.ts';
import { concatenate } from '../../disk/sparse.ts';
import { writeStatePartition } from '../../disk/state-partition.ts';
import { blobOf, factOf, type Needs } from '../../engine/result.ts';
import type { Step, Work } from '../../engine/step.ts';
import { contentOfBlob, type Workshop } from '../../engine/workshop.ts';
import { deriveGuid, uuidBytes } from '../../gpt/guid.ts';
import { sectorSize } from '../../gpt/write.ts';
import { freshState } from '../../slots/state.ts';
import { contentBytes } from '../../tree/content.ts';
import { composeSlot } from './slot.ts';

export type DiskStep = Step<Work & { kind: 'disk' }>;

export async function composeDisk(step: DiskStep, needs: Needs, workshop: Workshop): Promise<Disk> {
  const { cache, locked } = workshop;
  const { spec, arch, epoch } = locked;
  const { loader, data } = step.work;
  const layout = layoutDisk({ osId: spec.os.id, arch, sizes: spec.disk });
  const slot = await composeSlot(step, needs, workshop);
  const grub = await readGrub(needs, loader, workshop);
  const bios = grub.bios && installBios(grub.bios, placeOf(layout, 'bios-boot').offset / sectorSize);
  const packed = factOf(needs, data, 'image') as unknown as PackedImage;
  const state = {
    size: placeOf(layout, 'ab-state').size,
    serial: serialOf(layout, 'ab-state'),
    mtime: epoch,
  };

  return assembleDisk(
    layout,
    {
      ...(bios ? { 'bios-boot': concatenate([bios.core]) } : {}),
      esp: espImage(layout, grub, epoch),
      'ab-state': writeStatePartition(freshState, state),
      'boot-a': slot.boot,
      'root-a': slot.root,
      'hash-a': slot.hash,
      data: unpackImage(packed, contentOfBlob(cache, blobOf(needs, data, 'packed')).path),
    },
    bios?.bootCode,
  );
}

async function readGrub(needs: Needs, loader: string, { cache }: Workshop): Promise<GrubImages> {
  const read = (name: string) => contentBytes(contentOfBlob(cache, blobOf(needs, loader, name)));
  const hasBios = needs.get(loader)?.blobs.core !== undefined;
  return {
    efi: await read('efi'),
    ...(hasBios ? { bios: { boot: await read('boot'), core: await read('core') } } : {}),
  };
}

function espImage(layout: DiskLayout, grub: GrubImages, mtime: number) {
  return writeFat(espFiles(layout.arch, grub), {
    type: 32,
    size: placeOf(layout, 'esp').size,
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
