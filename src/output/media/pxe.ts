// A directory for machines that boot from a network.
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { planSlot } from '../../steps/slot.ts';
import { defineFormat } from '../format.ts';
import { writeRaw } from '../write/raw.ts';
import { composePxe, pxeFiles } from './compose-pxe.ts';

export const pxe = defineFormat({
  name: 'pxe',
  summary: 'a live system without slots, for machines that boot from a network',
  module: 'output/media/pxe',
  files: pxeFiles.map((name) => `-pxe/${name}`) as [string, ...string[]],
  named: 'os',
  sbom: false,
  plan(planning) {
    const slot = planning.once(planSlot);
    return {
      needs: [slot],
      open(use) {
        const files = composePxe(use(slot));
        return {
          files: pxeFiles.map((name) => async (path, options) => {
            await mkdir(dirname(path), { recursive: true });
            return writeRaw(files[name], path, options);
          }),
        };
      },
    };
  },
});
