// A release out of a spec: the three images of a slot and their manifest, in a directory. The same bytes that a disk
// image of this spec has in slot A; `catamaran-agent stage` writes them into a machine's other slot.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Arch } from '../../base/arch.ts';
import { digestHex } from '../../base/digest.ts';
import {
  type PartImage,
  partImageName,
  type ReleaseManifest,
  releaseParts,
  writeReleaseManifest,
} from '../../contract/release-manifest.ts';
import type { SparseImage } from '../../disk/sparse.ts';
import { createExecutor } from '../../engine/execute.ts';
import { beginPlan } from '../../engine/planning.ts';
import { prefetch } from '../../engine/prefetch.ts';
import { withWorkshop } from '../../engine/workshop.ts';
import type { Context } from '../../lock/context.ts';
import type { SpecSource } from '../../lock/load-spec.ts';
import { prepare } from '../../lock/prepare.ts';
import { planSlot } from '../../steps/slot.ts';
import { writeRaw } from '../write/raw.ts';
import { writeOutput } from '../write/write-output.ts';

export interface ReleaseRequest extends SpecSource {
  readonly arch: Arch;
  /** Fail rather than add to the lock file. */
  readonly frozen: boolean;
}

export async function writeReleaseImages(
  { frozen, ...source }: ReleaseRequest,
  directory: string,
  context: Context,
): Promise<ReleaseManifest> {
  const { locked } = await prepare({ ...source, mode: frozen ? 'frozen' : 'fill' }, context);
  const slot = planSlot(beginPlan(locked));
  await mkdir(directory, { recursive: true });
  return withWorkshop(locked, context, async (workshop) => {
    await prefetch([slot], workshop);
    const images = await createExecutor(workshop).resultOf(slot);
    const { segments: _, ...facts } = images.manifest;
    const parts: Partial<Record<(typeof releaseParts)[number], PartImage>> = {};
    for (const part of releaseParts)
      parts[part] = await writeImage(images[part], join(directory, partImageName(part)), context.signal);
    const release: ReleaseManifest = { ...facts, parts: parts as ReleaseManifest['parts'] };
    const text = Buffer.from(writeReleaseManifest(release));
    await writeOutput(join(directory, 'manifest.json'), (file) => file.write(text, 0));
    return release;
  });
}

async function writeImage(image: SparseImage, path: string, signal: AbortSignal): Promise<PartImage> {
  const { size, digest } = await writeRaw(image, path, { signal });
  return { size, sha256: digestHex(digest) };
}
