// The images that a volume holds as a layout: into the cache, and from there to the layout's files.
import type { Digest } from '../base/digest.ts';
import { blobOf, factOf, imageResult, type Needs, type StepResult } from '../engine/result.ts';
import type { Step, Work } from '../engine/step.ts';
import type { Workshop } from '../engine/workshop.ts';
import { lostBlob } from '../image/root-image.ts';
import { type ListedImage, platformOf, pullPlatforms, requireWanted } from '../oci/every-platform.ts';
import type { Image } from '../oci/image.ts';
import type { Platform } from '../oci/parse.ts';
import { loadImage } from '../oci/store.ts';
import { volumeLayout } from '../oci/volume-layout.ts';
import type { Blob } from '../store/cache.ts';
import type { Tree } from '../tree/tree.ts';

export async function bringLayout(
  { work }: Step<Work & { kind: 'layout' }>,
  needs: Needs,
  workshop: Workshop,
): Promise<StepResult> {
  const listed = await imagesFor(work, needs, workshop);
  const blobs: Record<string, Blob> = {};
  for (const [index, { image }] of listed.entries()) {
    const result = await imageResult(image, workshop.cache);
    for (const [name, blob] of Object.entries(result.blobs)) blobs[`image ${index} ${name}`] = blob;
  }
  const images = listed.map(({ image, platform }) => ({ digest: image.digest, platform: { ...platform } }));
  return { blobs, facts: { name: work.name, images } };
}

async function imagesFor(
  { image, platforms }: Work & { kind: 'layout' },
  needs: Needs,
  { cache, context }: Workshop,
): Promise<readonly [ListedImage, ...ListedImage[]]> {
  if (typeof image === 'string') {
    const made = await open(cache, blobOf(needs, image, 'manifest').digest);
    requireWanted([made.config], platforms, image);
    return [{ image: made, platform: platformOf(made.config) }];
  }
  return pullPlatforms(image, platforms, { cache, registries: await context.registries(), directory: '.' });
}

/** The layout's files; all of them are slices of the cache's blobs. `step` is the one that brought the images. */
export async function openLayout(step: string, needs: Needs, { cache }: Workshop): Promise<Tree> {
  const facts = factOf(needs, step, 'images') as unknown as readonly { digest: Digest; platform: Platform }[];
  const listed = await Promise.all(
    facts.map(async ({ digest, platform }) => ({ image: await open(cache, digest), platform })),
  );
  return volumeLayout(cache, listed, factOf(needs, step, 'name') as string);
}

async function open(cache: Workshop['cache'], digest: Digest): Promise<Image> {
  const image = await loadImage(cache, digest);
  if (!image) throw lostBlob(digest);
  return image;
}
