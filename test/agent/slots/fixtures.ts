// Releases of a few dozen blocks, and a disk with two of them, for tests of the slot commands.
import { hash } from 'node:crypto';
import type { Running } from '../../../src/agent/slots/running.ts';
import {
  type ReleaseManifest,
  releaseParts,
  writeReleaseManifest,
} from '../../../src/contract/release-manifest.ts';
import { writeBootArchive } from '../../../src/disk/boot-archive.ts';
import {
  envOffsets,
  type PartitionRole,
  type SlotName,
  slotNames,
  slotRole,
} from '../../../src/slots/constants.ts';
import { serialiseEnv } from '../../../src/slots/env.ts';
import type { SlotState } from '../../../src/slots/state.ts';
import { contentBytes, contentOf } from '../../../src/tree/content.ts';

const dataBlocks = 20;

export interface Release {
  readonly manifest: ReleaseManifest;
  readonly images: Readonly<Record<'boot' | 'root' | 'hash', Uint8Array>>;
}

async function makeRelease(version: string): Promise<Release> {
  const noise = (size: number) => {
    const bytes = Buffer.alloc(size);
    for (let at = 0; at < size; at += 32)
      hash('sha256', `${version} ${size} ${at}`, 'buffer').copy(bytes, at);
    return bytes;
  };
  const roothash = hash('sha256', version, 'hex');
  const facts = { os: 'twin', version, arch: 'amd64', roothash, salt: 'ab', dataBlocks };
  const boot = writeBootArchive({
    kernel: contentOf(noise(9000)),
    initrd: contentOf(noise(5000)),
    cmdline: 'quiet',
    verity: { rootHash: roothash, salt: facts.salt, dataBlocks },
    manifest: { ...facts, segments: [] },
    mtime: 0,
  });
  const bytes = new Uint8Array(boot.size);
  for (const { offset, content } of boot.extents) bytes.set(await contentBytes(content), offset);
  const images = { boot: bytes, root: noise(dataBlocks * 4096), hash: noise(8192) };
  const part = (image: Uint8Array) => ({ size: image.length, sha256: hash('sha256', image, 'hex') });
  const parts = { boot: part(images.boot), root: part(images.root), hash: part(images.hash) };
  return { manifest: { ...facts, parts }, images };
}

export const releases = await Promise.all(['1.0.0', '2.0.0', '3.0.0'].map(makeRelease));
export const [old, fresh, third] = releases as [Release, Release, Release];

/** As `stage --from /mnt` finds them. */
export function filesOf({ manifest, images }: Release): Map<string, Uint8Array> {
  return new Map<string, Uint8Array>([
    ['/mnt/manifest.json', Buffer.from(writeReleaseManifest(manifest))],
    ...releaseParts.map((part) => [`/mnt/${part}.img`, images[part]] as const),
  ]);
}

export interface TestDisk {
  readonly media: Map<PartitionRole, Uint8Array>;
  /** Of the data partition, and what else the agent reads. */
  readonly files: Map<string, string | Uint8Array>;
}

/** 1.0.0 in A, good, and 3.0.0 in B: whatever stood there before the next one is staged. */
export function makeDisk({ A = 'good', B = 'try3', first = 'B' }: Partial<SlotState> = {}): TestDisk {
  const media = new Map<PartitionRole, Uint8Array>();
  for (const slot of slotNames) {
    for (const part of releaseParts) {
      const image = (slot === 'A' ? old : third).images[part];
      const bytes = new Uint8Array(image.length + 4096);
      bytes.set(image);
      media.set(slotRole(part, slot), bytes);
    }
  }
  const state = new Uint8Array(16384);
  for (const offset of envOffsets) state.set(serialiseEnv({ gen: 7, first, A, B }), offset);
  media.set('ab-state', state);
  return { media, files: new Map([['/usr/lib/os-release', 'IMAGE_ID="twin"\n']]) };
}

/** The release whose bytes a slot holds, all of them. */
export function holds(disk: TestDisk, slot: SlotName): Release | undefined {
  return releases.find(({ images }) =>
    releaseParts.every((part) => {
      const bytes = disk.media.get(slotRole(part, slot))!.subarray(0, images[part].length);
      return Buffer.compare(bytes, images[part]) === 0;
    }),
  );
}

let boots = 0;
export const runningFrom = (slot: SlotName, { manifest }: Release): Running => ({
  ...{
    slot,
    rootHash: manifest.roothash,
    version: manifest.version,
    bootId: `boot ${++boots}`,
    rescue: false,
  },
});
