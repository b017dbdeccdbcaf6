// Networks that lie over each other, and the cards that there are: which card gets what, by which programs.
import { describe, expect, test } from 'vitest';
import { actionsOf, isInside } from '../../../src/agent/network/commands.ts';
import { writeDhcpcd } from '../../../src/agent/network/dhcpcd.ts';
import type { NetworkCard } from '../../../src/agent/network/links.ts';
import { planNetwork } from '../../../src/agent/network/plan.ts';
import { Findings } from '../../../src/contract/document/finding.ts';
import { readYaml } from '../../../src/contract/document/yaml.ts';
import { readKernelNetwork } from '../../../src/contract/network/kernel-arguments.ts';
import { readNetwork } from '../../../src/contract/network/read.ts';
import type { Network } from '../../../src/contract/network.ts';

function network(text: string): Network {
  const findings = new Findings();
  const read = readNetwork(readYaml(text, { part: 'x', line: 1, pointer: '' }, findings)!, findings)!;
  expect(findings.all).toEqual([]);
  return read;
}
const links: NetworkCard[] = [0, 1, 2].map((index) => ({
  name: `eth${index}`,
  mac: `52:54:00:00:00:0${index}`,
  driver: index === 2 ? 'e1000' : 'virtio_net',
}));
const words = (text: string, from = links) =>
  planNetwork([network(text)], from).setups.flatMap((setup) =>
    actionsOf(setup).map((action) =>
      action.kind === 'run' ? action.command.join(' ') : `${action.path} = ${action.text}`,
    ),
  );

test('without any configuration each card asks for an address', () => {
  const { setups, problems } = planNetwork([], links);
  expect(setups.map(({ device, wanted }) => [device, wanted.dhcp4, wanted.dhcp6])).toEqual([
    ['eth0', true, true],
    ['eth1', true, true],
    ['eth2', true, true],
  ]);
  expect(problems).toEqual([]);
});

test('cards are meant by name, pattern, hardware address and driver, and each has one configuration', () => {
  const { setups } = planNetwork(
    [
      network(`
ethernets:
  all: {match: {name: "e*"}, dhcp4: true}
  lan: {match: {macaddress: "52:54:00:00:00:01"}, addresses: [192.0.2.1/24]}
  old: {match: {driver: e1000}, mtu: 1400}
`),
    ],
    links,
  );
  expect(setups.map(({ device, wanted }) => [device, wanted.name])).toEqual([
    ['eth1', 'lan'],
    ['eth0', 'all'],
    ['eth2', 'all'],
  ]);
});

test('who is stronger has a card first, and the weaker what is left', () => {
  const image = network('ethernets: {all: {match: {name: "e*"}, dhcp4: true}}');
  const user = network('ethernets: {eth1: {addresses: [192.0.2.7/24]}}');
  const { setups } = planNetwork([user, image], links);
  expect(setups.map(({ device, wanted }) => [device, wanted.dhcp4])).toEqual([
    ['eth1', false],
    ['eth0', true],
    ['eth2', true],
  ]);
});

test('ip= of the kernel’s arguments is for the card that it names, or for any', () => {
  const read = (text: string) => readKernelNetwork(text, new Findings())!;
  const named = planNetwork([read('ip=192.0.2.7::192.0.2.1:255.255.255.0:x:eth1:none:192.0.2.53')], links);
  expect(named.setups.map(({ device }) => device)).toEqual(['eth1']);
  expect(named.dns.servers).toEqual(['192.0.2.53']);
  const any = planNetwork([read('ip=eth0:off ip=dhcp')], links);
  expect(any.setups.map(({ device, wanted }) => [device, wanted.dhcp4])).toEqual([
    ['eth0', false],
    ['eth1', true],
    ['eth2', true],
  ]);
});

test('a card that is not there is reported with those that are, and the rest set up', () => {
  const text = `
ethernets: {eth0: {dhcp4: true}, eth7: {dhcp4: true}, x: {match: {macaddress: "02:00:00:00:00:09"}}}
vlans: {vlan9: {id: 9, link: eth7}}
bonds: {bond0: {interfaces: [eth7, eth1]}}
`;
  const { setups, problems } = planNetwork([network(text.replace('eth1]', 'eth7]'))], links);
  expect(problems).toEqual([
    expect.stringMatching(/^eth7: no card of this machine is that; there are eth0 \(52:54:00:00:00:00\), /),
    expect.stringMatching(/^x: no card of this machine is that, by mac 02:00:00:00:00:09; /),
    'vlan9: there is no eth7',
    'bond0: there is no eth7, eth7',
  ]);
  expect(setups.map(({ device }) => device)).toEqual(['eth0', 'bond0']);
});

describe('programs', () => {
  test('addresses, routes and a gateway that is in no network', () => {
    expect(
      words(`
ethernets:
  eth0:
    mtu: 9000
    addresses: [192.0.2.7/24, 198.51.100.9/32, "2001:db8::7/64"]
    gateway4: 192.0.2.1
    routes: [{to: 10.0.0.0/8, via: 203.0.113.1, metric: 50}, {to: default, via: "fe80::1"}]
`),
    ).toEqual([
      'ip link set dev eth0 mtu 9000',
      'ip link set dev eth0 up',
      'ip addr add 192.0.2.7/24 brd + dev eth0',
      'ip addr add 198.51.100.9/32 brd + dev eth0',
      'ip addr add 2001:db8::7/64 dev eth0',
      'ip route add 0.0.0.0/0 via 192.0.2.1 dev eth0',
      'ip route add 203.0.113.1/32 dev eth0',
      'ip route add 10.0.0.0/8 via 203.0.113.1 dev eth0 metric 50',
      'ip -6 route add ::/0 via fe80::1 dev eth0',
    ]);
  });

  test('a VLAN on a bond, under the name that the card has', () => {
    const made = words(`
ethernets: {a: {match: {macaddress: "52:54:00:00:00:00"}}, eth1: {}}
bonds: {bond0: {interfaces: [a, eth1], parameters: {mode: active-backup, mii-monitor-interval: 50, primary: a}}}
vlans: {vlan5: {id: 5, link: bond0, addresses: [192.0.2.5/24]}}
`);
    expect(made).toContain('/sys/class/net/bond0/bonding/miimon = 50');
    expect(made.indexOf('/sys/class/net/bond0/bonding/mode = active-backup')).toBeLessThan(
      made.indexOf('ip link set dev eth0 master bond0'),
    );
    expect(made.slice(made.indexOf('modprobe 8021q'))).toEqual([
      'modprobe 8021q',
      'ip link set dev bond0 up',
      'ip link add link bond0 name vlan5 type vlan id 5',
      'ip link set dev vlan5 up',
      'ip addr add 192.0.2.5/24 brd + dev vlan5',
    ]);
  });

  test('a bridge has its members, and they have no addresses of their own', () => {
    const text = `
ethernets: {eth0: {dhcp4: true}}
bridges: {br0: {interfaces: [eth0], dhcp4: true, parameters: {stp: false}}}
`;
    const made = words(text);
    expect(made).toContain('ip link set dev eth0 master br0');
    expect(made).toContain('/sys/class/net/br0/bridge/forward_delay = 0');
    const { setups } = planNetwork([network(text)], links);
    expect(writeDhcpcd(setups)).toContain('allowinterfaces br0\n');
  });

  test('WireGuard’s keys go through a file, and no list of processes', () => {
    const key = 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=';
    const made = words(`
tunnels:
  wg0: {mode: wireguard, key: ${key}, port: 51820, addresses: [10.9.0.1/24], peers: [{keys: {public: ${key}}, allowed-ips: [10.9.0.0/24], endpoint: "192.0.2.9:51820", keepalive: 25}]}
`);
    expect(made.filter((each) => each.startsWith('wg') || each.startsWith('ip')).join()).not.toContain(key);
    expect(made).toContain('wg setconf wg0 /run/catamaran/network/wireguard');
    expect(made.find((each) => each.includes('[Peer]'))).toContain(
      'Endpoint = 192.0.2.9:51820\nAllowedIPs = 10.9.0.0/24\nPersistentKeepalive = 25\n',
    );
  });

  test('router advertisements are heard or not, where no client hears them', () => {
    expect(words('ethernets: {eth0: {accept-ra: false}}')).toContain(
      '/proc/sys/net/ipv6/conf/eth0/accept_ra = 0',
    );
    expect(words('ethernets: {eth0: {macaddress: "02:00:00:00:00:01"}}').slice(0, 2)).toEqual([
      'ip link set dev eth0 down',
      'ip link set dev eth0 address 02:00:00:00:00:01',
    ]);
  });
});

test('the client is told what each interface asks for; a written MTU counts more than a lease’s', () => {
  const text = writeDhcpcd(
    planNetwork(
      [
        network(
          'ethernets: {eth0: {dhcp4: true}, eth1: {dhcp6: true, mtu: 1400}, eth2: {addresses: [192.0.2.1/24]}}',
        ),
      ],
      links,
    ).setups,
  )!;
  expect(text).toContain('allowinterfaces eth0 eth1\n');
  expect(text).toContain('interface eth0\nnodhcp6\n');
  expect(text).toContain('interface eth1\nnodhcp\nia_na\nnooption interface_mtu\nenv own_mtu=1400\n');
  expect(writeDhcpcd(planNetwork([], links).setups)).not.toMatch(/ia_na|nodhcp6/);
  expect(writeDhcpcd([])).toBeUndefined();
});

test.each([
  ['192.0.2.1', '192.0.2.7/24', true],
  ['192.0.3.1', '192.0.2.7/24', false],
  ['192.0.2.1', '192.0.2.7/32', false],
  ['2001:db8::1', '2001:db8:0:0::7/64', true],
  ['2001:db9::1', '2001:db8::7/32', false],
  ['2001:db8::1', '192.0.2.7/24', false],
])('%s is in %s: %s', (address, inside, answer) => {
  expect(isInside(address, inside)).toBe(answer);
});
