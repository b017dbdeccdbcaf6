// A slot's images to a directory for machines that boot from a network: kernel, initrd, root image and hash tree, and a
// script for each boot loader. By `boot.ipxe` the machine fetches its root itself and has it in memory once; by the others
// the boot loader hands it over behind the initrd, for which there is twice as much memory to be.
import { concatenate, type SparseImage } from '../../disk/sparse.ts';
import type { Content } from '../../tree/content.ts';

export interface PxeParts {
  readonly kernel: Content;
  readonly initrd: Content;
  readonly root: SparseImage;
  readonly hash: SparseImage;
  /** The kernel's, as slot.cfg has them. */
  readonly arguments: string;
}

export const pxeFiles = [
  'kernel',
  'initrd',
  'root.img',
  'hash.img',
  'boot.ipxe',
  'appended.ipxe',
  'grub.cfg',
] as const;

export function composePxe(parts: PxeParts): Readonly<Record<(typeof pxeFiles)[number], SparseImage>> {
  const script = (text: string) => concatenate([new TextEncoder().encode(text)]);
  return {
    kernel: concatenate([parts.kernel]),
    initrd: concatenate([parts.initrd]),
    'root.img': parts.root,
    'hash.img': parts.hash,
    'boot.ipxe': script(ipxeScript(parts.arguments, 'url')),
    'appended.ipxe': script(ipxeScript(parts.arguments, 'appended')),
    'grub.cfg': script(grubNetScript(parts.arguments)),
  };
}

/** Where the initrd looks for what a boot loader has put behind it. */
const room = 'catamaran';

/**
 * iPXE takes names as relative to the script's own address, wraps what has a second name into an archive of its own, and
 * under UEFI hands all of it over as initrd.magic.
 */
function ipxeScript(slotArgs: string, root: 'url' | 'appended'): string {
  const live = root === 'url' ? `\${cwduri}` : 'memory';
  const appended = ['hash.img', 'root.img'].map((name) => `initrd ${name} /${room}/${name} || goto failed\n`);
  return `#!ipxe
kernel kernel initrd=initrd.magic ${slotArgs} catamaran.live=${live} || goto failed
initrd initrd || goto failed
${root === 'appended' ? appended.join('') : ''}boot
:failed
echo catamaran: the system cannot be loaded; trying again in 30 seconds
sleep 30
reboot
`;
}

/** For a GRUB that was started from the network and has this file as its configuration. */
function grubNetScript(slotArgs: string): string {
  const appended = ['hash.img', 'root.img'].map((name) => `newc:${room}/${name}:$files/${name}`);
  return `set files="$config_directory"
if [ -z "$files" ]; then set files="$prefix"; fi
set slot_args='${slotArgs}'
if linux "$files/kernel" $slot_args catamaran.live=memory; then
  if initrd "$files/initrd" ${appended.join(' ')}; then boot; fi
fi
echo "catamaran: the system cannot be loaded; trying again in 30 seconds"
sleep 30
reboot
`;
}
