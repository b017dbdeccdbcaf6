// The three images of a slot: boot archive, root image and its verity tree. The same bytes go into slot A of a disk, into
// a release, from which machines fill their other slot, and onto media. Put together, not copied: their parts are in the
// cache.

import { type Arch, architectureOf } from '../base/arch.ts';
import { digestHex } from '../base/digest.ts';
import { CatamaranError } from '../base/errors.ts';
import { sections } from '../contract/bundles.ts';
import type { BootManifest } from '../contract/release-manifest.ts';
import { slotArguments } from '../contract/slot-config.ts';
import { writeBootArchive } from '../disk/boot-archive.ts';
import { printSums } from '../disk/boot-sums.ts';
import { concatenate, type SparseImage } from '../disk/sparse.ts';
import type { Planning } from '../engine/planning.ts';
import type { Step, Use } from '../engine/step.ts';
import { contentOfBlob, type Workshop } from '../engine/workshop.ts';
import { assembleRoot } from '../image/root-image.ts';
import { memoryKernel } from '../specification/parts.ts';
import type { Kernel, Volume } from '../specification/types.ts';
import type { Content } from '../tree/content.ts';
import { type KeptBase, planBase } from './base.ts';
import { planBundle } from './bundle.ts';
import { planFormer } from './former.ts';
import { type BuiltImage, planImage } from './image.ts';
import { type KeptInitrd, planInitrd } from './initrd.ts';
import { describeSlot, pathOfBundle } from './inputs.ts';
import { laySegments, needsOfLaying, type RootParts } from './lay.ts';
import { planLayout } from './layout.ts';
import { planModuleNames } from './module-names.ts';
import { planLayoutSegment, planModules, planSegment, planVolumeSegment } from './segment.ts';

export interface SlotImages {
  readonly boot: SparseImage;
  readonly root: SparseImage;
  readonly hash: SparseImage;
  readonly manifest: BootManifest;
  /** What the boot archive holds, for media that are not booted from one. */
  readonly kernel: Content;
  readonly initrd: Content;
  /** The kernel's. */
  readonly arguments: string;
}

interface SlotParts {
  readonly kernel: Step<BuiltImage>;
  readonly initrd: Step<KeptInitrd>;
  readonly base: Step<KeptBase>;
  readonly root: RootParts;
}

export const slotKind = { name: 'slot', module: 'steps/slot' };

export function planSlot(planning: Planning): Step<SlotImages> {
  const { spec } = planning.locked;
  if (!spec.kernel) throw noKernel(spec.file, planning.locked.arch);
  const forMemory = memoryKernel(spec);
  if (forMemory) throw new CatamaranError('spec', forMemory);
  const parts = planParts(spec.kernel, planning);
  return planning.compose({
    kind: slotKind,
    id: 'slot',
    inputs: describeSlot(planning),
    needs: [...new Set<Step>([parts.kernel, parts.initrd, parts.base, ...needsOfLaying(parts.root)])],
    make: (use, workshop) => composeSlot(parts, use, workshop),
  });
}

function planParts({ image, initrd }: Kernel, planning: Planning): SlotParts {
  const { spec, former } = planning.locked;
  const kernel = planImage(image, planning);
  const parts: RootParts = {
    init: spec.init.map((use) => planImage(use.image, planning)),
    kernel,
    moduleNames: planModuleNames(kernel, planning),
    modules: planModules(kernel, planning),
    containers: sections.flatMap((section) =>
      spec[section].map((container, index) => {
        const from = planImage(container.image, planning);
        const segment = planSegment(from, planning);
        return {
          container,
          segment,
          bundle: planBundle(container, pathOfBundle(container, index), from, planning),
        };
      }),
    ),
    volumes: spec.volumes.map((volume) => planVolume(volume, planning)),
  };
  const root = former ? { ...parts, former: planFormer(former, parts.containers, planning) } : parts;
  return {
    kernel,
    initrd: planInitrd(planImage(initrd, planning), kernel, planning),
    base: planBase(root, planning),
    root,
  };
}

function planVolume(volume: Volume, planning: Planning): RootParts['volumes'][number] {
  const { image, format, platforms } = volume;
  if (!image) return { volume };
  if (format === 'filesystem')
    return { volume, segment: planVolumeSegment(planImage(image, planning), planning) };
  return { volume, segment: planLayoutSegment(planLayout(image, platforms, planning), planning) };
}

async function composeSlot(parts: SlotParts, use: Use, workshop: Workshop): Promise<SlotImages> {
  const { cache, locked } = workshop;
  const { spec, arch, epoch } = locked;
  const laid = laySegments(parts.root, use);
  const blobs = [use(parts.base).blobs.base, ...laid.map(({ blob }) => blob)];
  const verity = await assembleRoot(cache, spec.os.id, blobs);
  let offset = 0;
  const segments = blobs.map(({ digest, size }, index) => {
    const behind = laid[index - 1];
    const place = { name: behind?.name ?? 'base', offset, size, sha256: digestHex(digest) };
    const segment = behind ? { ...place, mountPoints: behind.mountPoints } : place;
    offset += size;
    return segment;
  });
  const manifest: BootManifest = {
    os: spec.os.id,
    version: spec.os.version,
    arch,
    roothash: verity.rootHash,
    salt: verity.salt,
    dataBlocks: verity.dataBlocks,
    segments,
  };
  const kernel = await findKernel(use(parts.kernel), spec.kernel!);
  const initrd = contentOfBlob(cache, use(parts.initrd).blobs.initrd);
  const cmdline = [spec.kernel!.cmdline, ...(spec.etc === 'memory' ? ['catamaran.etc=memory'] : [])].join(
    ' ',
  );
  const boot = writeBootArchive({
    kernel,
    initrd,
    sums: await printSums({ kernel, initrd }),
    cmdline,
    verity,
    manifest,
    mtime: epoch,
  });
  return {
    boot,
    root: concatenate(blobs.map((blob) => contentOfBlob(cache, blob))),
    hash: concatenate([contentOfBlob(cache, verity.hashImage)]),
    manifest,
    kernel,
    initrd,
    arguments: slotArguments(cmdline, verity),
  };
}

async function findKernel(image: BuiltImage, { binary }: Kernel): Promise<Content> {
  const kernel = (await image.open()).tree.get(binary);
  if (kernel?.type === 'file') return kernel.content;
  throw new CatamaranError('spec', {
    code: 'kernel-malformed',
    message: `${image.name} has no /${binary}`,
    hint: 'Name an image that has a kernel, or set kernel.binary to its file.',
  });
}

function noKernel(file: string, arch: Arch): CatamaranError {
  return new CatamaranError('spec', {
    code: 'spec-no-kernel',
    message: `${file} names no kernel, and a disk image boots one`,
    hint: `Add \`kernel: {image: component:kernel, cmdline: "console=tty0 console=${architectureOf(arch).console}"}\`.`,
  });
}
