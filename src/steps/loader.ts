// GRUB's images for BIOS and UEFI.
import { type GrubImages, makeGrub } from '../disk/grub.ts';
import type { Planning } from '../engine/planning.ts';
import type { Kept } from '../engine/result.ts';
import type { Step } from '../engine/step.ts';
import { toolsOf } from '../engine/tools.ts';
import { contentOfBlob, type Workshop } from '../engine/workshop.ts';
import type { Blob } from '../store/blob.ts';
import type { Cache } from '../store/cache.ts';
import { contentBytes } from '../tree/content.ts';

/** `boot` and `core` are for a BIOS. */
export type KeptLoader = Kept<Readonly<{ efi: Blob } & Partial<Record<'boot' | 'core', Blob>>>>;

export const loaderKind = { name: 'loader', module: 'steps/loader' };

export function planLoader(planning: Planning): Step<KeptLoader> {
  const { arch, tools } = planning.common;
  return planning.keep({
    kind: loaderKind,
    id: 'boot loader',
    inputs: { arch, os: planning.locked.spec.os.id, tools },
    needs: [],
    make: (_, workshop) => makeLoader(workshop),
  });
}

async function makeLoader(workshop: Workshop): Promise<KeptLoader> {
  const { cache, locked } = workshop;
  const tools = await toolsOf(workshop);
  const scratch = await cache.scratch();
  const put = (bytes: Uint8Array) => cache.putBlob(bytes, { derived: true });
  try {
    const { efi, bios } = await makeGrub(locked.arch, {
      run: (name, args) => tools.run(name, args),
      modules: tools.path('usr/lib/grub'),
      scratch: scratch.path,
    });
    const forBios = bios && { boot: await put(bios.boot), core: await put(bios.core) };
    return { blobs: { efi: await put(efi), ...forBios }, facts: {} };
  } finally {
    await scratch.dispose();
  }
}

export async function readLoader({ blobs }: KeptLoader, cache: Cache): Promise<GrubImages> {
  const read = (blob: Blob) => contentBytes(contentOfBlob(cache, blob));
  const { efi, boot, core } = blobs;
  return {
    efi: await read(efi),
    ...(boot && core ? { bios: { boot: await read(boot), core: await read(core) } } : {}),
  };
}
