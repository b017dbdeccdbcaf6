// A slot's three images to a live ISO that boots by BIOS and UEFI: the very same root and hash tree as on a disk, on places
// of the medium that the initrd is told, and an area that can be changed in the finished file.
import { createHash } from 'node:crypto';
import { configAreaSize, encodeConfigArea } from '../../contract/config-area.ts';
import { installIndexSize, writeInstallIndex } from '../../contract/install.ts';
import { partImageName } from '../../contract/release-manifest.ts';
import {
  liveConfigName,
  liveConfigSize,
  liveScript,
  mediaDirectory,
  writeLiveConfig,
} from '../../disk/live-script.ts';
import { concatenate, type SparseImage } from '../../disk/sparse.ts';
import type { SlotImages } from '../../steps/slot.ts';
import { type BootIso, composeBootIso, loaderPaths, volumeLabel } from './boot-iso.ts';
import type { Installer } from './installer.ts';

export interface IsoParts extends Pick<BootIso, 'grub' | 'os' | 'arch' | 'epoch' | 'plain'> {
  readonly slot: Pick<SlotImages, 'boot' | 'root' | 'hash'>;
  /** Absent: a disk cannot be made from it. */
  readonly installer?: Installer;
}

export const mediaPaths = {
  ...loaderPaths,
  live: `${mediaDirectory}/${liveConfigName}`,
  config: `${mediaDirectory}/config.env`,
  install: `${mediaDirectory}/install.json`,
  packed: `${mediaDirectory}/install.img`,
  boot: `${mediaDirectory}/${partImageName('boot')}`,
  root: `${mediaDirectory}/${partImageName('root')}`,
  hash: `${mediaDirectory}/${partImageName('hash')}`,
} as const;

export function composeIso({ slot, installer, ...parts }: IsoParts): SparseImage {
  const label = volumeLabel(parts.os);
  return composeBootIso({
    ...parts,
    script: new TextEncoder().encode(liveScript(label)),
    files: [
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
    fill(place) {
      const at = (path: string) => place(path).offset;
      const live = {
        label,
        root: at(mediaPaths.root),
        hash: at(mediaPaths.hash),
        config: at(mediaPaths.config),
        install: installer && at(mediaPaths.install),
      };
      return new Map([
        [mediaPaths.live, concatenate([writeLiveConfig(live)])],
        [mediaPaths.config, concatenate([encodeConfigArea(emptyConfig, sha256)])],
        ...(installer ? installerFiles(installer, place) : []),
        [mediaPaths.boot, slot.boot],
        [mediaPaths.hash, slot.hash],
        [mediaPaths.root, slot.root],
      ]);
    },
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
