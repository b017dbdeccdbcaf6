// `catamaran-agent network up` on a machine in memory: what is read, done, said and undone.
import { expect, test } from 'vitest';
import type { Finished } from '../../../src/agent/host/host.ts';
import { bareInterface, noDns } from '../../../src/contract/network/bare.ts';
import { writeNetwork } from '../../../src/contract/network/document.ts';
import type { Interface } from '../../../src/contract/network.ts';
import { type MemoryHost, memoryHost } from '../memory-host.ts';
import { runCommand } from '../run-command.ts';

const card = (name: string, mac: string) => ({
  [`/sys/class/net/${name}/address`]: `${mac}\n`,
  [`/sys/class/net/${name}/type`]: '1\n',
  [`/sys/class/net/${name}/device/uevent`]: 'DRIVER=virtio_net\n',
});
const machine = {
  '/proc/cmdline': 'quiet\n',
  ...card('eth0', '52:54:00:00:00:00'),
  ...card('eth1', '52:54:00:00:00:01'),
  '/sys/class/net/lo/type': '772\n',
};
const image = '/usr/lib/catamaran/network.json';
const user = '/run/catamaran/network/user-data.json';
const dns = '/run/catamaran/network/dns';
const of = (...interfaces: Interface[]) => writeNetwork({ interfaces, dns: noDns });
const still = (name: string, address: string, more: Partial<Interface> = {}): Interface => ({
  ...bareInterface(name),
  addresses: [address],
  ...more,
});

function up(
  files: Record<string, string>,
  answers?: (command: readonly string[]) => Finished | undefined,
): MemoryHost {
  const host = memoryHost({ ...machine, ...files }, answers);
  expect(runCommand(['network', 'up'], host)).toBe(0);
  return host;
}

test('without a word every card asks by DHCP, in the background', () => {
  const host = up({});
  expect(host.files.get('/run/catamaran/network/dhcpcd.conf')).toContain('allowinterfaces eth0 eth1\n');
  expect(host.calls.some((call) => call.includes('dhcpcd -b -f'))).toBe(true);
  expect(host.printed).toEqual([]);
});

test('the kernel’s arguments, user-data and the image lie over each other; name servers of all', () => {
  const host = up({
    '/proc/cmdline': 'ip=192.0.2.1::192.0.2.254:255.255.255.0::eth0:none:192.0.2.53 quiet\n',
    [user]: of(
      still('eth0', '192.0.2.2/24'),
      still('eth1', '198.51.100.2/24', { dns: { servers: ['192.0.2.54'], search: ['example.org'] } }),
    ),
    [image]: of(still('eth1', '203.0.113.3/24')),
  });
  const added = host.calls.filter((call) => call.startsWith('ip addr add'));
  expect(added).toEqual([
    'ip addr add 192.0.2.1/24 brd + dev eth0',
    'ip addr add 198.51.100.2/24 brd + dev eth1',
  ]);
  expect(host.files.get(dns)).toBe('nameserver 192.0.2.53\nnameserver 192.0.2.54\nsearch example.org\n');
  expect(host.calls.at(-1)).toBe('resolvconf -u');
  expect(host.calls.join()).not.toContain('dhcpcd -b');
});

test('what is the same stays; what is another takes the place of the first', () => {
  const host = up({
    [user]: of(still('eth0', '192.0.2.2/24'), {
      ...bareInterface('br0'),
      kind: { type: 'bridge', members: ['eth1'], stp: false },
    }),
  });
  const calls = host.calls.length;
  runCommand(['network', 'up'], host);
  expect(host.calls.slice(calls).filter((call) => call.startsWith('ip'))).toEqual([]);
  host.files.set(user, of(still('eth0', '192.0.2.3/24')));
  host.calls.length = 0;
  runCommand(['network', 'up'], host);
  expect(host.calls.filter((call) => call.startsWith('ip'))).toEqual([
    'ip link del dev br0',
    'ip addr flush dev eth0',
    'ip link set dev eth0 up',
    'ip addr add 192.0.2.3/24 brd + dev eth0',
  ]);
});

test('whatever fails is said, and the rest set up', () => {
  const host = up(
    {
      [user]: of(
        still('eth0', '192.0.2.2/24'),
        still('eth9', '192.0.2.9/24'),
        still('eth1', '198.51.100.1/24'),
      ),
      [image]: 'torn',
      '/proc/cmdline': 'ip=1:2:3:4 x\n',
    },
    (command) =>
      command.includes('192.0.2.2/24')
        ? { status: 2, output: 'ip: RTNETLINK answers: Invalid argument\n' }
        : undefined,
  );
  expect(host.printed).toEqual([
    expect.stringMatching(/^network: the kernel argument ip=1:2:3:4 /),
    expect.stringContaining('/usr/lib/catamaran/network.json'.slice(1)),
    expect.stringMatching(/^network: eth9: no card of this machine is that; there are eth0 /),
    'network: eth0: ip addr add 192.0.2.2/24 brd + dev eth0: ip: RTNETLINK answers: Invalid argument',
  ]);
  expect(host.calls).toContain('ip addr add 198.51.100.1/24 brd + dev eth1');
});

test('who waits for an address waits no longer than told, and not at all where nobody gives one', () => {
  const asking = memoryHost({ ...machine, '/run/catamaran/network/dhcpcd.conf': 'x' });
  expect(runCommand(['network', 'wait', '3'], asking)).not.toBe(0);
  expect(asking.calls.filter((call) => call.startsWith('usleep'))).toHaveLength(6);
  const silent = memoryHost(machine);
  expect(runCommand(['network', 'wait', '3'], silent)).not.toBe(0);
  expect(silent.calls).toHaveLength(1);
  const there = memoryHost(machine, () => ({ status: 0, output: '2: eth0 inet 192.0.2.1/24\n' }));
  expect(runCommand(['network', 'wait'], there)).toBe(0);
  expect(runCommand(['network', 'wait', 'x'], there)).toBe(2);
});
