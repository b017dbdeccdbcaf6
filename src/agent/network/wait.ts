// For those who are about to fetch something: waits until a machine has an address that reaches further than its link, or
// nobody is to give it one, or the time is over.
import type { Host } from '../host/host.ts';
import { dhcpcdPath } from './dhcpcd.ts';

/** Whether there is one. At most so many seconds. */
export function awaitNetwork(host: Host, seconds: number): boolean {
  const isAsking = host.readText(dhcpcdPath) !== undefined;
  for (let tries = 2 * seconds; ; tries--) {
    if (hasAddress(host)) return true;
    if (!isAsking || tries <= 0) return false;
    host.run(['usleep', '500000']);
  }
}

function hasAddress(host: Host): boolean {
  return host.run(['ip', '-o', 'addr', 'show', 'scope', 'global']).output.trim() !== '';
}
