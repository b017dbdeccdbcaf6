// OpenStack's network_data.json (nova, doc/api_schemas/network_data.json): links, networks on them, services.

import type { Findings, Place } from '../document/finding.ts';
import { anything } from '../document/shape/scalars.ts';
import { readJson } from '../document/yaml.ts';
import type { Interface, InterfaceKind, Network, Route } from '../network.ts';
import { isAddress, isMac, normalizeMac, withPrefix } from './addresses.ts';
import { bareInterface, mtuRange } from './bare.ts';

/** Members that are null or unknown are passed over: clouds add their own. */
type Json = { readonly [key: string]: unknown };

const objects = (value: unknown): readonly Json[] =>
  Array.isArray(value)
    ? value.filter((each): each is Json => each !== null && typeof each === 'object' && !Array.isArray(each))
    : [];
const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

export function readNetworkData(source: string, part: string, findings: Findings): Network | undefined {
  const at = { part, line: 1, pointer: '' };
  const node = readJson(source, at, findings);
  if (!node) return undefined;
  const data = anything.read(node, findings);
  if (data === null || typeof data !== 'object' || Array.isArray(data)) {
    findings.error(at, 'is no object');
    return undefined;
  }
  const { links, networks, services } = data as Json;
  const names = new Map(objects(links).map((link, index) => [link.id, nameOf(link, index)]));
  const interfaces = objects(links).map((link, index) => linkOf(link, nameOf(link, index), names));
  for (const network of objects(networks)) {
    const index = interfaces.findIndex(({ name }) => name === names.get(network.link));
    if (index === -1)
      findings.error(at, `has a network on the link ${JSON.stringify(network.link)}, which is not there`);
    else interfaces[index] = withNetwork(interfaces[index]!, network, at, findings);
  }
  return { interfaces, dns: { servers: serversOf(services), search: [] } };
}

/** Kernels name interfaces anew: a link is known by its hardware address. */
function nameOf({ type, vlan_id }: Json, index: number): string {
  return type === 'bond'
    ? `bond${index}`
    : type === 'vlan'
      ? `vlan${String(vlan_id ?? index).slice(0, 5)}`
      : `eth${index}`;
}

function linkOf(link: Json, name: string, names: ReadonlyMap<unknown, string>): Interface {
  const { ethernet_mac_address: hardware, mtu } = link;
  const mac = typeof hardware === 'string' && isMac(hardware) ? normalizeMac(hardware) : undefined;
  const kind = kindOf(link, names);
  const fits = typeof mtu === 'number' && Number.isInteger(mtu) && mtu >= mtuRange[0] && mtu <= mtuRange[1];
  return {
    ...bareInterface(name),
    kind,
    ...(mac !== undefined && (kind.type === 'physical' ? { match: { mac } } : { mac })),
    ...(fits && { mtu }),
  };
}

function kindOf(link: Json, names: ReadonlyMap<unknown, string>): InterfaceKind {
  if (link.type === 'vlan')
    return { type: 'vlan', id: Number(link.vlan_id) & 0xfff, link: names.get(link.vlan_link) ?? '' };
  if (link.type !== 'bond') return { type: 'physical' };
  const members = Array.isArray(link.bond_links) ? link.bond_links.flatMap((id) => names.get(id) ?? []) : [];
  const options = Object.entries(link).flatMap(([key, value]) =>
    /^bond_(miimon|xmit_hash_policy)$/.test(key) ? [[key.slice(5), String(value)]] : [],
  );
  return {
    type: 'bond',
    members,
    mode: textOf(link.bond_mode) ?? 'balance-rr',
    options: Object.fromEntries(options),
  };
}

function withNetwork(link: Interface, network: Json, at: Place, findings: Findings): Interface {
  const { type, ip_address: written, netmask } = network;
  const kind = textOf(type) ?? '';
  const dns = {
    servers: [
      ...link.dns.servers,
      ...serversOf(network.services),
      ...(Array.isArray(network.dns_nameservers)
        ? network.dns_nameservers.filter((each) => typeof each === 'string' && isAddress(each))
        : []),
    ],
    search: link.dns.search,
  };
  if (/dhcp$|^ipv6_dhcpv6-stateful$/.test(kind)) {
    const isSix = kind.startsWith('ipv6');
    return { ...link, dns, dhcp4: link.dhcp4 || !isSix, dhcp6: link.dhcp6 || isSix };
  }
  if (kind === 'ipv6_slaac' || kind === 'ipv6_dhcpv6-stateless') return { ...link, dns, slaac: true };
  const address = withPrefix(textOf(written) ?? '', textOf(netmask));
  if (address === undefined) {
    findings.error(
      at,
      `has the address ${JSON.stringify(written)} with the netmask ${JSON.stringify(netmask)}, which is none`,
    );
    return link;
  }
  return {
    ...link,
    dns,
    addresses: [...link.addresses, address],
    routes: [...link.routes, ...objects(network.routes).flatMap((route) => routeOf(route, at, findings))],
  };
}

function routeOf({ network, netmask, gateway }: Json, at: Place, findings: Findings): Route[] {
  const to = withPrefix(textOf(network) ?? '', textOf(netmask));
  const via = textOf(gateway);
  if (to !== undefined && (via === undefined || isAddress(via)))
    return [{ to, ...(via !== undefined && { via }) }];
  findings.error(
    at,
    `has a route to ${JSON.stringify(network)} by ${JSON.stringify(gateway)}, which is none`,
  );
  return [];
}

function serversOf(services: unknown): string[] {
  return objects(services).flatMap(({ type, address }) =>
    type === 'dns' && typeof address === 'string' && isAddress(address) ? [address] : [],
  );
}
