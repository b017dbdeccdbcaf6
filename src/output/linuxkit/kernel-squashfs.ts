// LinuxKit's format `kernel+squashfs`: the kernel, a squashfs of the root file system, and the kernel's arguments.
import { contentOfBlob } from '../../engine/workshop.ts';
import { contentOf } from '../../tree/content.ts';
import { defineFormat } from '../format.ts';
import { writePieces } from '../write/raw.ts';
import { requireKernel } from './kernel.ts';
import { planSquashfs } from './squashfs-step.ts';

export const kernelSquashfs = defineFormat({
  name: 'kernel+squashfs',
  summary:
    'the kernel, a squashfs of the root file system, and the kernel’s arguments: for a device that holds the squashfs',
  module: 'output/linuxkit/kernel-squashfs',
  files: ['-kernel', '-squashfs.img', '-cmdline'],
  named: 'spec',
  sbom: true,
  boots: 'kernel',
  plan(planning) {
    const { cmdline } = requireKernel(planning.locked, 'kernel+squashfs');
    const squashfs = planning.once(planSquashfs);
    return {
      needs: [squashfs],
      open(use, { cache }) {
        const { blobs } = use(squashfs);
        return {
          files: [
            writePieces(contentOfBlob(cache, blobs.kernel)),
            writePieces(contentOfBlob(cache, blobs.squashfs)),
            writePieces(contentOf(cmdline)),
          ],
        };
      },
    };
  },
});
