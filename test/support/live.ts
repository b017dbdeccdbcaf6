// A small system as a live ISO: it says on its console what it runs from, and powers off.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReleasePart } from '../../src/contract/release-manifest.ts';
import { readBootArchive } from '../../src/disk/boot-archive-reader.ts';
import { openDiskFile } from '../../src/disk/disk-file.ts';
import { makeMediaGrub } from '../../src/disk/grub-media.ts';
import { concatenate, type SparseImage } from '../../src/disk/sparse.ts';
import { writeReleaseImages } from '../../src/output/disk/release-images.ts';
import { composeIso } from '../../src/output/media/compose-iso.ts';
import { composePxe } from '../../src/output/media/compose-pxe.ts';
import { writeRaw } from '../../src/output/write/raw.ts';
import { testContext } from './context.ts';
import { hostTools } from './tools.ts';

const report = `#!/bin/sh
. /usr/lib/catamaran/functions
tell() { sed 's/^/@ /' >/dev/console; }
catamaran-agent status --json 2>&1 | tell
catamaran-agent stage --from /nowhere 2>&1 | tell
catamaran-agent rollback 2>&1 | tell
grep ' /var ' /proc/self/mounts | tell
cat /run/catamaran/config 2>/dev/null | tell
tell </proc/cmdline
echo end | tell
poweroff
exec sleep 1000000
`;

export const liveSpec = (kernel: string) => `os: {id: live-test, version: 1.2.3}
kernel: {image: ${kernel}, cmdline: "console=ttyS0"}
init: [component:init, component:crun, component:agent]
services:
  - {name: getty, image: component:getty}
files:
  - path: usr/lib/catamaran/system/_test/run
    mode: "0755"
    contents: |
${report.replaceAll(/^/gm, '      ').trimEnd()}
disk: {slot: 256M, data: 64M}
`;

export interface LiveSystem {
  /** Of the slot's images. */
  readonly slot: Readonly<Record<ReleasePart, SparseImage>>;
  readonly rootHash: string;
  /** Of the network directory. */
  pxe(): Promise<ReturnType<typeof composePxe>>;
  writeIso(name: string, options?: { plain?: boolean }): Promise<string>;
}

export async function makeLive(directory: string, kernel: string): Promise<LiveSystem> {
  await mkdir(directory, { recursive: true });
  const file = join(directory, 'live.yml');
  await writeFile(file, liveSpec(kernel));
  const images = join(directory, 'release');
  const manifest = await writeReleaseImages(
    { file, arch: 'amd64', frozen: false },
    images,
    await testContext(),
  );
  const image = (part: ReleasePart) =>
    concatenate([
      { at: 'file', path: join(images, `${part}.img`), offset: 0, size: manifest.parts[part].size },
    ]);
  const slot = { boot: image('boot'), root: image('root'), hash: image('hash') };
  const tools = await hostTools();
  const grub = await makeMediaGrub('amd64', {
    run: tools.run,
    modules: tools.path('usr/lib/grub'),
    scratch: join(directory, 'grub'),
  });
  const os = { id: manifest.os, version: manifest.version };
  return {
    slot,
    rootHash: manifest.roothash,
    async pxe() {
      const boot = join(images, 'boot.img');
      const disk = await openDiskFile(boot);
      const archive = (await readBootArchive(disk.read, disk.size).finally(() => disk.close()))!;
      const piece = (wanted: string) => {
        const { offset, size } = archive.files.find(({ name }) => name === wanted)!;
        return { at: 'file', path: boot, offset, size } as const;
      };
      const parts = { kernel: piece('kernel'), initrd: piece('initrd'), arguments: archive.slotArgs! };
      return composePxe({ ...parts, root: slot.root, hash: slot.hash });
    },
    async writeIso(name, { plain = false } = {}) {
      const path = join(directory, name);
      await writeRaw(composeIso({ slot, grub, os, arch: 'amd64', epoch: 1_700_000_000, plain }), path);
      return path;
    },
  };
}
