// GRUB's images for media: a CD and a stick.
import { type MediaGrub, makeMediaGrub } from '../disk/grub-media.ts';
import type { Planning } from '../engine/planning.ts';
import type { Kept } from '../engine/result.ts';
import type { Step } from '../engine/step.ts';
import { toolsOf } from '../engine/tools.ts';
import { contentOfBlob, type Workshop } from '../engine/workshop.ts';
import type { Blob } from '../store/blob.ts';
import type { Cache } from '../store/cache.ts';
import { contentBytes } from '../tree/content.ts';

/** `cd` and `hybrid` are for a BIOS. */
export type KeptMediaLoader = Kept<Readonly<{ efi: Blob } & Partial<Record<'cd' | 'hybrid', Blob>>>>;

export const mediaLoaderKind = { name: 'media-loader', module: 'steps/media-loader' };

export function planMediaLoader(planning: Planning): Step<KeptMediaLoader> {
  const { arch, tools } = planning.common;
  return planning.keep({
    kind: mediaLoaderKind,
    id: 'boot loader of media',
    inputs: { arch, tools },
    needs: [],
    make: (_, workshop) => makeMediaLoader(workshop),
  });
}

async function makeMediaLoader(workshop: Workshop): Promise<KeptMediaLoader> {
  const { cache, locked } = workshop;
  const tools = await toolsOf(workshop);
  const scratch = await cache.scratch();
  const put = (bytes: Uint8Array) => cache.putBlob(bytes, { derived: true });
  try {
    const { efi, bios } = await makeMediaGrub(locked.arch, {
      run: (name, args) => tools.run(name, args),
      modules: tools.path('usr/lib/grub'),
      scratch: scratch.path,
    });
    const forBios = bios && { cd: await put(bios.cd), hybrid: await put(bios.hybrid) };
    return { blobs: { efi: await put(efi), ...forBios }, facts: {} };
  } finally {
    await scratch.dispose();
  }
}

export async function readMediaLoader({ blobs }: KeptMediaLoader, cache: Cache): Promise<MediaGrub> {
  const read = (blob: Blob) => contentBytes(contentOfBlob(cache, blob));
  const { efi, cd, hybrid } = blobs;
  return {
    efi: await read(efi),
    ...(cd && hybrid ? { bios: { cd: await read(cd), hybrid: await read(hybrid) } } : {}),
  };
}
