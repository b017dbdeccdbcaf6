// What the steps work with: the cache, the host tools (unpacked when the first step asks for them), the packages of the
// archive, and how many may work at once. One for each build.

import { openUnpackPool } from '../archive/unpack-pool.ts';
import type { Digest } from '../base/digest.ts';
import { lostBlob } from '../image/root-image.ts';
import type { Context } from '../lock/context.ts';
import type { LockedSpec } from '../lock/locked-spec.ts';
import { imageTree } from '../oci/flatten.ts';
import type { Image } from '../oci/image.ts';
import { loadImage } from '../oci/store.ts';
import type { LockedPackage } from '../packages/locked.ts';
import type { PackageAccess } from '../packages/source.ts';
import { sourceOf } from '../sources/table.ts';
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
  readonly packages: PackageAccess;
  readonly packageTree: (locked: LockedPackage) => Promise<ReadonlyTree>;
  /** By the digest of the manifest: read once, used by several steps. */
  readonly images: Map<Digest, Promise<OpenImage>>;
}

export interface OpenImage {
  readonly image: Image;
  readonly tree: ReadonlyTree;
}

/** Gives a workshop to `work` and closes it when that is done. */
export async function withWorkshop<T>(
  locked: LockedSpec,
  context: Context,
  work: (workshop: Workshop) => Promise<T>,
): Promise<T> {
  const { cache, reporter, signal, mirror, snapshotMirrors, transport, offline, jobs, unpackWorker } =
    context;
  const pool = unpackWorker && openUnpackPool(unpackWorker, jobs);
  const packages: PackageAccess = {
    cache,
    reporter,
    signal,
    mirror,
    snapshotMirrors,
    transport,
    offline,
    ...(pool ? { unpack: pool.unpack } : {}),
  };
  const readPackage = (wanted: LockedPackage) => sourceOf(wanted).unpack(wanted, packages);
  let tools: Promise<Tools> | undefined;
  try {
    return await work({
      locked,
      context,
      cache,
      packages,
      packageTree: readPackage,
      images: new Map(),
      tools: () => {
        tools ??= openTools({ cache, reporter, packages: locked.tools, packageTree: readPackage });
        return tools;
      },
    });
  } finally {
    await pool?.close();
  }
}

/** The image that a component step made, and its tree. */
export function openImage(workshop: Workshop, needs: Needs, step: string): Promise<OpenImage> {
  const { digest } = blobOf(needs, step, 'manifest');
  let open = workshop.images.get(digest);
  if (!open) {
    open = readImage(workshop.cache, digest, imageNameOf(step));
    workshop.images.set(digest, open);
  }
  return open;
}

/** What errors call the image that a step of this id brings or builds. */
export const imageNameOf = (step: string): string => step.replace(/^(image|component) /, '');

async function readImage(cache: Cache, digest: Digest, name: string): Promise<OpenImage> {
  const image = await loadImage(cache, digest, name);
  if (!image) throw lostBlob(digest);
  return { image, tree: await imageTree(cache, image, name) };
}

/** The bytes of a blob that was verified when its step's result was taken. */
export function contentOfBlob(cache: Cache, blob: Blob): Content & { at: 'file' } {
  return { at: 'file', path: cache.blobPath(blob.digest), offset: 0, size: blob.size };
}
