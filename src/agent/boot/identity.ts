// The machine's name, of /etc/hostname or of its system, and its id, which is made at the first boot. A name that the kernel
// does not take (hostname(7)), and an id that is none, are as if they were not there.
import { putNotice } from '../condition/notices.ts';
import type { Host } from '../host/host.ts';

/** There where the machine has no name of its own. */
export const namelessPath = '/run/catamaran/dhcp/nameless';

export function setIdentity(host: Host): void {
  const own = (host.readText('/etc/hostname') ?? '').split('\n', 1)[0]!.trim();
  const system = /^ID="?([^"\n]*)"?$/m.exec(host.readText('/etc/os-release') ?? '')?.[1];
  // For the DHCP client: a lease may give it one.
  if (own === '') host.writeFile(namelessPath, '');
  const names = [own, system ?? '', 'catamaran'].filter((name) =>
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name),
  );
  if (own !== '' && names[0] !== own) {
    const said = `/etc/hostname: ${JSON.stringify(own.slice(0, 40))} is no name for a host`;
    putNotice(host, 'hostname', said);
    host.print(said);
  }
  host.run(['hostname', names[0]!]);
  if (/^[0-9a-f]{32}\s*$/.test(host.readText('/etc/machine-id') ?? '')) return;
  const id = (host.readText('/proc/sys/kernel/random/uuid') ?? '').replaceAll('-', '');
  host.writeFile('/etc/machine-id', id);
}
