// LinuxKit's format `tar-kernel-initrd`: what `kernel+initrd` writes, in one archive.
import { defineFormat } from '../format.ts';
import { writeRaw } from '../write/raw.ts';
import { planArchives } from './archives-step.ts';
import { kernelInitrdTar } from './boot-tar.ts';
import { openInitrd } from './initrd.ts';
import { requireKernel } from './kernel.ts';

export const tarKernelInitrd = defineFormat({
  name: 'tar-kernel-initrd',
  summary: 'what kernel+initrd writes, in one archive',
  module: 'output/linuxkit/tar-kernel-initrd',
  files: ['-initrd.tar'],
  named: 'spec',
  sbom: true,
  plan(planning) {
    const { cmdline } = requireKernel(planning.locked, 'tar-kernel-initrd');
    const archives = planning.once(planArchives);
    return {
      needs: [archives],
      open(use, workshop) {
        const { memory, ...files } = openInitrd(use(archives), 'tar-kernel-initrd', workshop);
        const tar = kernelInitrdTar({ ...files, cmdline }, workshop.locked.epoch);
        return { files: [(path, options) => writeRaw(tar, path, options)], memory };
      },
    };
  },
});
