// Small slots to release: a root image of some blocks, its verity tree, and a boot archive that names the root hash.
import { hash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type PartImage,
  type ReleaseManifest,
  writeReleaseManifest,
} from '../../../src/contract/release-manifest.ts';
import { writeBootArchive } from '../../../src/disk/boot-archive.ts';
import { type ReleaseImages, readImageDirectory } from '../../../src/release/images.ts';
import { type Content, contentBytes, contentOf } from '../../../src/tree/content.ts';
import { buildHashTree, leafDigests } from '../../../src/verity/hash-tree.ts';

const salt = Buffer.alloc(32, 7);
const sha256 = (bytes: Uint8Array): Uint8Array => hash('sha256', bytes, 'buffer');

export interface SlotPlan {
  readonly version: string;
  readonly os?: string;
  readonly arch?: string;
  /** Of the root image, in blocks of 4096 bytes. */
  readonly blocks?: number;
}

/** Writes the directory that `release add DIRECTORY` takes. */
export async function writeSlot(directory: string, plan: SlotPlan): Promise<ReleaseImages> {
  const { version, os = 'lighthouse', arch = 'amd64', blocks = 200 } = plan;
  const root = Buffer.alloc(blocks * 4096);
  for (let block = 0; block < blocks; block++) root.write(`${os} ${version} ${arch} ${block}`, block * 4096);
  const tree = buildHashTree(leafDigests(root, salt, sha256), { uuid: Buffer.alloc(16, 1), salt }, sha256);
  const rootHash = Buffer.from(tree.rootHash).toString('hex');
  const facts = { os, version, arch, salt: salt.toString('hex'), dataBlocks: blocks };
  const archive = writeBootArchive({
    kernel: contentOf(`kernel of ${version}`),
    initrd: contentOf(`initrd of ${version}`),
    cmdline: 'console=ttyS0',
    verity: { rootHash, ...facts },
    manifest: { ...facts, roothash: rootHash, segments: [] },
    mtime: 0,
  });
  const boot = Buffer.alloc(archive.size);
  for (const { offset, content } of archive.extents) boot.set(await contentBytes(content as Content), offset);
  const images = { boot, root, hash: Buffer.from(tree.image) };
  await mkdir(directory, { recursive: true });
  const parts: Record<string, PartImage> = {};
  for (const [kind, bytes] of Object.entries(images)) {
    await writeFile(join(directory, `${kind}.img`), bytes);
    parts[kind] = { size: bytes.length, sha256: hash('sha256', bytes, 'hex') };
  }
  const manifest = { ...facts, roothash: rootHash, parts: parts as ReleaseManifest['parts'] };
  await writeFile(join(directory, 'manifest.json'), writeReleaseManifest(manifest));
  return readImageDirectory(directory);
}
