// A network for as long as something has to be fetched, where nobody has made one yet: the machine's service for that starts
// later. Each card that takes an address by DHCP has it until then; IPv6 comes by itself as soon as a card is up.
import type { Host } from '../../host/host.ts';
import { hasNetworkComponent } from '../../network/state.ts';
import { awaitNetwork } from '../../network/wait.ts';
import { hasAddress, listInterfaces } from './interfaces.ts';

const script = '/usr/lib/catamaran/provision-dhcp';
const directory = '/run/catamaran/provision/dhcp';

/** In seconds, for component:network to have an address. */
const leaseLimit = 30;

/** Says whether anything has been borrowed. Asks for at most so many seconds. */
export function borrowNetwork(host: Host, seconds: number): boolean {
  if (hasNetworkComponent(host)) {
    awaitNetwork(host, Math.min(seconds, leaseLimit));
    return false;
  }
  const names = listInterfaces(host);
  if (names.length === 0 || hasAddress(host)) return false;
  host.makeDirectory(directory);
  const tries = Math.max(1, Math.min(4, Math.floor(seconds / 3)));
  // All at once: one that has no DHCP server does not hold up the others. In names is nothing that means anything to a shell.
  const asking = names.map(
    (name) =>
      `{ ip link set ${name} up; udhcpc -i ${name} -n -q -f -t ${tries} -T 3 -O 121 -s ${script}; } &`,
  );
  host.run(['sh', '-c', `{ ${asking.join(' ')} wait; } >/dev/null 2>&1`]);
  return true;
}

/** Gives back what is still as it was borrowed. */
export function returnNetwork(host: Host): void {
  for (const name of host.listDirectory(directory) ?? []) {
    const address = host.readText(`${directory}/${name}`)?.trim() ?? '';
    if (/^[\d.]+\/[\d.]+$/.test(address)) host.run(['ip', 'addr', 'del', address, 'dev', name]);
    host.removeFile(`${directory}/${name}`);
  }
  if (host.readText('/run/catamaran/provision/resolv') === undefined) return;
  host.removeFile('/run/catamaran/provision/resolv');
  host.removeFile('/run/resolvconf/resolv.conf');
}
