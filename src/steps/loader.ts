// GRUB's images for BIOS and UEFI.
import { makeGrub } from '../disk/grub.ts';
import type { StepResult } from '../engine/result.ts';
import type { Workshop } from '../engine/workshop.ts';

export async function makeLoader(workshop: Workshop): Promise<StepResult> {
  const { cache, locked } = workshop;
  const tools = await workshop.tools();
  const scratch = await cache.scratch();
  try {
    const images = await makeGrub(locked.arch, {
      run: (name, args) => tools.run(name, args),
      modules: tools.path('usr/lib/grub'),
      scratch: scratch.path,
    });
    return {
      blobs: {
        efi: await cache.putBlob(images.efi, { derived: true }),
        ...(images.bios
          ? {
              boot: await cache.putBlob(images.bios.boot, { derived: true }),
              core: await cache.putBlob(images.bios.core, { derived: true }),
            }
          : {}),
      },
      facts: {},
    };
  } finally {
    await scratch.dispose();
  }
}
