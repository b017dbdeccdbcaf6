// The plan of a format that is a live ISO: a slot, GRUB for media, and what makes a disk.
import type { Planning } from '../../engine/planning.ts';
import { planMediaLoader, readMediaLoader } from '../../steps/media-loader.ts';
import { planSlot } from '../../steps/slot.ts';
import type { OutputPlan } from '../format.ts';
import { writeRaw } from '../write/raw.ts';
import { composeIso } from './compose-iso.ts';
import { planInstaller, readInstaller } from './installer.ts';

export const ofIso =
  ({ plain }: { plain: boolean }) =>
  (planning: Planning): OutputPlan => {
    const slot = planning.once(planSlot);
    const loader = planning.once(planMediaLoader);
    const installer = planning.once(planInstaller);
    return {
      needs: [slot, loader, installer],
      async open(use, { cache, locked: { spec, arch, epoch } }) {
        const grub = await readMediaLoader(use(loader), cache);
        const iso = composeIso({
          ...{ slot: use(slot), grub, os: spec.os, arch, epoch, plain },
          installer: readInstaller(use(installer), cache),
        });
        return { files: [(path, options) => writeRaw(iso, path, options)] };
      },
    };
  };
