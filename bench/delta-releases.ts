// One side of a pair as the directory that `release add` takes: a root of base and segment with its hash tree, and a boot
// archive of the side's kernel and of an initrd that does not change.
import { hash } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type PartImage,
  type ReleaseManifest,
  type ReleasePart,
  releaseParts,
  writeReleaseManifest,
} from '../src/contract/release-manifest.ts';
import { writeBootArchive } from '../src/disk/boot-archive.ts';
import { contentBytes, contentOf } from '../src/tree/content.ts';
import { buildHashTree, leafDigests } from '../src/verity/hash-tree.ts';
import { noise } from '../test/agent/update/support/releases.ts';
import { testCache } from '../test/support/tools.ts';
import type { PairSide } from './delta-pairs.ts';
import type { BenchRelease } from './update-machine.ts';

const salt = Buffer.alloc(32, 7);
const block = 4096;
const sha256 = (bytes: Uint8Array): Uint8Array => hash('sha256', bytes, 'buffer');

export async function writeSide(directory: string, version: string, side: PairSide): Promise<BenchRelease> {
  const root = await rootOf(version, side);
  const tree = buildHashTree(leafDigests(root, salt, sha256), { uuid: Buffer.alloc(16, 1), salt }, sha256);
  const roothash = Buffer.from(tree.rootHash).toString('hex');
  const verity = { salt: salt.toString('hex'), dataBlocks: root.length / block };
  const facts = { os: 'bench', version, arch: 'amd64', roothash, ...verity };
  const archive = writeBootArchive({
    kernel: contentOf(side.kernel),
    initrd: contentOf(noise('initrd', 2_000_000)),
    cmdline: 'console=ttyS0',
    verity: { rootHash: roothash, ...verity },
    manifest: { ...facts, segments: [] },
    mtime: 0,
  });
  const boot = Buffer.alloc(archive.size);
  for (const { offset, content } of archive.extents) boot.set(await contentBytes(content), offset);
  const bytes = { boot, root, hash: Buffer.from(tree.image) };
  await mkdir(directory);
  const parts: Partial<Record<ReleasePart, PartImage>> = {};
  const images: Partial<Record<ReleasePart, string>> = {};
  for (const part of releaseParts) {
    images[part] = join(directory, `${part}.img`);
    await writeFile(images[part], bytes[part]);
    parts[part] = { size: bytes[part].length, sha256: hash('sha256', bytes[part], 'hex') };
  }
  const manifest: ReleaseManifest = { ...facts, parts: parts as ReleaseManifest['parts'] };
  await writeFile(join(directory, 'manifest.json'), writeReleaseManifest(manifest));
  return { manifest, images: images as BenchRelease['images'] };
}

/** Each on a boundary of blocks. */
export async function rootOf(version: string, { segment }: PairSide): Promise<Buffer> {
  const cache = await testCache();
  const base = Buffer.alloc(2 * block, `IMAGE_VERSION="${version}"\n`);
  const content = await readFile(cache.blobPath(segment.digest));
  return Buffer.concat([base, content, Buffer.alloc(-content.length & (block - 1))]);
}
