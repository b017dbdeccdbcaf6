// RancherOS's network: interfaces by name, pattern or `mac=…`, and servers.

import { list, mapping, type Read, record } from '../document/shape/collections.ts';
import { text, truth, whole } from '../document/shape/scalars.ts';
import { about, meaningless } from '../document/shape/shape.ts';
import type { Interface, Network } from '../network.ts';
import { isInterfaceName, isMac, normalizeMac } from './addresses.ts';
import { bareInterface, defaultOf, mtuRange } from './bare.ts';
import { address, cidr, domain } from './shapes.ts';

const fields = {
  dhcp: about('Whether it gets addresses by DHCP.', truth),
  address: about('Address with its prefix.', cidr),
  addresses: about('Addresses with their prefixes.', list(cidr)),
  gateway: about('Default gateway.', address),
  gateway_ipv6: about('Default gateway.', address),
  mtu: about('In bytes.', whole(...mtuRange)),
  dhcp_args: meaningless('there is one client'),
  match: about('Name, pattern or mac=….', text()),
  ipv4ll: meaningless('the kernel chooses it'),
  bridge: meaningless('bridges have a form of their own', 'Write bridges, as netplan has them.'),
  bond: meaningless('bonds have a form of their own', 'Write bonds, as netplan has them.'),
  bond_opts: meaningless('bonds have a form of their own', 'Write bonds, as netplan has them.'),
  vlans: meaningless('VLANs have a form of their own', 'Write vlans, as netplan has them.'),
  post_up: meaningless('commands are in runcmd'),
  pre_up: meaningless('commands are in bootcmd'),
} as const;

export const rancherNetwork = mapping({
  interfaces: about('Interfaces.', record(mapping(fields))),
  dns: about(
    'DNS.',
    mapping({
      nameservers: about('Servers.', list(address)),
      search: about('Search domains.', list(text(domain))),
      override: meaningless('what is written counts'),
    }),
  ),
  http_proxy: meaningless('proxies are written under proxy'),
  https_proxy: meaningless('proxies are written under proxy'),
  no_proxy: meaningless('proxies are written under proxy'),
  dhcp_timeout: meaningless('a boot waits as long as it must'),
  wifi_networks: meaningless('there is no Wi-Fi'),
  modem_networks: meaningless('there are no modems'),
});

export function networkOfRancher({
  interfaces,
  dns,
}: NonNullable<ReturnType<typeof rancherNetwork.read>>): Network {
  const named = [...(interfaces ?? [])].map(([key, read], index) => interfaceOf(key, read, index));
  return { interfaces: named, dns: { servers: dns?.nameservers ?? [], search: dns?.search ?? [] } };
}

function interfaceOf(key: string, read: Read<typeof fields>, index: number): Interface {
  const said = read.match ?? key;
  const mac = said.replace(/^mac[=:]/, '');
  const name = isInterfaceName(key) ? key : `net${index}`;
  const match = isMac(mac) ? { mac: normalizeMac(mac) } : said === name ? undefined : { name: said };
  const gateways = [read.gateway, read.gateway_ipv6].flatMap((via) =>
    via === undefined ? [] : [{ to: defaultOf(via), via }],
  );
  return {
    ...bareInterface(name),
    ...(match && { match }),
    dhcp4: read.dhcp ?? false,
    addresses: [...(read.address === undefined ? [] : [read.address]), ...(read.addresses ?? [])],
    routes: gateways,
    ...(read.mtu !== undefined && { mtu: read.mtu }),
  };
}
