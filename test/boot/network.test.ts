// component:network on a machine with eight cards: static addresses, a bond with a VLAN, a bridge, WireGuard, a card that is not
// there, a lease that says more than an address, DHCPv6 and router advertisements; then another configuration while it runs.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildSpec } from '../../src/output/build.ts';
import type { Machine } from '../../src/run/machine.ts';
import { plainText } from '../../src/run/serial.ts';
import { runBySsh, type SshKey } from '../../src/run/ssh.ts';
import { testContext } from '../support/context.ts';
import { startTestMachine, testSshKey, withSerialLog } from '../support/machine.ts';
import { hostTools } from '../support/tools.ts';

const minute = 60_000;
const wireguardKey = 'yAnz5TF+lXXJte14tji3zlMNq+hd2rYUIgJBgB3fBmk=';

/** A DHCP server on one card, whose wire leads to another. */
const serverOf = (card: string) => [
  `interface ${card}`,
  'start 192.168.77.10',
  'end 192.168.77.10',
  'lease_file /leases',
  'pidfile /pid',
  'option subnet 255.255.255.0',
  'option lease 3600',
  'option mtu 1400',
  'option dns 192.168.77.53',
  'option search leased.test',
  'option ntpsrv 192.168.77.1',
  'option hostname leased',
  'option staticroutes 10.9.0.0/16 192.168.77.1',
];

const serviceOf = (card: string) => {
  const lines = serverOf(card).map((line) => `'${line}'`);
  const script = `ip addr add 192.168.77.1/24 dev ${card}; printf '%s\\n' ${lines.join(' ')} >/conf; touch /leases; exec udhcpd -f /conf`;
  return `  - name: server
    image: component:sysctl
    readonly: false
    net: host
    capabilities: [all]
    command: [/bin/sh, -c, ${JSON.stringify(script)}]`;
};

/** Of DHCPv6 and router advertisements. */
const advertiser = `summary: dnsmasq
packages: [dnsmasq-base]
without: [adduser, dbus]
programs: [dnsmasq]
users:
  - {name: dnsmasq, uid: 100, gid: 100, home: /}
groups:
  - {name: dnsmasq, gid: 100}
`;
const advertiserService = `  - name: advertiser
    image: ./advertiser
    readonly: false
    net: host
    capabilities: [all]
    command: ${JSON.stringify([
      ...[
        '/usr/sbin/dnsmasq',
        '--keep-in-foreground',
        '--log-facility=-',
        '--conf-file=/dev/null',
        '--user=dnsmasq',
        '--group=dnsmasq',
        '--port=0',
      ],
      ...['--pid-file=/advertiser', '--dhcp-leasefile=/leases', '--interface=eth5', '--enable-ra'],
      ...['--dhcp-range=fd00:77::100,fd00:77::1ff,slaac,64,1h'],
      ...['--dhcp-option=option6:dns-server,[fd00:77::53]', '--dhcp-option=option6:domain-search,six.test'],
    ])}`;

const spec = (key: string) => `
os: {id: network-test, name: Network Test, version: "1"}
kernel: {image: component:kernel, cmdline: console=ttyS0}
init: [component:init, component:crun, component:agent, component:network]
services:
  - {name: sshd, image: component:sshd}
${serviceOf('eth5')}
${advertiserService}
files:
  - {path: etc/ssh/authorized_keys.d/root, contents: "${key}", mode: "0644"}
disk: {slot: 128M, data: 128M}
network:
  ethernets:
    eth0: {addresses: [10.0.2.15/24], gateway4: 10.0.2.2, nameservers: {addresses: [10.0.2.3], search: [written.test]}}
    lan:
      match: {macaddress: "52:54:00:00:00:01"}
      mtu: 1300
      addresses: [192.0.2.1/24, "2001:db8::1/64"]
      routes: [{to: 10.7.0.0/16, via: 192.0.2.254, metric: 50}]
    eth2: {}
    eth3: {}
    eth4: {}
    eth5: {addresses: [192.168.77.1/24, "fd00:77::1/64"]}
    eth6: {dhcp4: true, dhcp6: true}
    eth7: {accept-ra: true}
    eth9: {dhcp4: true}
  bonds:
    bond0: {interfaces: [eth2, eth3], parameters: {mode: active-backup}, addresses: [198.51.100.1/24]}
  vlans:
    vlan7: {id: 7, link: bond0, addresses: [203.0.113.7/24]}
  bridges:
    br0: {interfaces: [eth4], parameters: {stp: false}, addresses: [172.16.0.1/24]}
  tunnels:
    wg0: {mode: wireguard, key: "${wireguardKey}", port: 51820, addresses: [10.99.0.1/24], peers: []}
`;

/** eth1 to eth4 lead to networks of their own; eth5, eth6 and eth7 are on one wire. */
const cards = [1, 2, 3, 4, 5, 6, 7].flatMap((index) => [
  '-netdev',
  index < 5 ? `user,id=n${index},restrict=on,ipv6=off` : `hubport,id=n${index},hubid=5`,
  '-device',
  `virtio-net,netdev=n${index},mac=52:54:00:00:00:0${index},romfile=`,
]);

const simpleSpec = (key: string) => `
os: {id: lease-test, name: Lease Test, version: "1"}
kernel: {image: component:kernel, cmdline: console=ttyS0}
init: [component:init, component:crun, component:agent]
services:
  - {name: dhcp, image: component:dhcp}
  - {name: sshd, image: component:sshd}
${serviceOf('eth1')}
files:
  - {path: etc/ssh/authorized_keys.d/root, contents: "${key}", mode: "0644"}
disk: {slot: 128M, data: 128M}
`;
const simpleCards = [1, 2].flatMap((index) => [
  ...['-netdev', `hubport,id=n${index},hubid=1`],
  ...['-device', `virtio-net,netdev=n${index},romfile=`],
]);

let directory: string;
let machine: Machine;
let key: SshKey;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'catamaran-network-'));
  key = await testSshKey(directory);
}, minute);

afterAll(() => rm(directory, { recursive: true, force: true }));

/** Built, started, and past its boot. */
async function start(name: string, text: string, extra: readonly string[]): Promise<void> {
  const file = join(directory, `${name}.yml`);
  await writeFile(file, text);
  const request = { file, out: directory, formats: ['qcow2'], arch: 'amd64', frozen: false } as const;
  const { artifacts } = await buildSpec(request, await testContext());
  machine = await startTestMachine({
    ...{ image: artifacts[0]!.path, format: 'qcow2', firmware: 'bios', memory: 1 << 30, sshPort: 0 },
    ...{ extra, ssh: { user: 'root', key } },
  });
  await withSerialLog(machine, () => machine.serial.waitFor(/stage 2: services/, 10 * minute));
}

async function run(command: string): Promise<string> {
  const { stdout, stderr, exitCode } = await withSerialLog(machine, () =>
    machine.ssh(command, { limit: 5 * minute }),
  );
  if (exitCode !== 0) throw new Error(`${command} ended with ${exitCode}: ${stderr}${stdout}`);
  return stdout.trim();
}
/** Until it holds: what a lease brings comes when it comes. */
const eventually = (condition: string) =>
  run(
    `for i in $(seq 120); do ${condition} && exit; sleep 1; done; ip addr; tail /var/log/*/current; exit 1`,
  );

describe('component:network', () => {
  beforeAll(async () => {
    await mkdir(join(directory, 'advertiser'));
    await writeFile(join(directory, 'advertiser/component.yml'), advertiser);
    await start('network-test', spec(key.publicKey.trim()), cards);
  }, 20 * minute);
  afterAll(() => machine?.kill());

  describe('what the spec says', () => {
    test('a card that is not there is reported with those that are, and the boot goes on', () => {
      expect(plainText(machine.serial.text)).toMatch(
        /network: eth9: no card of this machine is that; there are eth0 /,
      );
      expect(plainText(machine.serial.text).match(/network: /g)).toHaveLength(1);
    });

    test('static addresses, several on one card, its MTU, and a route', async () => {
      const shown = await run('ip addr show dev eth1');
      for (const part of ['mtu 1300', 'inet 192.0.2.1/24', 'inet6 2001:db8::1/64'])
        expect(shown).toContain(part);
      expect(await run('ip route show')).toMatch(
        /default via 10\.0\.2\.2 dev eth0[\s\S]*10\.7\.0\.0\/16 via 192\.0\.2\.254 dev eth1 +metric 50/,
      );
    });

    test('a bond of two, a VLAN on it, a bridge', async () => {
      const bond = await run(
        'cat /sys/class/net/bond0/bonding/mode /sys/class/net/bond0/bonding/slaves; ip addr show dev bond0',
      );
      for (const part of ['active-backup', 'eth2 eth3', 'inet 198.51.100.1/24', 'LOWER_UP'])
        expect(bond).toContain(part);
      expect(await run('cat /proc/net/vlan/vlan7; ip addr show dev vlan7')).toMatch(
        /VID: 7[\s\S]*Device: bond0[\s\S]*203\.0\.113\.7\/24/,
      );
      expect(await run('ls /sys/class/net/br0/brif; ip addr show dev br0')).toMatch(
        /^eth4[\s\S]*172\.16\.0\.1\/24/,
      );
    });

    test('WireGuard, whose key lies nowhere for others', async () => {
      expect(await run('wg show wg0 listen-port; wg show wg0 private-key')).toBe(`51820\n${wireguardKey}`);
      expect(
        await run('ls /run/catamaran/network/wireguard 2>&1; stat -c %a /run/catamaran/network'),
      ).toMatch(/No such file[\s\S]*700$/);
    });
  });

  describe('a lease', () => {
    test('gives an address, an MTU, routes, and a name to a machine that has none', async () => {
      await eventually('ip addr show dev eth6 | grep -q "inet 192.168.77.10/24"');
      await eventually('[ "$(cat /sys/class/net/eth6/mtu)" = 1400 ]');
      await eventually('ip route show | grep -q "10.9.0.0/16 via 192.168.77.1 dev eth6"');
      await eventually('[ "$(hostname)" = leased ]');
      await eventually('grep -qx "server 192.168.77.1" /run/catamaran/dhcp/ntp.eth6.dhcp');
    });

    test('its name servers and search list come after those that are written', async () => {
      await eventually('grep -q 192.168.77.53 /etc/resolv.conf');
      const [servers, search] = (await run('cat /etc/resolv.conf')).split('search ');
      expect(servers).toMatch(/^nameserver 10\.0\.2\.3\n(nameserver \S+\n)*nameserver 192\.168\.77\.53\n/);
      expect(search?.split(' ').slice(0, 1)).toEqual(['written.test']);
      expect(search?.split(' ')).toContain('leased.test');
    });

    test('IPv6: an address by DHCPv6, one by the router’s word alone, and the way that it tells of', async () => {
      await eventually('ip -6 addr show dev eth6 | grep -q "inet6 fd00:77::1[0-9a-f][0-9a-f]/128"');
      await eventually('ip -6 addr show dev eth7 | grep -q "inet6 fd00:77:.*/64"');
      expect(await run('ip -6 addr show dev eth7')).not.toMatch(/fd00:77::1[0-9a-f]{2}\/128/);
      await eventually('ip -6 route show default | grep -q "dev eth7"');
      await eventually('grep -q "fd00:77::53" /etc/resolv.conf && grep -q six.test /etc/resolv.conf');
    });

    test('the client is a service, which comes back with the same address', async () => {
      expect(await run('sv status /run/service/_network')).toMatch(/^run:/);
      await run('sv -w 30 restart /run/service/_network');
      await eventually('sv status /run/service/_network | grep -q "^run:"');
      expect(await run('ip addr show dev eth6')).toContain('192.168.77.10/24');
    });
  });

  test('an account of the host logs in by its key, into its home, without rights', async () => {
    await run(
      'echo ada:x:1000:1000:Ada:/home/ada:/bin/sh >>/etc/passwd; echo ada:x:1000: >>/etc/group; echo "ada:*:::::::" >>/etc/shadow; ' +
        'mkdir -m 0700 /home/ada; chown 1000:1000 /home/ada; cp /etc/ssh/authorized_keys.d/root /etc/ssh/authorized_keys.d/ada.provisioned',
    );
    await run('sv -w 30 restart /run/service/sshd; true');
    const target = { user: 'ada', port: machine.sshPort!, key };
    const { stdout, stderr } = await withSerialLog(machine, async () =>
      runBySsh(
        await hostTools(['tools-qemu']),
        target,
        'id; pwd; cat /etc/shadow; grep -c . /proc/1/status',
        {
          limit: 5 * minute,
        },
      ),
    );
    expect(stdout).toContain('uid=1000(ada) gid=1000(ada)');
    expect(stdout).toContain('/home/ada');
    expect(stderr).toContain('Permission denied');
  });

  test('another configuration takes the place of the first, and the same again changes nothing', async () => {
    const physical = (name: string, address: string) => ({
      ...{
        name,
        kind: { type: 'physical' },
        dhcp4: false,
        dhcp6: false,
        addresses: [address],
        optional: false,
      },
      ...{ routes: [], dns: { servers: [], search: [] } },
    });
    const network = {
      format: 1,
      dns: { servers: ['192.0.2.53'], search: [] },
      interfaces: [
        physical('eth0', '10.0.2.15/24'),
        physical('eth1', '192.0.2.9/24'),
        { ...physical('vlan8', '203.0.113.8/24'), kind: { type: 'vlan', id: 8, link: 'eth1' } },
      ],
    };
    await run(`cat >/run/catamaran/network/user-data.json <<'END'\n${JSON.stringify(network)}\nEND`);
    await run('catamaran-agent network up');
    const shown = await run('ip -o addr show');
    expect(shown).toContain('192.0.2.9/24');
    expect(shown).not.toContain('192.0.2.1/24');
    expect(await run('ip link show dev vlan8')).toContain('vlan8@eth1');
    expect(await run('head -n 1 /etc/resolv.conf')).toBe('nameserver 192.0.2.53');
    // Those of leases come back when they come back.
    const addresses = () => run("ip -o addr show scope global | grep -v dynamic | sed 's/valid_lft.*//'");
    const before = await addresses();
    await run('catamaran-agent network up');
    expect(await addresses()).toBe(before);
    // What the spec says of other cards counts as before, and so does the client's service.
    expect(before).toContain('198.51.100.1/24');
    await eventually('sv status /run/service/_network | grep -q "^run:"');
    await eventually('ip addr show dev eth6 | grep -q "inet 192.168.77.10/24"');
  });
});

describe('component:dhcp', () => {
  beforeAll(() => start('lease-test', simpleSpec(key.publicKey.trim()), simpleCards), 20 * minute);
  afterAll(() => machine?.kill());

  test('takes of a lease its MTU, routes, search list and servers of time, and its name where there is none', async () => {
    await eventually('ip addr show dev eth2 | grep -q "inet 192.168.77.10/24"');
    await eventually('[ "$(cat /sys/class/net/eth2/mtu)" = 1400 ]');
    await eventually('ip route show | grep -q "10.9.0.0/16 via 192.168.77.1 dev eth2"');
    await eventually('grep -q "leased.test" /etc/resolv.conf');
    await eventually('grep -qx "server 192.168.77.1" /run/catamaran/dhcp/ntp.eth2.dhcp');
    await eventually('[ "$(hostname)" = leased ]');
    expect(await run('cat /sys/class/net/eth0/mtu')).toBe('1500');
  });
});
