// What the steps work with: the cache, the host tools (unpacked when the first step asks for them), the packages of the
// archive, and how many may work at once. One for each build.

import { packageTree } from '../debian/deb.ts';
import type { LockedPackage } from '../debian/locked.ts';
import { lostBlob } from '../image/root-image.ts';
import type { Context } from '../lock/context.ts';
import type { LockedSpec } from '../lock/locked-spec.ts';
import { imageTree } from '../oci/flatten.ts';
import type { Image } from '../oci/image.ts';
import { loadImage } from '../oci/store.ts';
import type { Blob, Cache } from '../store/cache.ts';
import { openTools } from '../tools/open.ts';
import type { Tools } from '../tools/tools.ts';
import type { Content } from '../tree/content.ts';
import type { ReadonlyTree } from '../tree/tree.ts';
import { blobOf, type Needs } from './result.ts';

export interface Workshop {
  readonly locked: LockedSpec;
  readonly context: Context;
  readonly cache: Cache;
  readonly tools: () => Promise<Tools>;
  readonly packageTree: (locked: LockedPackage) => Promise<ReadonlyTree>;
}

export function openWorkshop(locked: LockedSpec, context: Context): Workshop {
  const { cache, reporter } = context;
  const readPackage = async (wanted: LockedPackage) =>
    packageTree(wanted, { ...context, mirror: await context.mirror() });
  let tools: Promise<Tools> | undefined;
  return {
    locked,
    context,
    cache,
    packageTree: readPackage,
    tools: () => {
      tools ??= openTools({ cache, reporter, packages: locked.tools, packageTree: readPackage });
      return tools;
    },
  };
}

/** The image that a component step made, and its tree. */
export async function openImage(
  workshop: Workshop,
  needs: Needs,
  step: string,
): Promise<{ image: Image; tree: ReadonlyTree }> {
  const { digest } = blobOf(needs, step, 'manifest');
  const image = await loadImage(workshop.cache, digest, step);
  if (!image) throw lostBlob(digest);
  return { image, tree: await imageTree(workshop.cache, image) };
}

/** The bytes of a blob that was verified when its step's result was taken. */
export function contentOfBlob(cache: Cache, blob: Blob): Content & { at: 'file' } {
  return { at: 'file', path: cache.blobPath(blob.digest), offset: 0, size: blob.size };
}
