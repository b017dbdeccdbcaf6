// Which card gets what: networks that lie over each other, the strongest first, and the cards that there are, to one
// configuration for each. A card belongs to the first that names it. What is said of none that is there is reported.

import { bareInterface } from '../../contract/network/bare.ts';
import type { Dns, Interface, Network } from '../../contract/network.ts';
import { matches, type NetworkCard } from './links.ts';

export interface Setup {
  /** As the kernel calls it. */
  readonly device: string;
  readonly wanted: Interface;
}

export interface NetworkPlan {
  /** What others are made of comes before them. */
  readonly setups: readonly Setup[];
  readonly dns: Dns;
  /** One line for each. */
  readonly problems: readonly string[];
}

/** Of the kernel's arguments: every card of which nothing else is said. */
const any = '*';

/** `layers`: the strongest first. Without any: each card by DHCP and router advertisements, as component:dhcp does. */
export function planNetwork(layers: readonly Network[], links: readonly NetworkCard[]): NetworkPlan {
  const free = new Map(links.map((link) => [link.name, link]));
  const setups: Setup[] = [];
  const problems: string[] = [];
  const dns = { servers: [] as string[], search: [] as string[] };
  const isNew = (device: string) => !setups.some((setup) => setup.device === device);

  for (const { interfaces, dns: shared } of layers) {
    const devices = new Map<string, string>();
    const wanted = [...interfaces].sort((a, b) => Number(isLoose(a)) - Number(isLoose(b)));
    for (const each of wanted.filter(({ kind }) => kind.type === 'physical')) {
      const found = [...free.values()].filter((link) => isMeant(each, link));
      const taken = links.some((link) => isMeant(each, link));
      if (found.length === 0 && !taken && !isLoose(each)) problems.push(missing(each, links));
      for (const { name } of found) {
        free.delete(name);
        setups.push({ device: name, wanted: each });
      }
      const [first] = found.length > 0 ? found : links.filter((link) => isMeant(each, link));
      if (first) devices.set(each.name, first.name);
    }
    const made = interfaces.filter(({ name, kind }) => kind.type !== 'physical' && isNew(name));
    for (const each of inOrder(made)) {
      const resolved = resolve(each, (name) => devices.get(name) ?? name);
      const lacking = neededBy(resolved).filter(
        (name) => !links.some((link) => link.name === name) && isNew(name),
      );
      if (lacking.length > 0) problems.push(`${each.name}: there is no ${lacking.join(', ')}`);
      if (!isMakeable(resolved, lacking)) continue;
      setups.push({ device: each.name, wanted: withoutMembers(resolved, lacking) });
    }
    dns.servers.push(...shared.servers);
    dns.search.push(...shared.search);
  }
  if (layers.length === 0)
    for (const { name } of links)
      setups.push({
        device: name,
        wanted: { ...bareInterface(name), dhcp4: true, dhcp6: true, slaac: true },
      });
  for (const { wanted } of setups) {
    dns.servers.push(...wanted.dns.servers);
    dns.search.push(...wanted.dns.search);
  }
  return {
    setups: setups.map((setup) => withoutOwn(setup, setups)),
    dns: { servers: [...new Set(dns.servers)], search: [...new Set(dns.search)] },
    problems,
  };
}

/** A pattern may fit nothing, and yields to what names a card. */
function isLoose({ name, match }: Interface): boolean {
  return name === any || (match !== undefined && match.mac === undefined && /[*?[]/.test(match.name ?? '*'));
}

function isMeant({ name, match }: Interface, link: NetworkCard): boolean {
  return name === any || (match ? matches(match, link) : link.name === name);
}

function missing({ name, match }: Interface, links: readonly NetworkCard[]): string {
  const asked = match ? Object.entries(match).map(([key, value]) => `${key} ${value}`) : [];
  const there = links.map((link) => `${link.name} (${link.mac})`).join(', ') || 'none';
  return `${name}: no card of this machine is that${asked.length > 0 ? `, by ${asked.join(' and ')}` : ''}; there are ${there}`;
}

function neededBy({ kind }: Interface): readonly string[] {
  return kind.type === 'vlan'
    ? [kind.link]
    : kind.type === 'bond' || kind.type === 'bridge'
      ? kind.members
      : [];
}

/** What it is made of, by the names of the kernel. */
function resolve(each: Interface, nameOf: (name: string) => string): Interface {
  const { kind } = each;
  if (kind.type === 'vlan') return { ...each, kind: { ...kind, link: nameOf(kind.link) } };
  if (kind.type === 'bond' || kind.type === 'bridge')
    return { ...each, kind: { ...kind, members: kind.members.map(nameOf) } };
  return each;
}

/** A VLAN needs what it is on; a bond and a bridge are there without one member or all. */
function isMakeable({ kind }: Interface, lacking: readonly string[]): boolean {
  return kind.type !== 'vlan' || lacking.length === 0;
}

function withoutMembers(each: Interface, lacking: readonly string[]): Interface {
  const { kind } = each;
  if (kind.type !== 'bond' && kind.type !== 'bridge') return each;
  return { ...each, kind: { ...kind, members: kind.members.filter((name) => !lacking.includes(name)) } };
}

/** Each after what it is made of; in a circle, as they are written. */
function inOrder(made: readonly Interface[]): Interface[] {
  const sorted = new Set<Interface>();
  const visit = (each: Interface, path: readonly string[]) => {
    if (sorted.has(each) || path.includes(each.name)) return;
    for (const name of neededBy(each)) {
      const other = made.find((one) => one.name === name);
      if (other) visit(other, [...path, each.name]);
    }
    sorted.add(each);
  };
  for (const each of made) visit(each, []);
  return [...sorted];
}

/** A member of a bond or bridge has no addresses of its own. */
function withoutOwn(setup: Setup, all: readonly Setup[]): Setup {
  const isMember = all.some(
    ({ wanted: { kind } }) =>
      (kind.type === 'bond' || kind.type === 'bridge') && kind.members.includes(setup.device),
  );
  if (!isMember) return setup;
  return {
    device: setup.device,
    wanted: { ...setup.wanted, dhcp4: false, dhcp6: false, slaac: false, addresses: [], routes: [] },
  };
}
