// The images that a volume holds as a layout: into the cache, and from there to the layout's files.
import type { Digest } from '../base/digest.ts';
import type { Planning } from '../engine/planning.ts';
import { type Kept, keepImage } from '../engine/result.ts';
import type { Step } from '../engine/step.ts';
import type { Workshop } from '../engine/workshop.ts';
import { imageName, wholeName } from '../lock/image-name.ts';
import type { LockedWhole } from '../lock/locked-spec.ts';
import { type PlatformImage, platformAlone, pullPlatforms, requireWanted } from '../oci/every-platform.ts';
import type { Image } from '../oci/image.ts';
import type { OciPlatform } from '../oci/parse.ts';
import { loadImage } from '../oci/store.ts';
import { layoutName, volumeLayout } from '../oci/volume-layout.ts';
import type { ImageReference } from '../specification/reference.ts';
import type { Blob } from '../store/blob.ts';
import type { Cache } from '../store/cache.ts';
import { lostBlob } from '../store/lost-blob.ts';
import type { Tree } from '../tree/tree.ts';
import { type BuiltImage, planImage } from './image.ts';

export interface LayoutFacts {
  /** By which readers of the layout find it. */
  readonly name: string;
  readonly images: readonly { readonly digest: Digest; readonly platform: OciPlatform }[];
}

export type KeptLayout = Kept<Readonly<Record<string, Blob>>, LayoutFacts>;

export const layoutKind = { name: 'layout', module: 'steps/layout' };

/** `platforms`: those that are wanted; none: all. Of a component it is the one that is built. */
export function planLayout(
  reference: ImageReference,
  platforms: readonly string[],
  planning: Planning,
): Step<KeptLayout> {
  const { spec, images, arch } = planning.locked;
  const name = imageName(reference, spec.file);
  const found = images.get(wholeName(name));
  const whole = found?.kind === 'whole' ? found.image : undefined;
  const built = whole ? undefined : planImage(reference, planning);
  const called = layoutName(reference);
  const wanted = platforms.length > 0 ? platforms.join(', ') : 'all platforms';
  const source: Record<string, string> = whole ? { digest: whole.digest } : { arch };
  return planning.keep({
    kind: layoutKind,
    id: `layout ${name} (${wanted})`,
    inputs: { ...source, platforms: platforms.join(' '), name: called },
    needs: built ? [built] : [],
    async make(use, workshop) {
      const listed = whole
        ? await pullWhole(whole, platforms, workshop)
        : await describeBuilt(use(built!), platforms);
      return keepLayout(called, listed, workshop.cache);
    },
  });
}

async function keepLayout(name: string, listed: readonly PlatformImage[], cache: Cache): Promise<KeptLayout> {
  const blobs: Record<string, Blob> = {};
  for (const [index, { image }] of listed.entries()) {
    const kept = await keepImage(image, cache);
    for (const [name, blob] of Object.entries(kept.blobs)) blobs[`image ${index} ${name}`] = blob;
  }
  const images = listed.map(({ image, platform }) => ({ digest: image.digest, platform: { ...platform } }));
  return { blobs, facts: { name, images } };
}

async function pullWhole(image: LockedWhole, platforms: readonly string[], { cache, context }: Workshop) {
  return pullPlatforms(image, platforms, { cache, registries: await context.registries(), directory: '.' });
}

async function describeBuilt(built: BuiltImage, platforms: readonly string[]): Promise<PlatformImage[]> {
  const { image } = await built.open();
  requireWanted([image.config], platforms, built.name);
  return [{ image, platform: platformAlone(image.config) }];
}

/** The layout's files; all of them are slices of the cache's blobs. */
export async function openLayout({ facts }: KeptLayout, cache: Cache): Promise<Tree> {
  const listed = await Promise.all(
    facts.images.map(async ({ digest, platform }) => ({ image: await open(cache, digest), platform })),
  );
  return volumeLayout(cache, listed, facts.name);
}

async function open(cache: Cache, digest: Digest): Promise<Image> {
  const image = await loadImage(cache, digest);
  if (!image) throw lostBlob(digest);
  return image;
}
