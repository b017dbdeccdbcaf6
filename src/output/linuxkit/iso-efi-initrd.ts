// LinuxKit's format `iso-efi-initrd`: a medium whose loader puts the whole root file system into memory. It needs the medium
// no more once it has started, and of the kernel nothing but that it unpacks an initrd; ours is started by a BIOS too.
import { slotArguments } from '../../contract/slot-config.ts';
import { concatenate } from '../../disk/sparse.ts';
import { planMediaLoader, readMediaLoader } from '../../steps/media-loader.ts';
import { defineFormat } from '../format.ts';
import { composeBootIso, volumeLabel } from '../media/boot-iso.ts';
import { writeRaw } from '../write/raw.ts';
import { planArchives } from './archives-step.ts';
import { aligned, openInitrd } from './initrd.ts';
import { requireKernel } from './kernel.ts';

export const isoEfiInitrd = defineFormat({
  name: 'iso-efi-initrd',
  summary: 'a medium for UEFI and BIOS whose loader puts the whole root file system into memory',
  module: 'output/linuxkit/iso-efi-initrd',
  files: ['-efi-initrd.iso'],
  named: 'spec',
  sbom: true,
  boots: 'medium',
  plan(planning) {
    const { cmdline } = requireKernel(planning.locked, 'iso-efi-initrd');
    const words = slotArguments(cmdline);
    const archives = planning.once(planArchives);
    const loader = planning.once(planMediaLoader);
    return {
      needs: [archives, loader],
      async open(use, workshop) {
        const { spec, arch, epoch } = workshop.locked;
        const { memory, ...boot } = openInitrd(use(archives), 'iso-efi-initrd', workshop);
        const early = boot.ucode ? aligned(boot.ucode) : [];
        const kernel = concatenate([boot.kernel]);
        const initrd = concatenate([...early, ...boot.initrd]);
        const iso = composeBootIso({
          grub: await readMediaLoader(use(loader), workshop.cache),
          ...{ os: spec.os, arch, epoch },
          script: new TextEncoder().encode(memoryScript(volumeLabel(spec.os), words)),
          files: [
            { path: paths.kernel, size: kernel.size },
            { path: paths.initrd, size: initrd.size },
          ],
          fill: () =>
            new Map([
              [paths.kernel, kernel],
              [paths.initrd, initrd],
            ]),
        });
        return { files: [(path, options) => writeRaw(iso, path, options)], memory };
      },
    };
  },
});

const paths = { kernel: 'boot/kernel', initrd: 'boot/initrd.img' } as const;

/** Never a prompt, never a wait for a key. `words`: the kernel's arguments. */
function memoryScript(label: string, words: string): string {
  return `# The medium is the disk that this very file was read from, or a volume on it.
regexp --set=1:medium '^([^,]+)' "$root"
if [ -e "($medium)/${paths.initrd}" ]; then true; else
  search --no-floppy --set=medium --label ${label}
fi
set arguments='${words}'
echo "catamaran: loading the whole system from $medium"
if linux "($medium)/${paths.kernel}" $arguments; then
  if initrd "($medium)/${paths.initrd}"; then boot; fi
fi
echo "catamaran: the medium is damaged or not complete, the system cannot be started; trying again in 30 seconds"
sleep 30
reboot
`;
}
