// LinuxKit's format `kernel+iso`: the kernel, the root file system as an ISO 9660 volume that the kernel mounts by itself, and
// the kernel's arguments.
import { writeTreeIso } from '../../disk/iso9660-tree.ts';
import { contentOf } from '../../tree/content.ts';
import type { Tree } from '../../tree/tree.ts';
import { defineFormat } from '../format.ts';
import { volumeLabel } from '../media/boot-iso.ts';
import { writePieces, writeRaw } from '../write/raw.ts';
import { splitRoot } from './archives-step.ts';
import { warnOfAttributes } from './attributes.ts';
import { requireKernel } from './kernel.ts';
import { withImages } from './merge-root.ts';
import { planRoot } from './root.ts';

export const kernelIso = defineFormat({
  name: 'kernel+iso',
  summary:
    'the kernel, an ISO 9660 volume of the root file system, and the kernel’s arguments: for a CD drive or a device',
  module: 'output/linuxkit/kernel-iso',
  files: ['-kernel', '.iso', '-cmdline'],
  named: 'spec',
  sbom: true,
  boots: 'kernel',
  plan(planning) {
    const { cmdline } = requireKernel(planning.locked, 'kernel+iso');
    const root = planning.once(planRoot);
    return {
      needs: [root],
      async open(use, { context, locked }) {
        const { root: shared, images, kernel } = use(root);
        const whole = await withImages(shared, images);
        const tree: Tree = new Map(splitRoot(whole).flatMap((part) => [...part.tree]));
        const attributed = [...tree].filter(([, { xattrs }]) => (xattrs?.size ?? 0) > 0);
        const paths = attributed.map(([path]) => path);
        warnOfAttributes('kernel+iso', paths, 'an ISO', context.reporter);
        const iso = writeTreeIso(tree, { label: volumeLabel(locked.spec.os), epoch: locked.epoch });
        return {
          files: [
            writePieces(kernel!.kernel),
            (path, options) => writeRaw(iso, path, options),
            writePieces(contentOf(cmdline)),
          ],
        };
      },
    };
  },
});
