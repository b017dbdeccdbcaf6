// In a boot with the image's own /etc (slots/boots.ts): what a person needs to get in is taken from the one that is set aside,
// and everybody is told.
import { putNotice } from '../condition/notices.ts';
import type { Host } from '../host/host.ts';

export const asidePath = '/var/lib/etc.aside';
const restorePath = '/var/lib/etc.restore';
const keys = 'ssh/authorized_keys.d';
/** In characters: keys of people, and nothing that would fill a disk. */
const keysLimit = 64 << 10;

export function explainSafeBoot(host: Host): void {
  const reason = host.readText('/run/catamaran/safe')?.trim();
  if (reason === undefined) return;
  const remedy = hasAside(host)
    ? `mend it there, then: catamaran-agent etc restore, and reboot`
    : 'nothing was written to /etc; what fails is said on the console, and passed over';
  putNotice(host, 'safe-boot', `safe boot: ${reason}; ${remedy}`);
  copyWhatLetsIn(host);
}

/** Neither can keep a machine from coming up. */
function copyWhatLetsIn(host: Host): void {
  const id = host.readText(`${asidePath}/machine-id`);
  if (id !== undefined && /^[0-9a-f]{32}\s*$/.test(id)) host.writeFile('/etc/machine-id', id);
  for (const name of host.listDirectory(`${asidePath}/${keys}`) ?? []) {
    const text = host.readText(`${asidePath}/${keys}/${name}`);
    if (text !== undefined && text.length <= keysLimit) host.writeFile(`/etc/${keys}/${name}`, text);
  }
}

export function hasAside(host: Host): boolean {
  return host.listDirectory(asidePath) !== undefined;
}

/** At the next boot, for what is mounted cannot be exchanged (components/initrd: usr/lib/catamaran/safe-boot). */
export function askForAside(host: Host): void {
  host.writeFile(restorePath, '');
  host.run(['sync', restorePath]);
}
