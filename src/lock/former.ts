// The release that a spec keeps former versions from (`keep.from`): what its boot archive says of the segments, with the
// digest of each. That is small, and read here; the segments themselves are cut out when they are wanted.
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Arch } from '../base/arch.ts';
import { CatamaranError, messageOf } from '../base/errors.ts';
import { type BootManifest, partImageName } from '../contract/release-manifest.ts';
import { readBootArchive } from '../disk/boot-archive-reader.ts';
import type { Spec } from '../specification/types.ts';

export interface LockedFormer {
  readonly manifest: BootManifest;
  /** Of the host. */
  readonly rootImage: string;
  readonly versions: number;
}

export async function readFormer(spec: Spec, arch: Arch): Promise<LockedFormer | undefined> {
  if (spec.keep === undefined) return undefined;
  const { from, versions } = spec.keep;
  const refuse = (evidence: string, cause?: unknown) =>
    new CatamaranError(
      'spec',
      {
        code: 'keep-malformed',
        message: `${from} is no release to keep former versions from: ${evidence}`,
        hint: 'Name a directory that `catamaran build --format release` has written, of the same os.id and architecture.',
        position: spec.source.positionOf('/keep/from'),
      },
      { cause },
    );
  const manifest = await readManifest(join(from, partImageName('boot')), refuse);
  if (manifest.os !== spec.os.id || manifest.arch !== arch)
    throw refuse(`it is of ${manifest.os} for ${manifest.arch}`);
  if (!manifest.segments.some(({ mountPoints }) => mountPoints !== undefined))
    throw refuse('it was built by a version of Catamaran that does not say where its segments go');
  return { manifest, rootImage: join(from, partImageName('root')), versions };
}

async function readManifest(
  path: string,
  refuse: (evidence: string, cause?: unknown) => CatamaranError,
): Promise<BootManifest> {
  try {
    const file = await open(path);
    try {
      const { size } = await file.stat();
      const read = async (offset: number, length: number) => {
        const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, offset);
        return buffer.subarray(0, bytesRead);
      };
      const archive = await readBootArchive(read, size);
      if (archive?.manifest) return archive.manifest;
      throw refuse(archive?.manifestFault ?? `${path} is no boot archive`);
    } finally {
      await file.close();
    }
  } catch (thrown) {
    if (thrown instanceof CatamaranError) throw thrown;
    throw refuse(messageOf(thrown), thrown);
  }
}
