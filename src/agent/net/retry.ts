// Patience with a server: which answers are final, and how long to wait before what has failed is tried again.
import type { Host } from '../host/host.ts';

/** That it is not there, or not for us: asking again changes nothing. */
export function isFinal(status: number): boolean {
  return [401, 403, 404, 410].includes(status);
}

/** After so many failures in a row: `pause` seconds, then twice as long each time. */
export function rest(host: Host, pause: number, failures: number): void {
  host.run(['sleep', String(pause * 2 ** (failures - 1))]);
}
