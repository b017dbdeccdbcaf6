// A live system in a directory: its medium, its disks as files, and the real dd, sh and sha256sum of this machine. What needs
// a kernel of one's own (mounts, device-mapper) is only written down.
import { createHash, hash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { Finished } from '../../../src/agent/host/host.ts';
import {
  type BytePlace,
  type InstallIndex,
  installGrain,
  type PackedName,
  packedNames,
  writeInstallIndex,
} from '../../../src/contract/install.ts';
import { releaseParts } from '../../../src/contract/release-manifest.ts';
import { assembleDisk, type DiskImage } from '../../../src/disk/disk.ts';
import { layoutDisk } from '../../../src/disk/disk-layout.ts';
import { packImage } from '../../../src/disk/pack-image.ts';
import { concatenate, type SparseImage, sparseImage } from '../../../src/disk/sparse.ts';
import { contentBytes, contentOf } from '../../../src/tree/content.ts';
import { fresh } from '../slots/fixtures.ts';
import { type SandboxHost, sandboxHost } from '../update/support/sandbox-host.ts';

const MiB = 1 << 20;
export const layout = layoutDisk({
  osId: 'twin',
  arch: 'amd64',
  rootHash: fresh.manifest.roothash,
  sizes: { slot: MiB, data: 3 * MiB, boot: MiB, esp: 2 * MiB },
});

const noise = (seed: string, size: number): Uint8Array => {
  const bytes = Buffer.alloc(size);
  for (let at = 0; at < size; at += 32) createHash('sha256').update(`${seed} ${at}`).digest().copy(bytes, at);
  return bytes;
};
const at = (size: number, ...pieces: readonly (readonly [number, Uint8Array])[]): SparseImage =>
  sparseImage(
    size,
    pieces.map(([offset, bytes]) => ({ offset, content: contentOf(bytes) })),
  );

const bootCode = noise('boot code', 440);
const packed: Readonly<Record<PackedName, SparseImage>> = {
  'boot-code': concatenate([bootCode]),
  'bios-boot': concatenate([noise('core', 30_000)]),
  esp: at(2 * MiB, [0, noise('fat', 512)], [100_000, noise('efi', 50_000)]),
  'esp-bios': at(2 * MiB, [0, noise('fat of a BIOS', 512)]),
  'ab-state': at(MiB, [0, noise('state', 512)], [4096, noise('env', 1024)]),
  data: at(3 * MiB, [1024, noise('superblock', 1024)], [2 * MiB, noise('table', 9000)]),
};
const { images, manifest } = fresh;

/** As the builder writes it, for a BIOS and for UEFI. */
export const builtDisk: DiskImage = assembleDisk(
  layout,
  {
    'bios-boot': packed['bios-boot'],
    esp: packed.esp,
    'ab-state': packed['ab-state'],
    'boot-a': concatenate([images.boot]),
    'root-a': concatenate([images.root]),
    'hash-a': concatenate([images.hash]),
    data: packed.data,
  },
  bootCode,
);

export async function bytesOfDisk({ size, extents }: DiskImage): Promise<Buffer> {
  const bytes = Buffer.alloc(size);
  for (const { offset, content } of extents) bytes.set(await contentBytes(content), offset);
  return bytes;
}

const indexAt = 64 * 1024;

/** `names`: what is packed; without boot code it is as for a machine that has no BIOS. */
export async function makeMedium(names: readonly PackedName[] = packedNames): Promise<Buffer> {
  const sum = (bytes: Uint8Array) => hash('sha256', bytes, 'hex');
  const pieces: Partial<Record<PackedName, readonly BytePlace[]>> = {};
  const chunks: Uint8Array[] = [];
  for (const name of packedNames.filter((each) => names.includes(each))) {
    const each = await packImage(packed[name], installGrain);
    pieces[name] = each.pieces;
    chunks.push(each.bytes);
  }
  const files = { ...images, packed: Buffer.concat(chunks) };
  const medium = Buffer.alloc(MiB);
  let offset = 512 * 1024;
  const places: Record<string, InstallIndex['images']['packed']> = {};
  for (const name of [...releaseParts, 'packed'] as const) {
    const bytes = files[name];
    medium.set(bytes, offset);
    places[name] = { offset, size: bytes.length, sha256: sum(bytes) };
    offset += Math.ceil(bytes.length / 4096) * 4096;
  }
  const { os, version, roothash, salt, dataBlocks } = manifest;
  const { size, partitions } = layout;
  const index = {
    ...{ os, version, arch: 'amd64' as const, roothash, salt, dataBlocks, size, partitions, pieces },
    images: places as InstallIndex['images'],
  } as const;
  medium.set(
    writeInstallIndex(index, (text) => sum(Buffer.from(text))),
    indexAt,
  );
  return medium;
}

export interface LiveHost extends SandboxHost {
  /** In place of a program, where it answers; with the paths as they are on the machine. */
  answer: ((command: readonly string[]) => Finished | undefined) | undefined;
  /** What whoever sits before the console types, line by line. */
  answers: string[];
  read(path: string): Buffer;
  put(path: string, content: string | Uint8Array): void;
  addDisk(
    name: string,
    options?: { size?: number; content?: Uint8Array; facts?: Record<string, string> },
  ): void;
}

export function liveHost(root: string, medium: Uint8Array): LiveHost {
  const sandbox = sandboxHost(root, { curl: { file: 'false', args: [], env: {} } });
  const path = (name: string) => join(root, name);
  let guids = 0;
  const host: LiveHost = {
    ...sandbox,
    answer: undefined,
    answers: [],
    read: (name) => readFileSync(path(name)),
    put(name, content) {
      mkdirSync(dirname(path(name)), { recursive: true });
      writeFileSync(path(name), content);
    },
    addDisk(name, { size = layout.size, content, facts = {} } = {}) {
      host.put(`/dev/${name}`, '');
      truncateSync(path(`/dev/${name}`), size);
      if (content) {
        const file = openSync(path(`/dev/${name}`), 'r+');
        writeSync(file, content, 0, content.length, 0);
        closeSync(file);
      }
      host.put(`/sys/block/${name}/size`, `${size / 512}\n`);
      for (const [attribute, value] of Object.entries(facts))
        host.put(`/sys/block/${name}/${attribute}`, `${value}\n`);
    },
    readBytes(name, offset, size) {
      if (name === '/dev/urandom') return noise(`guid ${++guids}`, size);
      return sandbox.readBytes(name, offset, size);
    },
    run(command) {
      const answered = host.answer?.(command);
      const [program, ...words] = command;
      if (answered || ['mount', 'umount', 'sleep', 'poweroff'].includes(program)) {
        host.calls.push(command.join(' '));
        return answered ?? { status: 0, output: '' };
      }
      if (program === 'findfs') return { status: 1, output: '' };
      if (program === 'readlink') {
        const found = existsSync(path(words[1]!));
        return { status: found ? 0 : 1, output: found ? `${words[1]}\n` : '' };
      }
      if (words[1]?.startsWith('read -r')) {
        const line = host.answers.shift();
        return { status: line === undefined ? 1 : 0, output: line ?? '' };
      }
      // A file of this machine need not lie where it can be written past the page cache.
      const plain = command.map((word) => word.replace(/\bdirect,/, '')) as [string, ...string[]];
      const { status, output } = sandbox.run(plain);
      return { status, output: output.replaceAll(root, '') };
    },
  };
  host.put('/dev/sr0', medium);
  host.put('/dev/zero', new Uint8Array(8 * MiB));
  host.put('/run/catamaran/live', 'sr0\n');
  host.put('/proc/cmdline', `quiet catamaran.live=TWIN,1,1,1,${indexAt / 512}\n`);
  host.put('/sys/block/sr0/size', `${medium.length / 512}\n`);
  return host;
}
