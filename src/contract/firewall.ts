// What a machine lets in, as spec and user-data say it, and the rules for nftables that come of it. What is not named does not
// come in; what is forwarded, to containers, is their engine's.
import { isAddress, isCidr, isInterfaceName, isIpv4 } from './network/addresses.ts';

export interface Firewall {
  readonly allow: readonly Allowance[];
  /** Whether it answers ping. */
  readonly ping: boolean;
}

export interface Allowance {
  readonly ports: Ports;
  /** An address or a network. */
  readonly from?: string;
  /** A card's name; with `*` at its end all that begin so. */
  readonly interface?: string;
}

export interface Ports {
  readonly protocol: 'tcp' | 'udp';
  readonly first: number;
  readonly last: number;
}

export const firewallPath = 'etc/nftables.conf';
/** The machine's own, which counts before the image's. */
export const ownFirewallPath = 'etc/catamaran/nftables.conf';

/** `22/tcp`, `30000-32767/udp`; undefined where it is neither. */
export function parsePorts(text: string): Ports | undefined {
  const [, from, to = from, protocol] = /^(\d{1,5})(?:-(\d{1,5}))?\/(tcp|udp)$/.exec(text) ?? [];
  const [first, last] = [Number(from), Number(to)];
  if (!(first >= 1 && first <= last && last <= 65535)) return undefined;
  return { protocol: protocol as Ports['protocol'], first, last };
}

/** How people are told what these must be. */
export const portsHint =
  'A port from 1 to 65535, or a range, with its protocol: 443/tcp, 51820/udp, 30000-32767/tcp.';
export const sourceHint = 'An address or a network: 192.0.2.7, 10.0.0.0/8, 2001:db8::/32.';
export const interfaceHint = 'A card’s name, such as eth1, or how several begin: podman*.';

/** In a dotted address or a prefix a number that begins with 0 is another one to nft, or none. */
export const isSource = (text: string): boolean =>
  (isAddress(text) || isCidr(text)) && !/(^|:)0\d+\.|[./]0\d/.test(text);

export const isInterface = (text: string): boolean =>
  text.length <= 15 && isInterfaceName(text.replace(/\*$/, ''));

/** Protocols by number and in nft's own words: names would need /etc/protocols and /etc/services. */
export function writeFirewall({ allow, ping }: Firewall): string {
  const rules = [
    'ct state established,related accept',
    'ct state invalid drop',
    'iifname "lo" accept',
    'icmpv6 type { mld-listener-query, nd-router-solicit, nd-router-advert, nd-neighbor-solicit, nd-neighbor-advert } accept',
    'udp dport { 68, 546 } accept',
    ...(ping ? ['icmp type echo-request accept', 'icmpv6 type echo-request accept'] : []),
    ...allow.map(ruleFor),
  ];
  return `# What is not named here does not come in.
table inet filter
delete table inet filter
table inet filter {
  chain input {
    type filter hook input priority filter; policy drop;
${rules.map((rule) => `    ${rule}\n`).join('')}  }
}
`;
}

function ruleFor({ ports: { protocol, first, last }, from, interface: card }: Allowance): string {
  return [
    card !== undefined && `iifname "${card}"`,
    from !== undefined && `${isIpv4(from.replace(/\/.*/, '')) ? 'ip' : 'ip6'} saddr ${from}`,
    `${protocol} dport ${first === last ? first : `${first}-${last}`}`,
    'accept',
  ]
    .filter(Boolean)
    .join(' ');
}
