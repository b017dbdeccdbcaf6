// The parts to one disk image: root image and its verity tree, boot archive, table, loader, state and data.
// Nothing of it is copied before the output writes it.
import { digestHex } from '../../base/digest.ts';
import { CatamaranError } from '../../base/errors.ts';
import { writeBootArchive } from '../../image/boot-archive.ts';
import { type PackedImage, unpackImage } from '../../image/data.ts';
import { assembleDisk, type Disk } from '../../image/disk.ts';
import { type DiskLayout, layoutDisk, placeOf } from '../../image/disk-layout.ts';
import { writeFat } from '../../image/fat.ts';
import { sectorSize } from '../../image/gpt.ts';
import { espFiles, type GrubImages, installBios } from '../../image/grub.ts';
import { assembleRoot, type RootImage } from '../../image/root-image.ts';
import { concatenate } from '../../image/sparse.ts';
import { writeStatePartition } from '../../image/state-partition.ts';
import type { Step, Work } from '../../plan/step.ts';
import { freshState } from '../../slots/state.ts';
import type { Blob } from '../../store/cache.ts';
import { contentBytes } from '../../tree/content.ts';
import { blobOf, factOf, type Needs } from '../result.ts';
import { contentOfBlob, openImage, type Workshop } from '../workshop.ts';

type DiskStep = Step<Work & { kind: 'disk' }>;

export async function composeDisk(step: DiskStep, needs: Needs, workshop: Workshop): Promise<Disk> {
  const { cache, locked } = workshop;
  const { spec, arch, epoch } = locked;
  const { loader, data } = step.work;
  const layout = layoutDisk({ osId: spec.os.id, arch, sizes: spec.disk });
  const content = (blob: Blob) => contentOfBlob(cache, blob);

  const names = ['base', ...step.work.segments];
  const parts = [
    blobOf(needs, step.work.base, 'base'),
    ...step.work.segments.map((id) => blobOf(needs, id, 'segment')),
  ];
  const root = await assembleRoot(cache, spec.os.id, parts);
  const grub = await readGrub(needs, loader, workshop);
  const bios = grub.bios && installBios(grub.bios, placeOf(layout, 'bios-boot').offset / sectorSize);
  const packed = factOf(needs, data, 'image') as unknown as PackedImage;

  return assembleDisk(
    layout,
    {
      ...(bios ? { 'bios-boot': concatenate([bios.core]) } : {}),
      esp: espImage(layout, grub, workshop),
      'ab-state': writeStatePartition(freshState, {
        size: placeOf(layout, 'ab-state').size,
        serial: serialOf(root.salt, 1),
        mtime: epoch,
      }),
      'boot-a': await bootArchive(step, needs, workshop, root, names),
      'root-a': concatenate(parts.map(content)),
      'hash-a': concatenate([content(root.hashImage)]),
      data: unpackImage(packed, content(blobOf(needs, data, 'packed')).path),
    },
    bios?.bootCode,
  );
}

async function bootArchive(
  step: DiskStep,
  needs: Needs,
  workshop: Workshop,
  root: RootImage,
  names: readonly string[],
) {
  const { spec, arch, epoch } = workshop.locked;
  const kernelImage = await openImage(workshop, needs, step.work.kernel);
  const kernel = kernelImage.tree.get(spec.kernel?.binary ?? 'kernel');
  if (kernel?.type !== 'file') throw noKernel(step.work.kernel, spec.kernel?.binary ?? 'kernel');
  let offset = 0;
  const segments = root.parts.map(({ digest, size }, index) => {
    const segment = { name: names[index]!, offset, size, sha256: digestHex(digest) };
    offset += size;
    return segment;
  });
  return writeBootArchive({
    kernel: kernel.content,
    initrd: contentOfBlob(workshop.cache, blobOf(needs, step.work.initrd, 'initrd')),
    cmdline: spec.kernel?.cmdline ?? '',
    verity: root,
    manifest: {
      os: spec.os.id,
      version: spec.os.version,
      arch,
      roothash: root.rootHash,
      salt: root.salt,
      dataBlocks: root.dataBlocks,
      segments,
    },
    mtime: epoch,
  });
}

async function readGrub(needs: Needs, loader: string, { cache }: Workshop): Promise<GrubImages> {
  const read = (name: string) => contentBytes(contentOfBlob(cache, blobOf(needs, loader, name)));
  const hasBios = needs.get(loader)?.blobs.core !== undefined;
  return {
    efi: await read('efi'),
    ...(hasBios ? { bios: { boot: await read('boot'), core: await read('core') } } : {}),
  };
}

function espImage(layout: DiskLayout, grub: GrubImages, { locked }: Workshop) {
  return writeFat(espFiles(locked.arch, grub), {
    type: 32,
    size: placeOf(layout, 'esp').size,
    clusterSize: 512,
    label: 'ESP',
    serial: serialOf(layout.osId, 0),
    mtime: locked.epoch,
  });
}

/** A FAT serial number out of a text: fixed for an OS. */
function serialOf(text: string, role: number): number {
  let serial = role;
  for (const character of text) serial = (Math.imul(serial, 31) + character.charCodeAt(0)) >>> 0;
  return serial;
}

function noKernel(image: string, binary: string): CatamaranError {
  return new CatamaranError('spec', {
    code: 'kernel-malformed',
    message: `${image} has no /${binary}`,
    hint: 'Name an image that has a kernel, or set kernel.binary to its file.',
  });
}
