// The machine's name, of /etc/hostname or of its system, and its id, which is made at the first boot.
import type { Host } from '../host/host.ts';

/** There where the machine has no name of its own. */
export const namelessPath = '/run/catamaran/dhcp/nameless';

export function setIdentity(host: Host): void {
  const own = (host.readText('/etc/hostname') ?? '').split('\n', 1)[0]!.trim();
  const system = /^ID="?([^"\n]*)"?$/m.exec(host.readText('/etc/os-release') ?? '')?.[1];
  // For the DHCP client: a lease may give it one.
  if (own === '') host.writeFile(namelessPath, '');
  host.run(['hostname', own || system || 'catamaran']);
  if (host.readText('/etc/machine-id')) return;
  const id = (host.readText('/proc/sys/kernel/random/uuid') ?? '').replaceAll('-', '');
  host.writeFile('/etc/machine-id', id);
}
