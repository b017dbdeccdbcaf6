// A slot's three images to a live ISO that boots by BIOS and UEFI: the very same root and hash tree as on a disk, on places
// of the medium that the initrd is told. With a partition table it boots from a stick as well; `plain` has none, for those
// who take nothing but a CD's image. Nothing is copied before it is written.

import { createHash } from 'node:crypto';
import { type Arch, architectureOf } from '../../base/arch.ts';
import type { ReleaseVersion } from '../../base/flavour.ts';
import { roundUp } from '../../base/size.ts';
import { configAreaSize, encodeConfigArea } from '../../contract/config-area.ts';
import { installIndexSize, writeInstallIndex } from '../../contract/install.ts';
import { partImageName } from '../../contract/release-manifest.ts';
import { bootCatalog, bootRecord } from '../../disk/el-torito.ts';
import { writeFat } from '../../disk/fat.ts';
import { prefixOnEsp } from '../../disk/grub.ts';
import { installCd, installHybrid } from '../../disk/grub-cd.ts';
import type { MediaGrub } from '../../disk/grub-media.ts';
import { hybridTail, writeHybrid } from '../../disk/hybrid.ts';
import { layoutIso, writeIso } from '../../disk/iso9660.ts';
import {
  liveConfigName,
  liveConfigSize,
  liveScript,
  mediaDirectory,
  writeLiveConfig,
} from '../../disk/live-script.ts';
import { concatenate, type SparseImage } from '../../disk/sparse.ts';
import { deriveGuid, uuidBytes } from '../../gpt/guid.ts';
import type { SlotImages } from '../../steps/slot.ts';
import type { Installer } from './installer.ts';

export interface IsoParts {
  readonly slot: Pick<SlotImages, 'boot' | 'root' | 'hash'>;
  readonly grub: MediaGrub;
  readonly os: { readonly id: string; readonly version: ReleaseVersion };
  readonly arch: Arch;
  /** Seconds since the epoch: the date of everything on it. */
  readonly epoch: number;
  readonly plain?: boolean;
  /** Absent: a disk cannot be made from it. */
  readonly installer?: Installer;
}

export const mediaPaths = {
  esp: 'boot/esp.img',
  cd: 'boot/eltorito.img',
  script: `${prefixOnEsp.slice(1)}/grub.cfg`,
  live: `${mediaDirectory}/${liveConfigName}`,
  config: `${mediaDirectory}/config.env`,
  install: `${mediaDirectory}/install.json`,
  packed: `${mediaDirectory}/install.img`,
  boot: `${mediaDirectory}/${partImageName('boot')}`,
  root: `${mediaDirectory}/${partImageName('root')}`,
  hash: `${mediaDirectory}/${partImageName('hash')}`,
} as const;

export function composeIso({ slot, grub, os, arch, epoch, plain = false, installer }: IsoParts): SparseImage {
  const label = volumeLabel(os);
  const script = new TextEncoder().encode(liveScript(label));
  const esp = espImage(
    new Map([
      [architectureOf(arch).grub.efi.file, grub.efi],
      [mediaPaths.script, script],
    ]),
    os.id,
    epoch,
  );
  const { bios } = grub;
  // What the firmware and GRUB need comes first: of a medium that is cut short they can still say so.
  const layout = layoutIso(
    [
      { path: mediaPaths.esp, size: esp.size },
      ...(bios ? [{ path: mediaPaths.cd, size: bios.cd.length }] : []),
      { path: mediaPaths.script, size: script.length },
      { path: mediaPaths.live, size: liveConfigSize },
      { path: mediaPaths.config, size: configAreaSize },
      ...(installer
        ? [
            { path: mediaPaths.install, size: installIndexSize },
            { path: mediaPaths.packed, size: installer.packed.size },
          ]
        : []),
      { path: mediaPaths.boot, size: slot.boot.size },
      { path: mediaPaths.hash, size: slot.hash.size },
      { path: mediaPaths.root, size: slot.root.size },
    ],
    { tail: plain ? 0 : hybridTail },
  );
  const place = (path: string) => layout.files.get(path)!;
  const at = (path: string) => place(path).offset;
  const live = {
    label,
    root: at(mediaPaths.root),
    hash: at(mediaPaths.hash),
    config: at(mediaPaths.config),
    install: installer && at(mediaPaths.install),
  };
  const bootCode = bios && installHybrid(bios.hybrid, at(mediaPaths.cd));
  return writeIso(layout, {
    label,
    epoch,
    ...(plain
      ? {}
      : writeHybrid({ osId: os.id, arch, size: layout.size, esp: place(mediaPaths.esp), bootCode })),
    boot: {
      record: bootRecord(layout.catalog),
      catalog: bootCatalog({ bios: bios && place(mediaPaths.cd), uefi: place(mediaPaths.esp) }),
    },
    files: new Map([
      [mediaPaths.esp, esp],
      ...(bios ? [[mediaPaths.cd, concatenate([installCd(bios.cd, at(mediaPaths.cd))])] as const] : []),
      [mediaPaths.script, concatenate([script])],
      [mediaPaths.live, concatenate([writeLiveConfig(live)])],
      [mediaPaths.config, concatenate([encodeConfigArea(emptyConfig, sha256)])],
      ...(installer ? installerFiles(installer, place) : []),
      [mediaPaths.boot, slot.boot],
      [mediaPaths.hash, slot.hash],
      [mediaPaths.root, slot.root],
    ]),
  });
}

function installerFiles(
  { install, sums, packed }: Installer,
  place: (path: string) => { readonly offset: number; readonly size: number },
): [string, SparseImage][] {
  const image = (name: keyof typeof sums) => ({ ...place(mediaPaths[name]), sha256: sums[name] });
  const images = { boot: image('boot'), root: image('root'), hash: image('hash'), packed: image('packed') };
  return [
    [
      mediaPaths.install,
      concatenate([writeInstallIndex({ ...install, images }, (text) => sha256(Buffer.from(text)))]),
    ],
    [mediaPaths.packed, packed],
  ];
}

const emptyConfig = { arguments: '', config: new Uint8Array(0) };
/** Of the config area. */
export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** ECMA-119, 8.4.8: 32 characters of A to Z, digits and underscore. */
export function volumeLabel({ id, version }: IsoParts['os']): string {
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
