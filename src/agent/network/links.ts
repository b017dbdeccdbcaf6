// The network cards of this machine, as the kernel shows them in /sys/class/net.
import type { Match } from '../../contract/network.ts';
import type { Host } from '../host/host.ts';

export interface NetworkCard {
  readonly name: string;
  /** Lower case, with colons. */
  readonly mac: string;
  readonly driver: string;
}

const directory = '/sys/class/net';
const mostLinks = 256;
/** Of linux/if_arp.h: Ethernet and what behaves like it. */
const ethernet = '1';

/** Those that are devices: not the loopback, and nothing that is made of others. In the order of their names. */
export function readLinks(host: Host): NetworkCard[] {
  return (host.listDirectory(directory) ?? [])
    .filter(
      (name) =>
        /^[A-Za-z0-9_.-]{1,15}$/.test(name) &&
        host.listDirectory(`${directory}/${name}/device`) !== undefined,
    )
    .filter((name) => (host.readText(`${directory}/${name}/type`) ?? '').trim() === ethernet)
    .slice(0, mostLinks)
    .sort(byNumber)
    .map((name) => ({
      name,
      mac: (host.readText(`${directory}/${name}/address`) ?? '').trim().toLowerCase(),
      driver: /^DRIVER=(.*)$/m.exec(host.readText(`${directory}/${name}/device/uevent`) ?? '')?.[1] ?? '',
    }));
}

/** eth2 before eth10. */
function byNumber(a: string, b: string): number {
  const [, first = a, one = '0'] = /^(.*?)(\d*)$/.exec(a) ?? [];
  const [, second = b, other = '0'] = /^(.*?)(\d*)$/.exec(b) ?? [];
  return first === second ? Number(one) - Number(other) : first < second ? -1 : 1;
}

export function isThere(host: Host, name: string): boolean {
  return host.listDirectory(`${directory}/${name}`) !== undefined;
}

/** All that is said must hold. */
export function matches({ name, mac, driver }: Match, link: NetworkCard): boolean {
  return (
    (name === undefined || likePattern(name).test(link.name)) &&
    (mac === undefined || mac === link.mac) &&
    (driver === undefined || likePattern(driver).test(link.driver))
  );
}

/** Of a shell: `*`, `?`, `[…]`. */
function likePattern(pattern: string): RegExp {
  const source = pattern
    .replace(/[.+^${}()|\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  try {
    return new RegExp(`^${source}$`);
  } catch {
    return /^$/;
  }
}
