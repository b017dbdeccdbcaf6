// What an interface is before anything is said of it, and what is the same for all.
import type { Dns, Interface } from '../network.ts';

export const noDns: Dns = { servers: [], search: [] };
/** The least and most that Linux takes: IPv4 needs 68 bytes. */
export const mtuRange = [68, 65_536] as const;

export function bareInterface(name: string): Interface {
  return {
    name,
    kind: { type: 'physical' },
    dhcp4: false,
    dhcp6: false,
    addresses: [],
    routes: [],
    dns: noDns,
    optional: false,
  };
}

/** Default routes of one address family or the other. */
export function defaultOf(gateway: string): string {
  return gateway.includes(':') ? '::/0' : '0.0.0.0/0';
}
