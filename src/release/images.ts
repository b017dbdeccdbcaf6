// The three images of one slot, as files, and the check that they belong together: the hash image must be the verity
// tree of the root image, with the root hash that the boot archive gives to the kernel.
import { createHash, hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CatamaranError, messageOf } from '../base/errors.ts';
import { partImageName, type ReleaseManifest, readReleaseManifest } from '../contract/release-manifest.ts';
import { verityArgument } from '../contract/slot-config.ts';
import { errorCode } from '../store/disk.ts';
import { hashFile } from '../store/hash-file.ts';
import { type ImageKind, imageKinds } from '../tuf/names.ts';
import { buildHashTree, hashImageSize, leafDigests } from '../verity/hash-tree.ts';
import { parseSuperblock, verityBlockSize } from '../verity/superblock.ts';
import { fileSize } from './repository/disk.ts';

export interface ReleaseImages {
  /** As the build wrote it beside the images. */
  readonly manifest: ReleaseManifest;
  /** Paths. */
  readonly images: Readonly<Record<ImageKind, string>>;
}

export interface MeasuredImage {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

/** What `release add DIRECTORY` takes: boot.img, root.img, hash.img, and the manifest.json of the build. */
export async function readImageDirectory(directory: string): Promise<ReleaseImages> {
  const path = join(directory, 'manifest.json');
  const images = Object.fromEntries(imageKinds.map((kind) => [kind, join(directory, partImageName(kind))]));
  try {
    const manifest = readReleaseManifest(await readFile(path, 'utf8'), 'it');
    return { manifest, images: images as Record<ImageKind, string> };
  } catch (thrown) {
    const evidence = errorCode(thrown) === 'ENOENT' ? 'there is no such file' : messageOf(thrown);
    throw malformed(path, evidence, thrown);
  }
}

/** Sizes and hashes, after every check that can be made without booting. */
export async function measureImages({
  images,
  manifest,
}: ReleaseImages): Promise<Record<ImageKind, MeasuredImage>> {
  const measured = new Map<ImageKind, MeasuredImage>();
  for (const kind of imageKinds) {
    const path = images[kind];
    const size = await fileSize(path);
    if (size === undefined) throw malformed(path, 'there is no such file');
    const digest = createHash('sha256');
    await hashFile(path, digest);
    const sha256 = digest.digest('hex');
    const said = manifest.parts[kind];
    if (size !== said.size) throw malformed(path, `it has ${size} bytes, and its manifest says ${said.size}`);
    if (sha256 !== said.sha256) throw malformed(path, `it has SHA-256 ${sha256}, not its manifest’s`);
    measured.set(kind, { path, size, sha256 });
  }
  await requireTree(images.root, measured.get('root')!.size, images.hash, manifest);
  await requireBootArguments(images.boot, manifest);
  return Object.fromEntries(measured) as Record<ImageKind, MeasuredImage>;
}

const sha256 = (bytes: Uint8Array): Uint8Array => hash('sha256', bytes, 'buffer');

async function requireTree(
  root: string,
  rootSize: number,
  hashImage: string,
  { roothash, salt, dataBlocks }: ReleaseManifest,
): Promise<void> {
  if (rootSize % verityBlockSize !== 0)
    throw malformed(root, `its ${rootSize} bytes are no whole number of blocks`);
  const expectedSize = hashImageSize(rootSize / verityBlockSize);
  const found = await fileSize(hashImage);
  if (found !== expectedSize)
    throw malformed(hashImage, `it has ${found} bytes where the root image asks for ${expectedSize}`);
  const image = await readFile(hashImage);
  const superblock = parseSuperblock(image.subarray(0, verityBlockSize));
  if (superblock === undefined) throw malformed(hashImage, 'it does not begin with a verity superblock');
  if (superblock.dataBlocks !== dataBlocks || Buffer.from(superblock.salt).toString('hex') !== salt)
    throw malformed(hashImage, 'its superblock has another salt or size than the manifest');
  const leaves: Uint8Array[] = [];
  for await (const chunk of createReadStream(root, { highWaterMark: 1024 * verityBlockSize })) {
    leaves.push(leafDigests(chunk as Uint8Array, superblock.salt, sha256));
  }
  const tree = buildHashTree(Buffer.concat(leaves), superblock, sha256);
  if (Buffer.compare(tree.image, image) !== 0)
    throw malformed(hashImage, `it is not the verity tree of ${root}`);
  const actual = Buffer.from(tree.rootHash).toString('hex');
  if (actual !== roothash)
    throw malformed(hashImage, `its root hash is ${actual}, and the manifest says ${roothash}`);
}

async function requireBootArguments(
  boot: string,
  { roothash, salt, dataBlocks }: ReleaseManifest,
): Promise<void> {
  const expected = `${verityArgument({ rootHash: roothash, salt, dataBlocks })} `;
  const file = await open(boot, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(verityBlockSize), 0, verityBlockSize, 0);
    if (buffer.subarray(0, bytesRead).includes(expected)) return;
  } finally {
    await file.close();
  }
  throw malformed(boot, `its slot.cfg does not give the root hash ${roothash} to the kernel`);
}

function malformed(path: string, evidence: string, cause?: unknown): CatamaranError {
  return new CatamaranError(
    'usage',
    {
      code: 'release-image-malformed',
      message: `${path} cannot be released: ${evidence}`,
      hint: 'Give a spec, or a directory with boot.img, root.img, hash.img and manifest.json of one build.',
    },
    { cause },
  );
}
