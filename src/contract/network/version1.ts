// cloud-init's network configuration of version 1: a list of things of several types.

import type { Findings } from '../document/finding.ts';
import { either, list, mapping, type Read, record } from '../document/shape/collections.ts';
import { anything, choice, text, truth, whole } from '../document/shape/scalars.ts';
import { about, meaningless, orEmpty } from '../document/shape/shape.ts';
import type { Interface, InterfaceKind, Network } from '../network.ts';
import { prefixOf, withPrefix } from './addresses.ts';
import { bareInterface, defaultOf, mtuRange, noDns } from './bare.ts';
import { checkLinks } from './netplan.ts';
import { address, addressOrCidr, domain, interfaceName, mac } from './shapes.ts';

const addresses = either({ scalar: address, list: list(address) });
const domains = either({ scalar: text(domain), list: list(text(domain)) });

const route = mapping(
  {
    destination: about('Network.', text()),
    network: about('Network.', text()),
    netmask: about('Netmask.', text()),
    gateway: about('Gateway.', address),
    metric: about('The lesser counts more.', whole()),
  },
  [],
  ['destination', 'network', 'netmask', 'gateway'],
);

const subnet = mapping(
  {
    type: about(
      'dhcp, static and others.',
      choice(
        'dhcp',
        'dhcp4',
        'dhcp6',
        'static',
        'static6',
        'manual',
        'ipv6_slaac',
        'ipv6_dhcpv6-stateless',
        'ipv6_dhcpv6-stateful',
      ),
    ),
    address: about('Address.', addressOrCidr),
    netmask: about('Netmask, or length of the prefix.', text()),
    broadcast: meaningless('it follows from the netmask'),
    gateway: about('Default gateway.', address),
    dns_nameservers: about('Servers.', addresses),
    dns_search: about('Search domains.', domains),
    routes: about('Routes.', list(route)),
    control: meaningless('interfaces come up by themselves'),
    ipv4: anything,
    ipv6: anything,
    metric: anything,
  },
  ['type'],
);

const fields = {
  type: about(
    'physical, vlan, bond, bridge, nameserver or route.',
    choice('physical', 'vlan', 'bond', 'bridge', 'nameserver', 'route', 'loopback'),
  ),
  name: about('Name.', interfaceName),
  mac_address: about('Hardware address.', orEmpty(mac, undefined)),
  mtu: about('In bytes.', orEmpty(whole(...mtuRange), undefined)),
  'accept-ra': about('Whether router advertisements are heard.', truth),
  subnets: about('Addresses.', orEmpty(list(subnet), [])),
  vlan_link: about('Interface that it is on.', interfaceName),
  vlan_id: about('Number.', whole(0, 4094)),
  bond_interfaces: about('Members.', list(interfaceName)),
  bridge_interfaces: about('Members.', list(interfaceName)),
  params: about('As the kernel names them.', record(text())),
  address: about('Servers.', addresses),
  search: about('Search domains.', domains),
  interface: about('Whose servers they are.', interfaceName),
  destination: about('Network.', text()),
  netmask: about('Netmask.', text()),
  gateway: about('Gateway.', address),
  metric: about('The lesser counts more.', whole()),
  keep_configuration: anything,
} as const;

export const version1 = mapping({ version: anything, config: list(mapping(fields, ['type'])) }, ['config']);
type Item = Read<typeof fields>;

export function networkOfVersion1(
  read: NonNullable<ReturnType<typeof version1.read>>,
  findings: Findings,
): Network {
  const items = read.config ?? [];
  const interfaces = items.flatMap((item) => interfaceOf(item, findings) ?? []);
  const servers = items.filter(({ type }) => type === 'nameserver');
  const routes = items
    .filter(({ type }) => type === 'route')
    .flatMap((item) => routeOf(item, findings) ?? []);
  checkLinks(interfaces, read.at, findings);
  const [first, ...others] = interfaces;
  return {
    interfaces: first ? [{ ...first, routes: [...first.routes, ...routes] }, ...others] : [],
    dns: {
      servers: servers.flatMap(({ address: each }) => each ?? []),
      search: servers.flatMap(({ search }) => search ?? []),
    },
  };
}

function interfaceOf(item: Item, findings: Findings): Interface | undefined {
  const { type, name, mac_address, mtu, subnets = [], at } = item;
  if (type === 'nameserver' || type === 'route' || type === 'loopback') return undefined;
  if (name === undefined) {
    findings.error(at, 'has no name', 'Add name.');
    return undefined;
  }
  const types = subnets.map((each) => each.type ?? 'manual');
  const own = type === 'physical' && mac_address !== undefined;
  return {
    ...bareInterface(name),
    kind: kindOf(item),
    ...(own && { match: { mac: mac_address } }),
    ...(!own && mac_address !== undefined && { mac: mac_address }),
    ...(mtu !== undefined && { mtu }),
    dhcp4: types.some((each) => each === 'dhcp' || each === 'dhcp4'),
    dhcp6: types.some((each) => each === 'dhcp6' || each === 'ipv6_dhcpv6-stateful'),
    ...((item['accept-ra'] ?? types.includes('ipv6_slaac')) && { slaac: true }),
    addresses: subnets.flatMap((each) => addressOf(each, findings) ?? []),
    routes: subnets.flatMap((each) => [
      ...(each.gateway === undefined ? [] : [{ to: defaultOf(each.gateway), via: each.gateway }]),
      ...(each.routes ?? []).flatMap((one) => routeOf(one, findings) ?? []),
    ]),
    dns:
      subnets.length === 0
        ? noDns
        : {
            servers: subnets.flatMap((each) => each.dns_nameservers ?? []),
            search: subnets.flatMap((each) => each.dns_search ?? []),
          },
  };
}

function kindOf({
  type,
  vlan_id = 0,
  vlan_link = '',
  bond_interfaces,
  bridge_interfaces,
  params,
}: Item): InterfaceKind {
  if (type === 'vlan') return { type, id: vlan_id, link: vlan_link };
  const {
    'bond-mode': mode = 'balance-rr',
    bridge_stp = 'on',
    ...options
  } = Object.fromEntries(params ?? []);
  if (type === 'bond') return { type, members: bond_interfaces ?? [], mode, options };
  if (type === 'bridge')
    return { type, members: bridge_interfaces ?? [], stp: !/^(off|false|no|0)$/i.test(bridge_stp) };
  return { type: 'physical' };
}

function addressOf(
  { type, address: written, netmask, at }: NonNullable<ReturnType<typeof subnet.read>>,
  findings: Findings,
): string | undefined {
  if (!type?.startsWith('static')) return undefined;
  const joined =
    written === undefined
      ? undefined
      : withPrefix(written, netmask ?? (written.includes(':') ? '64' : undefined));
  if (joined === undefined)
    findings.error(at, 'is static and has no address with a netmask', 'Write address: 192.0.2.7/24.');
  return joined;
}

interface WrittenRoute {
  readonly destination?: string;
  readonly network?: string;
  readonly netmask?: string;
  readonly gateway?: string;
  readonly metric?: number;
  readonly at: Item['at'];
}

function routeOf({ destination, network, netmask, gateway, metric, at }: WrittenRoute, findings: Findings) {
  const written = destination ?? network ?? '';
  const to =
    /^(default|0\.0\.0\.0|::)$/.test(written) && (netmask === undefined || prefixOf(netmask) === 0)
      ? defaultOf(gateway ?? '')
      : withPrefix(written, netmask);
  if (to !== undefined)
    return { to, ...(gateway !== undefined && { via: gateway }), ...(metric !== undefined && { metric }) };
  findings.error(at, 'is a route that leads nowhere', 'Write destination: 10.0.0.0/8.');
  return undefined;
}
