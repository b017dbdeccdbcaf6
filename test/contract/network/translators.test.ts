// Each way in which a platform or a person says a machine's network, and the one model that it becomes.
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { Findings } from '../../../src/contract/document/finding.ts';
import { readGuestinfoNetwork } from '../../../src/contract/network/guestinfo.ts';
import { readKernelNetwork } from '../../../src/contract/network/kernel-arguments.ts';
import { readNetworkData } from '../../../src/contract/network/openstack.ts';
import type { Interface } from '../../../src/contract/network.ts';

const plain = {
  kind: { type: 'physical' },
  dhcp4: false,
  dhcp6: false,
  addresses: [],
  routes: [],
  dns: { servers: [], search: [] },
  optional: false,
};

function kernel(line: string) {
  const findings = new Findings();
  const network = readKernelNetwork(line, findings);
  return {
    interfaces: network?.interfaces,
    servers: network?.dns.servers,
    problems: findings.all.map(({ message }) => message),
  };
}

describe('kernel arguments', () => {
  test.each<[string, Partial<Interface>]>([
    ['ip=dhcp', { name: '*', dhcp4: true }],
    ['ip=eth0', { name: 'eth0', dhcp4: true }],
    ['ip=eth0:dhcp6', { name: 'eth0', dhcp6: true }],
    ['ip=ens3:auto6:9000', { name: 'ens3', slaac: true, mtu: 9000 }],
    [
      'ip=ens3:dhcp:1450:52:54:00:aa:bb:CC',
      { name: 'ens3', dhcp4: true, mtu: 1450, mac: '52:54:00:aa:bb:cc' },
    ],
    ['ip=:::::eth0:dhcp', { name: 'eth0', dhcp4: true }],
    [
      'ip=192.0.2.7::192.0.2.1:255.255.255.0:web:eth0:none',
      { name: 'eth0', addresses: ['192.0.2.7/24'], routes: [{ to: '0.0.0.0/0', via: '192.0.2.1' }] },
    ],
    ['ip=192.0.2.7:::24::eth0:off:1500', { name: 'eth0', addresses: ['192.0.2.7/24'], mtu: 1500 }],
    [
      'ip=[2001:db8::7]::[2001:db8::1]:64::eth0:none',
      { name: 'eth0', addresses: ['2001:db8::7/64'], routes: [{ to: '::/0', via: '2001:db8::1' }] },
    ],
    ['vlan=eth0.7:eth0', { name: 'eth0.7', kind: { type: 'vlan', id: 7, link: 'eth0' } }],
    [
      'bond=bond0:eth0,eth1:mode=802.3ad,miimon=100:9000',
      {
        name: 'bond0',
        kind: { type: 'bond', members: ['eth0', 'eth1'], mode: '802.3ad', options: { miimon: '100' } },
        mtu: 9000,
      },
    ],
    ['bridge=br0:eth0', { name: 'br0', kind: { type: 'bridge', members: ['eth0'], stp: false } }],
    [
      'rd.route=10.0.0.0/8:192.0.2.254:eth0',
      { name: 'eth0', routes: [{ to: '10.0.0.0/8', via: '192.0.2.254' }] },
    ],
  ])('%s', (line, expected) => {
    expect(kernel(`quiet ${line} panic=10`)).toMatchObject({
      interfaces: [{ ...plain, ...expected }],
      problems: [],
    });
  });

  test('servers, of the kernel and of dracut', () => {
    const { servers } = kernel(
      'ip=192.0.2.7:::24::eth0:none:192.0.2.53:192.0.2.54 nameserver=[2001:db8::53]',
    );
    expect(servers).toEqual(['192.0.2.53', '192.0.2.54', '2001:db8::53']);
  });

  test.each([
    'ip=eth0:magic',
    'ip=192.0.2.7:::255.0.255.0::eth0:none',
    'ip=a/b',
    'nameserver=dns',
    'rd.route=x',
    'vlan=x:eth0',
    'ip=eth0:dhcp:1',
  ])('%s is wrong', (line) => {
    expect(kernel(line).problems).toHaveLength(1);
  });

  test('nothing of a network', () => {
    expect(kernel('quiet ro root=/dev/vda').interfaces).toBeUndefined();
  });
});

describe('network_data.json', () => {
  const read = (data: unknown) => {
    const findings = new Findings();
    return {
      network: readNetworkData(JSON.stringify(data), 'network_data.json', findings),
      problems: findings.all.map(({ message }) => message),
    };
  };

  test('links, networks and services as Nova writes them', () => {
    const { network, problems } = read({
      links: [
        { id: 'tap1', vif_id: 'v', type: 'ovs', mtu: 1450, ethernet_mac_address: 'FA:16:3E:00:00:01' },
        { id: 'tap2', type: 'phy', mtu: null, ethernet_mac_address: 'fa:16:3e:00:00:02' },
        {
          id: 'bond',
          type: 'bond',
          bond_links: ['tap2'],
          bond_mode: 'active-backup',
          bond_miimon: 100,
          ethernet_mac_address: 'fa:16:3e:00:00:02',
        },
        { id: 'vlan', type: 'vlan', vlan_link: 'bond', vlan_id: 101, vlan_mac_address: 'fa:16:3e:00:00:03' },
      ],
      networks: [
        {
          id: 'n0',
          link: 'tap1',
          type: 'ipv4',
          ip_address: '192.0.2.7',
          netmask: '255.255.255.0',
          routes: [{ network: '0.0.0.0', netmask: '0.0.0.0', gateway: '192.0.2.1' }],
          services: [{ type: 'dns', address: '192.0.2.53' }],
        },
        {
          id: 'n1',
          link: 'tap1',
          type: 'ipv6',
          ip_address: '2001:db8::7',
          netmask: 'ffff:ffff:ffff:ffff::',
          routes: [{ network: '::', netmask: '::', gateway: '2001:db8::1' }],
        },
        { id: 'n2', link: 'vlan', type: 'ipv4_dhcp' },
        { id: 'n3', link: 'bond', type: 'ipv6_slaac' },
        { id: 'n4', link: 'absent', type: 'ipv4_dhcp' },
      ],
      services: [
        { type: 'dns', address: '8.8.8.8' },
        { type: 'ntp', address: '192.0.2.123' },
      ],
    });
    expect(problems).toEqual(['has a network on the link "absent", which is not there']);
    expect(network?.dns.servers).toEqual(['8.8.8.8']);
    expect(network?.interfaces).toMatchObject([
      {
        match: { mac: 'fa:16:3e:00:00:01' },
        mtu: 1450,
        addresses: ['192.0.2.7/24', '2001:db8::7/64'],
        routes: [
          { to: '0.0.0.0/0', via: '192.0.2.1' },
          { to: '::/0', via: '2001:db8::1' },
        ],
        dns: { servers: ['192.0.2.53'] },
      },
      { match: { mac: 'fa:16:3e:00:00:02' } },
      {
        kind: { type: 'bond', members: ['eth1'], mode: 'active-backup', options: { miimon: '100' } },
        slaac: true,
      },
      { kind: { type: 'vlan', id: 101, link: 'bond2' }, dhcp4: true },
    ]);
  });

  test.each([
    null,
    [],
    { links: 5, networks: 'x' },
    { links: [null, 1], networks: [[]] },
    { links: [{ id: 'a' }], networks: [{ link: 'a', type: 'ipv4', ip_address: 5 }] },
  ])('%j does no harm', (data) => {
    expect(() => read(data)).not.toThrow();
  });
});

describe('guestinfo.metadata', () => {
  const netplan = 'version: 2\nethernets:\n  nics: {match: {name: "ens*"}, dhcp4: true}\n';
  const read = (metadata: string) => {
    const findings = new Findings();
    return {
      network: readGuestinfoNetwork(metadata, 'guestinfo.metadata', findings),
      problems: findings.all,
    };
  };
  const expected = { interfaces: [{ name: 'nics', match: { name: 'ens*' }, dhcp4: true }] };

  test('as a mapping', () => {
    expect(read(`local-hostname: web\nnetwork:\n${netplan.replace(/^/gm, '  ')}`).network).toMatchObject(
      expected,
    );
  });

  test.each([
    ['base64', (text: string) => Buffer.from(text).toString('base64')],
    ['gzip+base64', (text: string) => gzipSync(text).toString('base64')],
  ])('as a text of %s', (encoding, encode) => {
    const json = {
      network: encode(`network:\n${netplan.replace(/^/gm, '  ')}`),
      'network.encoding': encoding,
    };
    expect(read(JSON.stringify(json))).toMatchObject({ network: expected, problems: [] });
  });

  test('of the wrong encoding', () => {
    expect(read('network: "%%%"\nnetwork.encoding: base64\n').problems[0]?.message).toContain('base 64');
  });
});
