// Releases whose blocks a test chooses, as images in memory, and as the directory that a publisher adds.
import { hash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ReleaseManifest, writeReleaseManifest } from '../../../../src/contract/release-manifest.ts';
import { writeBootArchive } from '../../../../src/disk/boot-archive.ts';
import { contentBytes, contentOf } from '../../../../src/tree/content.ts';
import { buildHashTree, leafDigests } from '../../../../src/verity/hash-tree.ts';

export interface TestRelease {
  readonly version: string;
  readonly rootHash: string;
  readonly images: Readonly<Record<'boot' | 'root' | 'hash', Buffer>>;
}

export interface ReleasePlan {
  readonly version: string;
  /** Of the root image: equal numbers are equal blocks. */
  readonly blocks: readonly number[];
  /** Lies between the blocks, before number `at` of them, and moves the rest by its size. */
  readonly inserted?: { readonly at: number; readonly bytes: Uint8Array };
  /** Bytes of kernel and initrd together. */
  readonly bootSize?: number;
  readonly kernel?: string;
  readonly initrd?: string;
}

export const salt = Buffer.alloc(32, 7);
const sha256 = (bytes: Uint8Array): Uint8Array => hash('sha256', bytes, 'buffer');

/** Nothing that compresses. */
export function noise(seed: string, size: number): Buffer {
  const pieces: Buffer[] = [];
  for (let at = 0; at < size; at += 32) pieces.push(hash('sha256', `${seed} ${at}`, 'buffer'));
  return Buffer.concat(pieces).subarray(0, size);
}

export async function makeRelease(plan: ReleasePlan): Promise<TestRelease> {
  const { version, blocks, inserted, bootSize = 700_000, kernel = 'kernel', initrd = 'initrd' } = plan;
  const pieces: Uint8Array[] = blocks.map((block) => noise(`block ${block}`, 4096));
  if (inserted !== undefined) pieces.splice(inserted.at, 0, inserted.bytes);
  const content = Buffer.concat(pieces);
  const root = Buffer.concat([content, Buffer.alloc(-content.length & 4095)]);
  const tree = buildHashTree(leafDigests(root, salt, sha256), { uuid: Buffer.alloc(16, 1), salt }, sha256);
  const rootHash = Buffer.from(tree.rootHash).toString('hex');
  const facts = { os: 'lighthouse', version, arch: 'amd64', roothash: rootHash, salt: salt.toString('hex') };
  const archive = writeBootArchive({
    kernel: contentOf(noise(kernel, Math.ceil((bootSize * 4) / 7))),
    initrd: contentOf(noise(initrd, Math.floor((bootSize * 3) / 7))),
    cmdline: 'console=ttyS0',
    verity: { rootHash, salt: facts.salt, dataBlocks: root.length / 4096 },
    manifest: { ...facts, dataBlocks: root.length / 4096, segments: [] },
    mtime: 0,
  });
  const boot = Buffer.alloc(archive.size);
  for (const { offset, content } of archive.extents) boot.set(await contentBytes(content), offset);
  return { version, rootHash, images: { boot, root, hash: Buffer.from(tree.image) } };
}

export async function writeRelease({ version, rootHash, images }: TestRelease, directory: string) {
  const place = join(directory, version);
  await mkdir(place, { recursive: true });
  for (const part of ['boot', 'root', 'hash'] as const)
    await writeFile(join(place, `${part}.img`), images[part]);
  const part = (bytes: Buffer) => ({ size: bytes.length, sha256: hash('sha256', bytes, 'hex') });
  const { boot, root, hash: tree } = images;
  const manifest: ReleaseManifest = {
    os: 'lighthouse',
    version,
    arch: 'amd64',
    roothash: rootHash,
    salt: salt.toString('hex'),
    dataBlocks: root.length / 4096,
    parts: { boot: part(boot), root: part(root), hash: part(tree) },
  };
  await writeFile(join(place, 'manifest.json'), writeReleaseManifest(manifest));
  return place;
}
