// A directory for machines that boot from a network.
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { planSlot } from '../../steps/slot.ts';
import { defineFormat } from '../format.ts';
import { writeRaw } from '../write/raw.ts';
import { composePxe, pxeFiles } from './compose-pxe.ts';

/** In bytes, beside the root, which the machine has in memory: as the initrd counts them. */
const spare = 256 * 2 ** 20;

export const pxe = defineFormat({
  name: 'pxe',
  summary: 'a live system without slots, for machines that boot from a network',
  module: 'output/media/pxe',
  files: pxeFiles.map((name) => `-pxe/${name}`) as [string, ...string[]],
  named: { platform: 'metal' },
  platform: 'metal',
  sbom: false,
  boots: 'network',
  plan(planning) {
    const slot = planning.once(planSlot);
    return {
      needs: [slot],
      open(use) {
        const { root, hash } = use(slot);
        const files = composePxe(use(slot));
        return {
          memory: root.size + hash.size + spare,
          files: pxeFiles.map((name) => async (path, options) => {
            await mkdir(dirname(path), { recursive: true });
            return writeRaw(files[name], path, options);
          }),
        };
      },
    };
  },
});
