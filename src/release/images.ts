// The three images of one slot, as files, and the check that they belong together: the hash image must be the verity
// tree of the root image, with the root hash that the boot archive gives to the kernel.
import { createHash, hash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CatamaranError, messageOf } from '../base/errors.ts';
import { hashFile } from '../store/cache.ts';
import { errorCode } from '../store/disk.ts';
import { type ImageKind, imageKinds, type ReleaseName } from '../tuf/names.ts';
import { buildHashTree, hashImageSize, leafDigests } from '../verity/hash-tree.ts';
import { blockSize, parseSuperblock } from '../verity/superblock.ts';
import { fileSize } from './disk.ts';

export interface ReleaseImages extends ReleaseName {
  /** dm-verity's, lower-case hex. */
  readonly rootHash: string;
  /** Paths. */
  readonly images: Readonly<Record<ImageKind, string>>;
}

export interface MeasuredImage {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
}

/** What `release add DIRECTORY` takes: boot.img, root.img, hash.img, and manifest.json with os, version, arch, roothash. */
export async function readImageDirectory(directory: string): Promise<ReleaseImages> {
  const path = join(directory, 'manifest.json');
  let value: Record<string, unknown>;
  try {
    value = (JSON.parse(await readFile(path, 'utf8')) ?? {}) as Record<string, unknown>;
  } catch (thrown) {
    throw malformed(
      path,
      errorCode(thrown) === 'ENOENT' ? 'there is no such file' : messageOf(thrown),
      thrown,
    );
  }
  const text = (key: string, form: RegExp): string => {
    const found = value[key];
    if (typeof found === 'string' && form.test(found)) return found;
    throw malformed(path, `${key} is ${JSON.stringify(found)?.slice(0, 100) ?? 'missing'}`);
  };
  return {
    os: text('os', /^[a-z][a-z0-9-]{0,62}$/),
    version: text('version', /^[0-9A-Za-z][0-9A-Za-z.+~_-]{0,62}$/),
    arch: text('arch', /^[a-z0-9]{1,16}$/),
    rootHash: text('roothash', /^[0-9a-f]{64}$/),
    images: {
      boot: join(directory, 'boot.img'),
      root: join(directory, 'root.img'),
      hash: join(directory, 'hash.img'),
    },
  };
}

/** Sizes and hashes, after every check that can be made without booting. */
export async function measureImages({
  images,
  rootHash,
}: ReleaseImages): Promise<Record<ImageKind, MeasuredImage>> {
  const measured = new Map<ImageKind, MeasuredImage>();
  for (const kind of imageKinds) {
    const path = images[kind];
    const size = await fileSize(path);
    if (size === undefined) throw malformed(path, 'there is no such file');
    if (size === 0) throw malformed(path, 'it is empty');
    const digest = createHash('sha256');
    await hashFile(path, digest);
    measured.set(kind, { path, size, sha256: digest.digest('hex') });
  }
  await requireTree(images.root, measured.get('root')!.size, images.hash, rootHash);
  await requireBootArguments(images.boot, rootHash);
  return Object.fromEntries(measured) as Record<ImageKind, MeasuredImage>;
}

const sha256 = (bytes: Uint8Array): Uint8Array => hash('sha256', bytes, 'buffer');

async function requireTree(
  root: string,
  rootSize: number,
  hashImage: string,
  rootHash: string,
): Promise<void> {
  if (rootSize % blockSize !== 0)
    throw malformed(root, `its ${rootSize} bytes are no whole number of blocks`);
  const expectedSize = hashImageSize(rootSize / blockSize);
  const found = await fileSize(hashImage);
  if (found !== expectedSize)
    throw malformed(hashImage, `it has ${found} bytes where the root image asks for ${expectedSize}`);
  const image = await readFile(hashImage);
  const superblock = parseSuperblock(image.subarray(0, blockSize));
  if (superblock === undefined) throw malformed(hashImage, 'it does not begin with a verity superblock');
  const leaves: Uint8Array[] = [];
  for await (const chunk of createReadStream(root, { highWaterMark: 1024 * blockSize })) {
    leaves.push(leafDigests(chunk as Uint8Array, superblock.salt, sha256));
  }
  const tree = buildHashTree(Buffer.concat(leaves), superblock, sha256);
  if (Buffer.compare(tree.image, image) !== 0)
    throw malformed(hashImage, `it is not the verity tree of ${root}`);
  const actual = Buffer.from(tree.rootHash).toString('hex');
  if (actual !== rootHash)
    throw malformed(hashImage, `its root hash is ${actual}, and the manifest says ${rootHash}`);
}

async function requireBootArguments(boot: string, rootHash: string): Promise<void> {
  const file = await open(boot, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(blockSize), 0, blockSize, 0);
    if (buffer.subarray(0, bytesRead).includes(`catamaran.verity=${rootHash},`)) return;
  } finally {
    await file.close();
  }
  throw malformed(boot, `its slot.cfg does not give the root hash ${rootHash} to the kernel`);
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
