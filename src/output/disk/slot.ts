// The three images of a slot: boot archive, root image and its verity tree. The same bytes go into slot A of a disk and
// into a release, from which machines fill their other slot.
import { digestHex } from '../../base/digest.ts';
import { CatamaranError } from '../../base/errors.ts';
import { type ImageManifest, writeBootArchive } from '../../disk/boot-archive.ts';
import { printSums } from '../../disk/boot-sums.ts';
import { concatenate, type SparseImage } from '../../disk/sparse.ts';
import { blobOf, type Needs } from '../../engine/result.ts';
import type { Step, Work } from '../../engine/step.ts';
import { contentOfBlob, openImage, type Workshop } from '../../engine/workshop.ts';
import { assembleRoot } from '../../image/root-image.ts';

export interface SlotImages {
  readonly boot: SparseImage;
  readonly root: SparseImage;
  readonly hash: SparseImage;
  readonly manifest: ImageManifest;
}

type DiskStep = Step<Work & { kind: 'disk' }>;

export async function composeSlot(step: DiskStep, needs: Needs, workshop: Workshop): Promise<SlotImages> {
  const { cache, locked } = workshop;
  const { spec, arch, epoch } = locked;
  const { work } = step;
  const names = [work.base, ...work.segments].map((id) => id.replace(/^segment /, ''));
  const parts = [
    blobOf(needs, work.base, 'base'),
    ...work.segments.map((id) => blobOf(needs, id, 'segment')),
  ];
  const verity = await assembleRoot(cache, spec.os.id, parts);
  let offset = 0;
  const segments = parts.map(({ digest, size }, index) => {
    const segment = { name: names[index]!, offset, size, sha256: digestHex(digest) };
    offset += size;
    return segment;
  });
  const manifest: ImageManifest = {
    os: spec.os.id,
    version: spec.os.version,
    arch,
    roothash: verity.rootHash,
    salt: verity.salt,
    dataBlocks: verity.dataBlocks,
    segments,
  };
  const kernel = await findKernel(work.kernel, needs, workshop);
  const initrd = contentOfBlob(cache, blobOf(needs, work.initrd, 'initrd'));
  const boot = writeBootArchive({
    kernel,
    initrd,
    sums: await printSums({ kernel, initrd }),
    cmdline: [spec.kernel?.cmdline ?? '', ...(spec.etc === 'memory' ? ['catamaran.etc=memory'] : [])].join(
      ' ',
    ),
    verity,
    manifest,
    mtime: epoch,
  });
  const content = (blob: (typeof parts)[number]) => contentOfBlob(cache, blob);
  return {
    boot,
    root: concatenate(parts.map(content)),
    hash: concatenate([content(verity.hashImage)]),
    manifest,
  };
}

async function findKernel(image: string, needs: Needs, workshop: Workshop) {
  const binary = workshop.locked.spec.kernel?.binary ?? 'kernel';
  const kernel = (await openImage(workshop, needs, image)).tree.get(binary);
  if (kernel?.type === 'file') return kernel.content;
  throw new CatamaranError('spec', {
    code: 'kernel-malformed',
    message: `${image} has no /${binary}`,
    hint: 'Name an image that has a kernel, or set kernel.binary to its file.',
  });
}
