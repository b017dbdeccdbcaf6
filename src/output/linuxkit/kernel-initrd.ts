// LinuxKit's format `kernel+initrd`: the kernel, an initrd that is the whole root file system, and the kernel's arguments.
import { contentOf } from '../../tree/content.ts';
import { defineFormat } from '../format.ts';
import { writePieces } from '../write/raw.ts';
import { planArchives } from './archives-step.ts';
import { aligned, openInitrd } from './initrd.ts';
import { requireKernel } from './kernel.ts';

export const kernelInitrd = defineFormat({
  name: 'kernel+initrd',
  summary:
    'the kernel, an initrd that is the whole root file system, and the kernel’s arguments: for PXE, or any loader',
  module: 'output/linuxkit/kernel-initrd',
  files: ['-kernel', '-initrd.img', '-cmdline'],
  named: 'spec',
  sbom: true,
  boots: 'kernel',
  plan(planning) {
    const { cmdline } = requireKernel(planning.locked, 'kernel+initrd');
    const archives = planning.once(planArchives);
    return {
      needs: [archives],
      open(use, workshop) {
        const { kernel, initrd, ucode, memory } = openInitrd(use(archives), 'kernel+initrd', workshop);
        // Microcode comes first, where the kernel looks for it before it unpacks anything.
        const early = ucode ? aligned(ucode) : [];
        const files = [
          writePieces(kernel),
          writePieces(...early, ...initrd),
          writePieces(contentOf(cmdline)),
        ];
        return { files, memory };
      },
    };
  },
});
