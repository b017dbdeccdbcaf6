// One interface to the programs that set it up: `ip` of BusyBox, files of the kernel, `wg`. Pure; up.ts runs them.
import { isIpv4 } from '../../contract/network/addresses.ts';
import type { InterfaceKind, Route } from '../../contract/network.ts';
import type { Setup } from './plan.ts';

/** `write`: a file of the kernel. `again`: what the kernel says where it is so already, which is no failure. */
export type Action =
  | { readonly kind: 'run'; readonly command: readonly [string, ...string[]]; readonly again?: RegExp }
  | { readonly kind: 'write'; readonly path: string; readonly text: string };

const ip = (...words: string[]): Action => ({ kind: 'run', command: ['ip', ...words], again: /File exists/ });
const write = (path: string, text: string): Action => ({ kind: 'write', path, text });
const driver = (name: string, ...parameters: string[]): Action => ({
  kind: 'run',
  command: ['modprobe', name, ...parameters],
});

/** Where the keys of WireGuard are handed over. */
export const keysPath = '/run/catamaran/network/wireguard';

export function actionsOf({ device, wanted }: Setup): Action[] {
  const { kind, mac, mtu, addresses, routes, slaac, dhcp4, dhcp6 } = wanted;
  // A bond takes nobody who is up, and a card no other hardware address.
  const isMade = kind.type !== 'physical';
  return [
    ...(isMade ? makeLink(device, kind) : []),
    ...(mac === undefined
      ? []
      : [ip('link', 'set', 'dev', device, 'down'), ip('link', 'set', 'dev', device, 'address', mac)]),
    ...(mtu === undefined ? [] : [ip('link', 'set', 'dev', device, 'mtu', String(mtu))]),
    ...acceptAdvertisements(device, slaac, dhcp4 || dhcp6),
    ip('link', 'set', 'dev', device, 'up'),
    ...addresses.map((address) =>
      ip('addr', 'add', address, ...(isFour(address) ? ['brd', '+'] : []), 'dev', device),
    ),
    ...routes.flatMap((route) => routeActions(device, addresses, route)),
  ];
}

/** dhcpcd hears them itself, where it is asked for anything. */
function acceptAdvertisements(device: string, slaac: boolean | undefined, byClient: boolean): Action[] {
  if (slaac === undefined || byClient) return [];
  return [write(`/proc/sys/net/ipv6/conf/${device.replaceAll('.', '/')}/accept_ra`, slaac ? '2' : '0')];
}

function makeLink(device: string, kind: InterfaceKind): Action[] {
  switch (kind.type) {
    case 'physical':
      return [];
    case 'vlan':
      return [
        driver('8021q'),
        ip('link', 'set', 'dev', kind.link, 'up'),
        ip('link', 'add', 'link', kind.link, 'name', device, 'type', 'vlan', 'id', String(kind.id)),
      ];
    case 'bond':
      return [
        // Else the module makes a bond0 of its own.
        driver('bonding', 'max_bonds=0'),
        ip('link', 'add', 'name', device, 'type', 'bond'),
        ...bondSettings(device, kind),
        ...kind.members.flatMap((member) => [
          ip('link', 'set', 'dev', member, 'down'),
          ip('link', 'set', 'dev', member, 'master', device),
        ]),
        ...(kind.options.primary === undefined
          ? []
          : [write(bonding(device, 'primary'), kind.options.primary)]),
      ];
    case 'bridge':
      return [
        driver('bridge'),
        ip('link', 'add', 'name', device, 'type', 'bridge'),
        write(`/sys/class/net/${device}/bridge/stp_state`, kind.stp ? '1' : '0'),
        // Without STP nobody is to be waited for.
        ...(kind.stp ? [] : [write(`/sys/class/net/${device}/bridge/forward_delay`, '0')]),
        ...kind.members.flatMap((member) => [
          ip('link', 'set', 'dev', member, 'master', device),
          ip('link', 'set', 'dev', member, 'up'),
        ]),
      ];
    case 'wireguard':
      return [
        driver('wireguard'),
        ip('link', 'add', 'name', device, 'type', 'wireguard'),
        write(keysPath, wireguardText(kind)),
        { kind: 'run', command: ['wg', 'setconf', device, keysPath] },
        { kind: 'run', command: ['rm', '-f', keysPath] },
      ];
  }
}

const bonding = (device: string, name: string) => `/sys/class/net/${device}/bonding/${name}`;

/** netplan's words for what Documentation/networking/bonding.rst calls otherwise. */
const bondWords: Readonly<Record<string, string>> = {
  'mii-monitor-interval': 'miimon',
  'transmit-hash-policy': 'xmit_hash_policy',
  'min-links': 'min_links',
  'up-delay': 'updelay',
  'down-delay': 'downdelay',
  'fail-over-mac-policy': 'fail_over_mac',
  'gratuitous-arp': 'num_grat_arp',
  'packets-per-slave': 'packets_per_slave',
  'primary-reselect-policy': 'primary_reselect',
  'learn-packet-interval': 'lp_interval',
  'arp-interval': 'arp_interval',
  'arp-ip-targets': 'arp_ip_target',
  'arp-validate': 'arp_validate',
  'arp-all-targets': 'arp_all_targets',
  'ad-select': 'ad_select',
  'all-slaves-active': 'all_slaves_active',
  'lacp-rate': 'lacp_rate',
};

/** The mode first, for others depend on it, and while the bond is down and empty. A link that fails must be noticed. */
function bondSettings(device: string, { mode, options }: InterfaceKind & { type: 'bond' }): Action[] {
  const named = Object.entries(options).map(
    ([key, value]) => [bondWords[key] ?? key.replaceAll('-', '_'), value] as const,
  );
  const known = named.filter(([key]) => key !== 'primary' && /^[a-z_]+$/.test(key));
  const watches = known.some(([key]) => key === 'miimon' || key === 'arp_interval');
  return [
    write(bonding(device, 'mode'), mode),
    ...(watches ? [] : [write(bonding(device, 'miimon'), '100')]),
    ...known.map(([key, value]) => write(bonding(device, key), value)),
  ];
}

function wireguardText({ privateKey, port, peers }: InterfaceKind & { type: 'wireguard' }): string {
  const lines = [
    '[Interface]',
    `PrivateKey = ${privateKey}`,
    ...(port === undefined ? [] : [`ListenPort = ${port}`]),
    ...peers.flatMap(({ publicKey, presharedKey, endpoint, allowed, keepalive }) => [
      '[Peer]',
      `PublicKey = ${publicKey}`,
      ...(presharedKey === undefined ? [] : [`PresharedKey = ${presharedKey}`]),
      ...(endpoint === undefined ? [] : [`Endpoint = ${endpoint}`]),
      `AllowedIPs = ${allowed.join(', ')}`,
      ...(keepalive === undefined ? [] : [`PersistentKeepalive = ${keepalive}`]),
    ]),
  ];
  return lines.map((line) => `${line}\n`).join('');
}

const isFour = (address: string) => isIpv4(address.split('/')[0]!);

/** A gateway that is in no network of the interface, as some clouds have it, is on its link. */
function routeActions(device: string, addresses: readonly string[], { to, via, metric }: Route): Action[] {
  const six = to.includes(':') ? ['-6'] : [];
  const rest = ['dev', device, ...(metric === undefined ? [] : ['metric', String(metric)])];
  const route = (...words: string[]) => ip(...six, 'route', 'add', ...words);
  if (via === undefined) return [route(to, ...rest)];
  const isNear = /^fe80:/i.test(via) || addresses.some((address) => isInside(via, address));
  return [
    ...(isNear || addresses.length === 0
      ? []
      : [route(`${via}/${six.length > 0 ? 128 : 32}`, 'dev', device)]),
    route(to, 'via', via, ...rest),
  ];
}

/** Whether an address is in the network of another with its prefix. */
export function isInside(address: string, network: string): boolean {
  const [base = '', prefix = '0'] = network.split('/');
  const [a, b] = [bitsOf(address), bitsOf(base)];
  return a.length === b.length && a.slice(0, Number(prefix)) === b.slice(0, Number(prefix));
}

function bitsOf(address: string): string {
  if (isIpv4(address))
    return address
      .split('.')
      .map((part) => Number(part).toString(2).padStart(8, '0'))
      .join('');
  const [head = '', tail] = address.split('::');
  const groups = (part: string) => (part === '' ? [] : part.split(':'));
  const [first, last] = [groups(head), groups(tail ?? '')];
  const zeros =
    tail === undefined ? [] : Array<string>(Math.max(0, 8 - first.length - last.length)).fill('0');
  return [...first, ...zeros, ...last]
    .map((group) => Number.parseInt(group, 16).toString(2).padStart(16, '0'))
    .join('');
}
