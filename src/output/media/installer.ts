// What a live medium carries for `catamaran-agent install`, beside the slot that it runs from: all the rest of the built disk,
// packed, and what an installer has to know of it. Made of the very parts that the disk is made of (output/disk/compose.ts).
import { createHash } from 'node:crypto';
import { digestHex } from '../../base/digest.ts';
import {
  type BytePlace,
  type InstallFacts,
  installGrain,
  type PackedName,
  packedNames,
} from '../../contract/install.ts';
import { type ReleasePart, releaseParts } from '../../contract/release-manifest.ts';
import { checkFits, partitionOf } from '../../disk/disk-layout.ts';
import { espFiles } from '../../disk/grub.ts';
import { packImage } from '../../disk/pack-image.ts';
import { concatenate, type SparseImage } from '../../disk/sparse.ts';
import type { Planning } from '../../engine/planning.ts';
import type { KeptBlob } from '../../engine/result.ts';
import type { Step } from '../../engine/step.ts';
import { contentOfBlob, type Workshop } from '../../engine/workshop.ts';
import type { PartitionRole } from '../../slots/constants.ts';
import { planData } from '../../steps/data.ts';
import { describeDisk } from '../../steps/inputs.ts';
import { planLoader, readLoader } from '../../steps/loader.ts';
import { planSlot } from '../../steps/slot.ts';
import type { Cache } from '../../store/cache.ts';
import { type Content, readContent } from '../../tree/content.ts';
import { type DiskPieces, espImage, layDisk } from '../disk/compose.ts';

/** SHA-256 of each image of the slot, in hex. */
type Sums = Readonly<Record<ReleasePart, string>>;

export type KeptInstaller = KeptBlob<'packed', { readonly install: InstallFacts; readonly sums: Sums }>;

export interface Installer {
  readonly install: InstallFacts;
  readonly sums: Sums & { readonly packed: string };
  readonly packed: SparseImage;
}

export const installerKind = { name: 'installer', module: 'output/media/installer' };

export function planInstaller(planning: Planning): Step<KeptInstaller> {
  const slot = planning.once(planSlot);
  const loader = planLoader(planning);
  const data = planData(planning);
  return planning.keep({
    kind: installerKind,
    id: 'installer',
    inputs: describeDisk(planning),
    needs: [slot, loader, data],
    async make(use, workshop) {
      const { cache, locked } = workshop;
      const grub = await readLoader(use(loader), cache);
      const disk = layDisk({ slot: use(slot), grub, data: use(data) }, workshop);
      const forBios =
        grub.bios && new Map([...espFiles(locked.arch, grub)].filter(([path]) => path.endsWith('.cfg')));
      const espBios = forBios && espImage(disk.layout, forBios, locked.epoch);
      return packDisk(disk, espBios, { manifest: use(slot).manifest, workshop });
    },
  });
}

export function readInstaller(
  { blobs: { packed }, facts: { install, sums } }: KeptInstaller,
  cache: Cache,
): Installer {
  return {
    install,
    sums: { ...sums, packed: digestHex(packed.digest) },
    packed: concatenate([contentOfBlob(cache, packed)]),
  };
}

async function packDisk(
  { layout, parts, bootCode }: DiskPieces,
  espBios: SparseImage | undefined,
  {
    manifest,
    workshop,
  }: { manifest: Omit<InstallFacts, 'size' | 'partitions' | 'pieces' | 'arch'>; workshop: Workshop },
): Promise<KeptInstaller> {
  const { os, version, roothash, salt, dataBlocks } = manifest;
  for (const [role, part] of Object.entries(parts) as [PartitionRole, SparseImage][])
    checkFits(partitionOf(layout, role), part.size);
  const images: Readonly<Record<PackedName, SparseImage | undefined>> = {
    'boot-code': bootCode && concatenate([bootCode]),
    'bios-boot': parts['bios-boot'],
    esp: parts.esp,
    'esp-bios': espBios,
    'ab-state': parts['ab-state'],
    data: parts.data,
  };
  const pieces: Partial<Record<PackedName, readonly BytePlace[]>> = {};
  const chunks: Uint8Array[] = [];
  for (const name of packedNames) {
    const image = images[name];
    if (!image) continue;
    const packed = await packImage(image, installGrain);
    pieces[name] = packed.pieces;
    chunks.push(packed.bytes);
  }
  const sums: Partial<Record<ReleasePart, string>> = {};
  for (const part of releaseParts) sums[part] = await digestImage(parts[`${part}-a`]!);
  const { arch, size, partitions } = layout;
  return {
    blobs: { packed: await workshop.cache.putBlob(Buffer.concat(chunks), { derived: true }) },
    facts: {
      install: { os, version, arch, roothash, salt, dataBlocks, size, partitions, pieces },
      sums: sums as Sums,
    },
  };
}

async function digestImage({ size, extents }: SparseImage): Promise<string> {
  const hash = createHash('sha256');
  const whole: Content = { at: 'sparse', size, parts: extents };
  for await (const chunk of readContent(whole)) hash.update(chunk);
  return hash.digest('hex');
}
