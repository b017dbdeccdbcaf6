// netplan's version 2 (https://netplan.readthedocs.io), which cloud-init, VMware's metadata and our own sections use.

import type { Findings } from '../document/finding.ts';
import { either, list, mapping, type Read, record, type ShapeFields } from '../document/shape/collections.ts';
import { anything, choice, text, truth, whole } from '../document/shape/scalars.ts';
import { about, changed, meaningless, orEmpty } from '../document/shape/shape.ts';
import type { Dns, Interface, InterfaceKind, Network, Peer, Route } from '../network.ts';
import { isAddress } from './addresses.ts';
import { defaultOf, mtuRange, noDns } from './bare.ts';
import { address, addressOrCidr, cidr, domain, interfaceName, mac, pattern } from './shapes.ts';

const route = mapping(
  {
    to: about(
      'Destination, or default.',
      either({
        scalar: text({
          pattern: /^(default|[\da-f:.]+(\/\d{1,3})?)$/i,
          rule: 'default, or a network',
          example: '10.0.0.0/8',
        }),
      }),
    ),
    via: about('Gateway.', address),
    metric: about('The lesser counts more.', whole(0, 4_294_967_295)),
    'on-link': about('Whether the gateway is on the link, whatever its address.', truth),
    scope: meaningless('the kernel chooses it'),
    type: meaningless('routes lead somewhere'),
    table: meaningless('there is one table of routes'),
    from: meaningless('the kernel chooses it'),
    mtu: meaningless('it is the interface’s'),
  },
  [],
  ['to', 'via'],
);

const common = {
  match: about(
    'Which interface is meant.',
    mapping(
      {
        name: about('Its name.', text(pattern)),
        macaddress: about('Its hardware address.', mac),
        driver: about('Its driver.', either({ scalar: text(), list: list(text()) })),
      },
      [],
      ['name', 'macaddress', 'driver'],
    ),
  ),
  'set-name': about('What it is called then.', interfaceName),
  dhcp4: about('Whether it gets addresses by DHCPv4.', truth),
  dhcp6: about('Whether it gets addresses by DHCPv6.', truth),
  'accept-ra': about('Whether router advertisements are heard.', truth),
  addresses: about(
    'Addresses with their prefixes.',
    orEmpty(
      list(either({ scalar: cidr, mapping: changed(record(anything), (each) => [...each.keys()][0] ?? '') })),
      [],
    ),
  ),
  gateway4: about('Default gateway. A route is better.', address),
  gateway6: about('Default gateway. A route is better.', address),
  routes: about('Routes.', orEmpty(list(route), [])),
  nameservers: about(
    'DNS.',
    mapping({
      addresses: about('Servers.', orEmpty(list(address), [])),
      search: about('Search domains.', orEmpty(list(text(domain)), [])),
    }),
  ),
  mtu: about('In bytes.', whole(...mtuRange)),
  macaddress: about('Hardware address in place of its own.', mac),
  optional: about('Whether a boot does not wait for it.', truth),
  wakeonlan: meaningless('machines are not woken by the network'),
  'dhcp-identifier': meaningless('it is the hardware address'),
  'dhcp4-overrides': meaningless('what DHCP says counts'),
  'dhcp6-overrides': meaningless('what DHCP says counts'),
  'link-local': meaningless('the kernel chooses it'),
  'ipv6-privacy': meaningless('addresses are those of servers'),
  'optional-addresses': meaningless('a boot waits for an address or not at all'),
  renderer: meaningless('there is one'),
  critical: meaningless('interfaces stay up'),
  'routing-policy': meaningless('there is one table of routes'),
} as const;

const members = orEmpty(list(interfaceName), []);
const peer = mapping(
  {
    endpoint: about(
      'HOST:PORT.',
      text({ pattern: /^\S{1,255}:\d{1,5}$/, rule: 'HOST:PORT', example: 'vpn.example.org:51820' }),
    ),
    'allowed-ips': about('Networks that lead to it.', list(addressOrCidr)),
    keepalive: about('Seconds.', whole(0, 65_535)),
    keys: about(
      'Its keys.',
      mapping({ public: about('Public key.', text()), shared: about('Pre-shared key.', text()) }, ['public']),
    ),
  },
  ['keys', 'allowed-ips'],
);

/** Each kind of interface: its own keys. */
const ethernets = { ...common } as const;
const vlans = {
  ...common,
  id: about('Number.', whole(0, 4094)),
  link: about('Interface that it is on.', interfaceName),
} as const;
const bonds = {
  ...common,
  interfaces: about('Members.', members),
  parameters: about(
    'mode and others, as the kernel names them.',
    record(either({ scalar: text(), list: changed(list(text()), (each) => each.join(',')) })),
  ),
} as const;
const bridges = {
  ...common,
  interfaces: about('Members.', members),
  parameters: about('stp and others.', record(anything)),
} as const;
const tunnels = {
  ...common,
  mode: about('wireguard.', choice('wireguard')),
  key: about(
    'Private key.',
    either({ scalar: text(), mapping: mapping({ private: about('Private key.', text()) }) }),
  ),
  keys: about('Private key.', mapping({ private: about('Private key.', text()) })),
  port: about('Port.', whole(1, 65_535)),
  peers: about('Peers.', list(peer)),
} as const;

export const netplan = mapping({
  version: about('2.', anything),
  renderer: meaningless('there is one'),
  ethernets: about(
    'Interfaces of the machine.',
    orEmpty(record(orEmpty(mapping(ethernets, [], ['match']), undefined)), new Map()),
  ),
  vlans: about('VLANs.', record(mapping(vlans, ['id', 'link']))),
  bonds: about('Bonds.', record(mapping(bonds))),
  bridges: about('Bridges.', record(mapping(bridges))),
  tunnels: about('WireGuard.', record(mapping(tunnels, ['mode']))),
  wifis: meaningless('there is no Wi-Fi'),
  modems: meaningless('there are no modems'),
});

export function networkOf(read: NonNullable<ReturnType<typeof netplan.read>>, findings: Findings): Network {
  const interfaces = [
    ...each(read.ethernets, () => ({ type: 'physical' })),
    ...each(read.vlans, ({ id = 0, link = '' }) => ({ type: 'vlan', id, link })),
    ...each(read.bonds, ({ interfaces: of = [], parameters }) => {
      const { mode = 'balance-rr', ...options } = Object.fromEntries(parameters ?? []);
      return { type: 'bond', members: of, mode, options };
    }),
    ...each(read.bridges, ({ interfaces: of = [], parameters }) => ({
      type: 'bridge',
      members: of,
      stp: !/^(false|no|off|0)$/i.test(String(parameters?.get('stp') ?? 'true')),
    })),
    ...each(read.tunnels, (tunnel) => wireguardOf(tunnel)),
  ];
  checkLinks(interfaces, read.at, findings);
  return { interfaces, dns: noDns };
}

type Common = Read<typeof common>;

function each<F extends ShapeFields>(
  named: ReadonlyMap<string, Read<F>> | undefined,
  kindOf: (read: Read<F>) => InterfaceKind,
): Interface[] {
  return [...(named ?? [])].map(([name, read]) => interfaceOf(name, read as unknown as Common, kindOf(read)));
}

function interfaceOf(key: string, read: Common, kind: InterfaceKind): Interface {
  const driver = typeof read.match?.driver === 'string' ? read.match.driver : read.match?.driver?.[0];
  const { name, macaddress } = read.match ?? {};
  const match = {
    ...(name !== undefined && { name }),
    ...(macaddress !== undefined && { mac: macaddress }),
    ...(driver !== undefined && { driver }),
  };
  const dns: Dns = { servers: read.nameservers?.addresses ?? [], search: read.nameservers?.search ?? [] };
  return {
    name: read['set-name'] ?? key,
    kind,
    ...(Object.keys(match).length > 0 && { match }),
    dhcp4: read.dhcp4 ?? false,
    dhcp6: read.dhcp6 ?? false,
    ...(read['accept-ra'] !== undefined && { slaac: read['accept-ra'] }),
    addresses: read.addresses ?? [],
    routes: routesOf(read),
    dns,
    ...(read.mtu !== undefined && { mtu: read.mtu }),
    ...(read.macaddress !== undefined && { mac: read.macaddress }),
    optional: read.optional ?? false,
  };
}

function routesOf({ gateway4, gateway6, routes = [] }: Common): Route[] {
  const gateways = [gateway4, gateway6].flatMap((via) =>
    via === undefined ? [] : [{ to: defaultOf(via), via }],
  );
  const written = routes.map(({ to = 'default', via, metric }): Route => {
    const plain =
      to === 'default' ? defaultOf(via ?? '') : isAddress(to) ? `${to}/${to.includes(':') ? 128 : 32}` : to;
    return { to: plain, ...(via !== undefined && { via }), ...(metric !== undefined && { metric }) };
  });
  return [...gateways, ...written];
}

function wireguardOf({ key, keys, port, peers = [] }: Read<typeof tunnels>): InterfaceKind {
  const privateKey = typeof key === 'string' ? key : (key?.private ?? keys?.private ?? '');
  return { type: 'wireguard', privateKey, ...(port !== undefined && { port }), peers: peers.map(peerOf) };
}

function peerOf({
  endpoint,
  keepalive,
  keys,
  'allowed-ips': allowed = [],
}: NonNullable<ReturnType<typeof peer.read>>): Peer {
  return {
    publicKey: keys?.public ?? '',
    ...(keys?.shared !== undefined && { presharedKey: keys.shared }),
    ...(endpoint !== undefined && { endpoint }),
    allowed,
    ...(keepalive !== undefined && { keepalive }),
  };
}

/** What a VLAN, bond or bridge is made of must be there under its name. */
export function checkLinks(interfaces: readonly Interface[], at: Common['at'], findings: Findings): void {
  const names = new Set(interfaces.map(({ name }) => name));
  for (const { name, kind } of interfaces) {
    const needed = kind.type === 'vlan' ? [kind.link] : 'members' in kind ? kind.members : [];
    for (const other of needed.filter((one) => !names.has(one)))
      findings.error(
        at,
        `has ${name} on ${other}, of which nothing is said`,
        `Add ${other} under ethernets.`,
      );
  }
}
