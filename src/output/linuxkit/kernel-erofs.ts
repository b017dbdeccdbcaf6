// LinuxKit's format `kernel+erofs`: the kernel, an EROFS of the root file system, and the kernel's arguments.
import { contentOfBlob } from '../../engine/workshop.ts';
import { contentOf } from '../../tree/content.ts';
import { defineFormat } from '../format.ts';
import { writePieces } from '../write/raw.ts';
import { planErofs } from './erofs-step.ts';
import { requireKernel } from './kernel.ts';

export const kernelErofs = defineFormat({
  name: 'kernel+erofs',
  summary:
    'the kernel, an EROFS of the root file system, and the kernel’s arguments: for a device that holds it',
  module: 'output/linuxkit/kernel-erofs',
  files: ['-kernel', '-erofs.img', '-cmdline'],
  named: 'spec',
  sbom: true,
  boots: 'kernel',
  plan(planning) {
    const { cmdline } = requireKernel(planning.locked, 'kernel+erofs');
    const erofs = planning.once(planErofs);
    return {
      needs: [erofs],
      open(use, { cache }) {
        const { blobs } = use(erofs);
        return {
          files: [
            writePieces(contentOfBlob(cache, blobs.kernel)),
            writePieces(contentOfBlob(cache, blobs.erofs)),
            writePieces(contentOf(cmdline)),
          ],
        };
      },
    };
  },
});
