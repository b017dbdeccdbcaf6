// dhcpcd.conf(5) for the interfaces that have dynamic addresses; component:network runs the program, and its hook keeps what
// leases say of name servers, MTU, time and name. Undefined where there is none to be asked for.
import type { Interface } from '../../contract/network.ts';
import type { Setup } from './plan.ts';

export const dhcpcdPath = '/run/catamaran/network/dhcpcd.conf';
/** In seconds, for a server; after it the client goes on asking. */
const timeout = 30;

const shared = `# Of catamaran-agent network up. One identity for IPv4 and IPv6, kept in /var/lib/dhcpcd.
duid
persistent
lastlease
vendorclassid
hostname
option domain_name_servers, domain_name, domain_search, host_name
option classless_static_routes, interface_mtu, ntp_servers
require dhcp_server_identifier
slaac private
noarp
noipv4ll
timeout ${timeout}
`;

export function isDynamic({ dhcp4, dhcp6, slaac }: Interface): boolean {
  return dhcp4 || dhcp6 || slaac === true;
}

export function writeDhcpcd(setups: readonly Setup[]): string | undefined {
  const dynamic = setups.filter(({ wanted }) => isDynamic(wanted));
  if (dynamic.length === 0) return undefined;
  const names = dynamic.map(({ device }) => device).join(' ');
  return [`${shared}allowinterfaces ${names}\n`, ...dynamic.map(sectionOf)].join('\n');
}

function sectionOf({ device, wanted: { dhcp4, dhcp6, slaac, mtu } }: Setup): string {
  const lines = [
    ...(dhcp4 ? [] : ['nodhcp']),
    // Where routers are heard, they say whether there is a server to be asked.
    ...(dhcp6 ? (slaac === true ? [] : ['ia_na']) : ['nodhcp6']),
    ...(slaac === false && !dhcp6 ? ['noipv6rs', 'noipv6'] : []),
    // The hook takes the lease's where nothing is said.
    ...(mtu === undefined ? [] : ['nooption interface_mtu', `env own_mtu=${mtu}`]),
  ];
  return [`interface ${device}`, ...lines].map((line) => `${line}\n`).join('');
}
