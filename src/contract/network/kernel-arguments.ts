// The network among the kernel's arguments: `ip=` as the kernel (Documentation/admin-guide/nfs/nfsroot.rst) and as dracut
// (dracut.cmdline(7)) have it, and dracut's nameserver=, rd.route=, vlan=, bond=, bridge=.

import type { Findings, Place } from '../document/finding.ts';
import type { Interface, InterfaceKind, Network, Route } from '../network.ts';
import { isAddress, isInterfaceName, isMac, normalizeMac, withPrefix } from './addresses.ts';
import { bareInterface, defaultOf, mtuRange, noDns } from './bare.ts';

export function readKernelNetwork(commandLine: string, findings: Findings): Network | undefined {
  const interfaces = new Map<string, Interface>();
  const servers: string[] = [];
  let found = false;
  const change = (name: string, update: (old: Interface) => Interface) =>
    interfaces.set(name, update(interfaces.get(name) ?? bareInterface(name)));

  for (const word of commandLine.trim().split(/\s+/).slice(0, 500)) {
    const [key = '', value = ''] = [word.slice(0, word.indexOf('=') + 1), word.slice(word.indexOf('=') + 1)];
    const at: Place = { part: 'kernel arguments', line: 1, pointer: word.slice(0, 100) };
    const reader = readers[key];
    if (!reader || value === '') continue;
    found = true;
    const problem = reader(splitColons(value), { change, servers });
    if (problem !== undefined) findings.error(at, problem, 'See dracut.cmdline(7).');
  }
  return found ? { interfaces: [...interfaces.values()], dns: { servers, search: [] } } : undefined;
}

interface Target {
  change(name: string, update: (old: Interface) => Interface): void;
  readonly servers: string[];
}

/** What is wrong, or nothing. */
type Reader = (fields: readonly string[], target: Target) => string | undefined;

/** Any interface that has no other configuration. */
const any = '*';

const readers: Readonly<Record<string, Reader>> = {
  'ip=': (fields, target) =>
    fields.length <= 2 && !isAddress(fields[0]!)
      ? readAutomatic(fields, target)
      : fields.length < 4 || !isAddress(fields[0]!)
        ? readNamed(fields, target)
        : readStatic(fields, target),
  'nameserver=': ([server = '', ...rest], { servers }) => {
    if (rest.length > 0 || !isAddress(server)) return 'names no address';
    servers.push(server);
    return undefined;
  },
  'rd.route=': ([network = '', gateway = '', device = any], { change }) => {
    const to = withPrefix(network);
    if (to === undefined || (gateway !== '' && !isAddress(gateway)))
      return 'is no NETWORK/PREFIX:GATEWAY[:INTERFACE]';
    const route: Route = { to, ...(gateway !== '' && { via: gateway }) };
    change(device, (old) => ({ ...old, routes: [...old.routes, route] }));
    return undefined;
  },
  'vlan=': ([name = '', link = ''], target) => {
    const id = Number(/(\d{1,4})$/.exec(name)?.[1] ?? Number.NaN);
    return isInterfaceName(link) && id <= 4094
      ? makeKind(name, { type: 'vlan', id, link }, target)
      : 'is no NAME:INTERFACE with a number at the end of NAME';
  },
  'bond=': ([name = 'bond0', members = '', options = '', mtu = ''], target) => {
    const pairs = options
      .split(',')
      .filter(Boolean)
      .map((pair) => [pair.split('=')[0]!, pair.split('=')[1] ?? '']);
    const { mode = 'balance-rr', ...others } = Object.fromEntries(pairs) as Record<string, string>;
    const problem = makeKind(
      name,
      { type: 'bond', members: members.split(',').filter(isInterfaceName), mode, options: others },
      target,
    );
    return problem ?? setMtu(name, mtu, target);
  },
  'bridge=': ([name = '', members = ''], target) =>
    makeKind(
      name,
      { type: 'bridge', members: members.split(',').filter(isInterfaceName), stp: false },
      target,
    ),
};

function makeKind(name: string, kind: InterfaceKind, { change }: Target): string | undefined {
  if (!isInterfaceName(name)) return 'names no interface';
  change(name, (old) => ({ ...old, kind }));
  return undefined;
}

/** Of `dhcp`, `on`, `eth0:dhcp` … what is dynamic. */
const methods: Readonly<Record<string, Partial<Interface>>> = {
  dhcp: { dhcp4: true },
  on: { dhcp4: true },
  any: { dhcp4: true },
  both: { dhcp4: true },
  dhcp4: { dhcp4: true },
  dhcp6: { dhcp6: true },
  auto6: { slaac: true },
  either6: { slaac: true, dhcp6: true },
  'link-local': {},
  off: {},
  none: {},
  ibft: {},
};

/** `ip=METHOD`, `ip=INTERFACE`. */
function readAutomatic(fields: readonly string[], target: Target): string | undefined {
  const [first = '', second] = fields;
  if (second !== undefined) return readNamed(fields, target);
  if (/^(off|none|ibft)$/.test(first)) return undefined;
  if (Object.hasOwn(methods, first)) return applyMethod(any, first, target);
  return isInterfaceName(first) ? applyMethod(first, 'dhcp', target) : 'is no method and no interface';
}

/** `ip=INTERFACE:METHOD[:MTU[:MAC]]`, or the kernel's form with an empty address: `ip=:::::INTERFACE:dhcp`. */
function readNamed(fields: readonly string[], target: Target): string | undefined {
  if (fields[0] === '') return readStatic(fields, target);
  const [name = '', method = '', mtu = '', mac = ''] = fields;
  if (!isInterfaceName(name) || fields.length > 4) return 'names no interface';
  return applyMethod(name, method, target) ?? setMtu(name, mtu, target) ?? setMac(name, mac, target);
}

/** `ip=ADDRESS:PEER:GATEWAY:NETMASK:HOST:INTERFACE:METHOD`, and then the kernel's servers or dracut's MTU and MAC. */
function readStatic(fields: readonly string[], target: Target): string | undefined {
  const [client = '', , gateway = '', netmask = '', , device = '', method = 'none', first = '', second = ''] =
    fields;
  const name = device === '' ? any : device;
  if (name !== any && !isInterfaceName(name)) return 'names no interface';
  if (client === '') return applyMethod(name, method, target);
  const address = withPrefix(client, netmask);
  if (address === undefined) return 'has no address with a netmask';
  if (gateway !== '' && !isAddress(gateway)) return 'has no gateway';
  target.change(name, (old) => ({
    ...old,
    ...methods[method],
    addresses: [...old.addresses, address],
    routes: gateway === '' ? old.routes : [...old.routes, { to: defaultOf(gateway), via: gateway }],
    dns: old.dns ?? noDns,
  }));
  if (isAddress(first)) target.servers.push(...[first, second].filter(isAddress));
  else return setMtu(name, first, target) ?? setMac(name, second, target);
  return undefined;
}

function applyMethod(name: string, method: string, { change }: Target): string | undefined {
  const dynamic = method.split(',').map((each) => (Object.hasOwn(methods, each) ? methods[each] : undefined));
  if (dynamic.includes(undefined))
    return `has the method ${JSON.stringify(method.slice(0, 20))}, which is not known`;
  change(name, (old) => Object.assign({}, old, ...dynamic));
  return undefined;
}

function setMtu(name: string, mtu: string, { change }: Target): string | undefined {
  if (mtu === '') return undefined;
  const size = /^\d{1,5}$/.test(mtu) ? Number(mtu) : 0;
  if (size < mtuRange[0] || size > mtuRange[1]) return 'has no MTU';
  change(name, (old) => ({ ...old, mtu: size }));
  return undefined;
}

function setMac(name: string, mac: string, { change }: Target): string | undefined {
  if (mac === '') return undefined;
  if (!isMac(mac)) return 'has no hardware address';
  change(name, (old) => ({ ...old, mac: normalizeMac(mac) }));
  return undefined;
}

/** At colons, but not at those in brackets, where an address of IPv6 stands, nor in a hardware address at the end. */
function splitColons(value: string): string[] {
  const [, rest = value, mac] = /^(.*):((?:[\da-f]{2}:){5}[\da-f]{2})$/i.exec(value) ?? [];
  const fields = rest.match(/\[[^\]]*\][^:]*|[^:]+|(?<=^|:)(?=:|$)/g) ?? [];
  const plain = fields.map((field) => field.replace(/^\[([^\]]*)\]/, '$1'));
  return mac === undefined ? plain : [...plain, mac];
}
