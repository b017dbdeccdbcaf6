// An ISO that GRUB starts by BIOS and UEFI: loader, script and catalogue, and whatever files a format puts behind them. With
// a partition table it boots from a stick as well; `plain` has none, for those who take nothing but a CD's image. Nothing
// is copied before it is written.
import { type Arch, architectureOf } from '../../base/arch.ts';
import type { ReleaseVersion } from '../../base/flavour.ts';
import { roundUp } from '../../base/size.ts';
import { bootCatalog, bootRecord } from '../../disk/el-torito.ts';
import { writeFat } from '../../disk/fat.ts';
import { prefixOnEsp } from '../../disk/grub.ts';
import { installCd, installHybrid } from '../../disk/grub-cd.ts';
import type { MediaGrub } from '../../disk/grub-media.ts';
import { hybridTail, writeHybrid } from '../../disk/hybrid.ts';
import { type IsoFile, type IsoPlace, layoutIso, writeIso } from '../../disk/iso9660.ts';
import { concatenate, type SparseImage } from '../../disk/sparse.ts';
import { deriveGuid, uuidBytes } from '../../gpt/guid.ts';

export interface BootIso {
  readonly grub: MediaGrub;
  readonly os: { readonly id: string; readonly version: ReleaseVersion };
  readonly arch: Arch;
  /** Seconds since the epoch: the date of everything on it. */
  readonly epoch: number;
  readonly plain?: boolean;
  /** GRUB's, which may find the medium by its label. */
  readonly script: Uint8Array;
  /** In the order in which they lie behind what starts them. */
  readonly files: readonly IsoFile[];
  /** What they hold, which may say where another one lies. */
  fill(place: (path: string) => IsoPlace): ReadonlyMap<string, SparseImage>;
}

export const loaderPaths = {
  esp: 'boot/esp.img',
  cd: 'boot/eltorito.img',
  script: `${prefixOnEsp.slice(1)}/grub.cfg`,
} as const;

export function composeBootIso(iso: BootIso): SparseImage {
  const { grub, os, arch, epoch, plain = false, script, files, fill } = iso;
  const esp = espImage(
    new Map([
      [architectureOf(arch).grub.efi.file, grub.efi],
      [loaderPaths.script, script],
    ]),
    os.id,
    epoch,
  );
  const { bios } = grub;
  // What the firmware and GRUB need comes first: of a medium that is cut short they can still say so.
  const layout = layoutIso(
    [
      { path: loaderPaths.esp, size: esp.size },
      ...(bios ? [{ path: loaderPaths.cd, size: bios.cd.length }] : []),
      { path: loaderPaths.script, size: script.length },
      ...files,
    ],
    { tail: plain ? 0 : hybridTail },
  );
  const place = (path: string) => layout.files.get(path)!;
  const cdAt = bios && place(loaderPaths.cd).offset;
  const bootCode = bios && installHybrid(bios.hybrid, cdAt!);
  return writeIso(layout, {
    label: volumeLabel(os),
    epoch,
    ...(plain
      ? {}
      : writeHybrid({ osId: os.id, arch, size: layout.size, esp: place(loaderPaths.esp), bootCode })),
    boot: {
      record: bootRecord(layout.catalog),
      catalog: bootCatalog({ bios: bios && place(loaderPaths.cd), uefi: place(loaderPaths.esp) }),
    },
    files: new Map([
      [loaderPaths.esp, esp],
      ...(bios ? [[loaderPaths.cd, concatenate([installCd(bios.cd, cdAt!)])] as const] : []),
      [loaderPaths.script, concatenate([script])],
      ...fill(place),
    ]),
  });
}

/** ECMA-119, 8.4.8: 32 characters of A to Z, digits and underscore. */
export function volumeLabel({ id, version }: BootIso['os']): string {
  return `${id}_${version}`
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '_')
    .slice(0, 32);
}

const espCluster = 2048;

/** FAT12, as small as it gets: some firmware reads all of it. */
function espImage(files: ReadonlyMap<string, Uint8Array>, osId: string, mtime: number): SparseImage {
  const room = [...files.values()].reduce((sum, { length }) => sum + roundUp(length, espCluster), 0);
  return writeFat(files, {
    type: 12,
    size: roundUp(room + 65536, 1 << 20),
    clusterSize: espCluster,
    label: 'ESP',
    serial: Buffer.from(uuidBytes(deriveGuid(osId, 'iso-esp-fat'))).readUInt32LE(0),
    mtime,
  });
}
