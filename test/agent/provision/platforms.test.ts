// Every platform of the table, as `catamaran run --user-data` imitates it: a machine there finds its user-data, and what the
// platform says of it, by the places that the platform has; and is set up by them.
import { expect, test } from 'vitest';
import { compose } from '../../../src/agent/provision/compose.ts';
import { provisionFinal, provisionLocal, provisionNetwork } from '../../../src/agent/provision/provision.ts';
import { loadState } from '../../../src/agent/provision/state.ts';
import { provisionPath, readProvisionReport } from '../../../src/contract/provision.ts';
import { platformNames, platforms } from '../../../src/platform/table.ts';
import type { Delivery, Instance } from '../../../src/run/metadata/delivery.ts';
import { openstackService } from '../../../src/run/metadata/platforms/openstack.ts';
import { deliveries } from '../../../src/run/metadata/table.ts';
import { fatVolume, isoVolume } from '../../../src/run/metadata/volumes.ts';
import { extentsOf } from '../../support/sparse-bytes.ts';
import { type PlatformHost, type PlatformOptions, platformHost } from './platform-host.ts';
import { filesOf } from './volume-files.ts';

const key = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGk3cGxhdGZvcm0ta2V5LW9mLXRoZS10ZXN0cy0wMDAw a@b';
const instance: Instance = {
  id: 'i-0123',
  hostname: 'web-1',
  userData: Buffer.from('#cloud-config\nfinal_message: it is up\n'),
  sshKeys: [key],
};

function optionsOf({ firmware, volume, service }: Delivery): PlatformOptions {
  const key = firmware && `/sys/firmware/qemu_fw_cfg/by_name/${firmware.key}`;
  return {
    ...(firmware && {
      files: { [`${key}/size`]: `${firmware.bytes.length}\n`, [`${key}/raw`]: firmware.bytes },
    }),
    ...(volume && { volumes: { sr0: { image: volume.image, files: filesOf(extentsOf(volume.image)) } } }),
    answer: (url, request) => {
      const host = /^http:\/\/([\d.]+)\//.exec(url)?.[1];
      return host !== undefined && service?.addresses.includes(host) ? service.answer(request) : 'nobody';
    },
  };
}

function boot(options: PlatformOptions) {
  const host = platformHost(options);
  provisionLocal(host);
  provisionNetwork(host);
  provisionFinal(host);
  const state = loadState(host)!;
  const report = readProvisionReport(host.readText(provisionPath)!);
  return { host, report, config: compose(state.founds, new Map(state.fetched)).config };
}

const ways = [
  ...platformNames.map((name) => ({ name, platform: name, deliver: deliveries[name] })),
  { name: 'openstack by its service', platform: 'openstack' as const, deliver: openstackService },
];

test.each(ways)('$name', ({ platform, deliver }) => {
  const { smbios } = platforms[platform];
  const delivery = deliver(instance);
  const cmdline = `catamaran.platform=${platform}`;
  const { report, config } = boot({ ...optionsOf(delivery), dmi: smbios, cmdline });
  expect(report).toMatchObject({
    platform,
    by: 'argument',
    newInstance: 'yes',
    passes: ['local', 'network', 'final'],
  });
  expect(config.finalMessage).toBe('it is up');
  expect(report.userData?.digest).toBe('ab'.repeat(32));
  expect(report.failed).toEqual([]);
  // QEMU's firmware says nothing of who the machine is.
  if (!delivery.firmware) expect(config).toMatchObject({ hostname: 'web-1', sshKeys: [key] });
});

test('a machine that has been set up is not new; a copy of its disk is, and so is one that is asked to be', () => {
  const options = (id: string) => optionsOf(deliveries.aws({ ...instance, id }));
  const dmi = platforms.aws.smbios;
  const first = boot({ ...options('i-1'), dmi });
  expect(first.report).toMatchObject({ instance: 'aws/i-1', newInstance: 'yes' });
  const kept = first.host.readText('/var/lib/catamaran/instance')!;
  const files = {
    '/var/lib/catamaran/instance': kept,
    '/etc/machine-id': 'of the first\n',
    '/var/lib/ssh/ssh_host_ed25519_key': 'of the first',
    '/var/lib/ssh/kept': '',
    '/proc/sys/kernel/random/uuid': '01234567-89ab-cdef-0123-456789abcdef\n',
  };
  const identity = (host: PlatformHost) => [
    host.readText('/etc/machine-id'),
    host.listDirectory('/var/lib/ssh')?.join(),
  ];
  const same = boot({ ...options('i-1'), dmi, files });
  expect(same.report.newInstance).toBe('no');
  expect(identity(same.host)).toEqual(['of the first\n', 'kept,ssh_host_ed25519_key']);
  const copy = boot({ ...options('i-2'), dmi, files });
  expect(copy.report.newInstance).toBe('yes');
  expect(identity(copy.host)).toEqual(['0123456789abcdef0123456789abcdef\n', 'kept']);
  expect(copy.report.applied.map(({ what }) => what)).toContain('identity');
  const again = platformHost({ ...options('i-1'), dmi, files });
  provisionLocal(again, { again: true });
  provisionNetwork(again, { again: true });
  expect(readProvisionReport(again.readText(provisionPath)!).newInstance).toBe('yes');
  expect(identity(again)[0]).toBe('of the first\n');
});

test('where a drive is, nobody waits for a service; where neither is, not without an end, and it is said', () => {
  const dmi = platforms.openstack.smbios;
  const drive = boot({ ...optionsOf(deliveries.openstack(instance)), dmi });
  expect(drive.host.calls.filter((call) => call.startsWith('curl'))).toEqual([]);
  const nothing = boot({ dmi });
  expect(nothing.host.slept()).toBeLessThan(150);
  expect(nothing.report.failed.map(({ what }) => what)).toEqual(['openstack', 'ec2-plain']);
  expect(nothing.report).not.toHaveProperty('instance');
  // What is not known yet is asked for again at the next boot.
  expect(nothing.host.files.has('/var/lib/catamaran/instance')).toBe(false);
});

test('the key of the platform lets in without any user-data', () => {
  const { id, hostname, sshKeys } = instance;
  const { host, report } = boot({
    ...optionsOf(deliveries.aws({ id, hostname, sshKeys })),
    dmi: platforms.aws.smbios,
  });
  expect(report).not.toHaveProperty('userData');
  expect(report.failed).toEqual([]);
  expect(report.applied.map(({ what, message }) => `${what}: ${message}`)).toEqual([
    'hostname: the host name web-1',
    'ssh: a key of root',
  ]);
  expect(host.calls.some((call) => call.includes('/etc/ssh/authorized_keys.d/root.provisioned'))).toBe(true);
});

test('what the passes keep lies where root alone reads, before anything is put there', () => {
  const { host } = boot({ ...optionsOf(deliveries.openstack(instance)), dmi: platforms.openstack.smbios });
  expect(host.calls[0]).toBe('mkdir -p -m 0700 /run/catamaran/provision');
});

test('where nobody has to be asked, no network is borrowed', () => {
  const dmi = platforms.qemu.smbios;
  const { host, report } = boot({ ...optionsOf(deliveries.qemu(instance)), dmi, online: false });
  expect(report.userData?.source).toBe('fw-cfg');
  expect(host.calls.filter((call) => /udhcpc|curl/.test(call))).toEqual([]);
  const away = boot({ ...optionsOf(deliveries.aws(instance)), dmi: platforms.aws.smbios, online: false });
  expect(away.host.calls.some((call) => call.includes('udhcpc -i eth0'))).toBe(true);
});

test('on bare metal a file on the EFI system partition counts', () => {
  const { report, config } = boot({
    volumes: {
      nvme0n1p2: {
        image: fatVolume('ESP', { 'catamaran/user-data': '#cloud-config\nfinal_message: of the stick\n' }),
        files: { 'catamaran/user-data': Buffer.from('#cloud-config\nfinal_message: of the stick\n') },
      },
    },
  });
  expect(report).toMatchObject({
    platform: 'metal',
    userData: { source: 'boot-medium', where: '/dev/nvme0n1p2' },
  });
  expect(config.finalMessage).toBe('of the stick');
  expect(report.failed).toEqual([]);
});

test('what a person has given this machine counts before its platform’s; the other is told of', () => {
  const dmi = platforms.openstack.smbios;
  const { report, config } = boot({
    ...optionsOf(deliveries.openstack(instance)),
    dmi,
    files: { '/var/lib/catamaran/config/user-data': '#cloud-config\nhostname: mine\n' },
  });
  expect(report.userData?.source).toBe('file');
  expect(config).toMatchObject({ hostname: 'mine', sshKeys: [key] });
  expect(report.failed).toEqual([
    {
      what: 'config-drive, line 1',
      message: 'gives other user-data, from /dev/sr0: those of file count',
      hint: 'Leave user-data in one of the two.',
    },
  ]);
});

test('what is wrong with user-data is reported with its place, and the rest is done', () => {
  const userData = Buffer.from('#cloud-config\nhostname: -no-\nfinal_message: it is up\n');
  const { report, host } = boot({
    ...optionsOf(deliveries.hetzner({ ...instance, userData })),
    dmi: platforms.hetzner.smbios,
  });
  expect(report.failed).toContainEqual(
    expect.objectContaining({ what: 'user-data, line 2 hostname', hint: expect.any(String) }),
  );
  expect(report.applied.map(({ message }) => message).join('\n')).toContain('web-1');
  expect(host.printed.some((line) => line.startsWith('provision: failed: user-data, line 2 hostname'))).toBe(
    true,
  );
});

test('a network that a drive gives is set up before anybody is asked; one of DHCP alone is none', () => {
  const dmi = platforms.openstack.smbios;
  const drive = (network: object) => {
    const meta = { uuid: 'i-9', hostname: 'web' };
    const files = {
      'openstack/latest/meta_data.json': JSON.stringify(meta),
      'openstack/latest/network_data.json': JSON.stringify(network),
    };
    return boot({ dmi, volumes: { sr0: { image: isoVolume('config-2', files), files } } });
  };
  const link = { id: 'a', type: 'ovs', ethernet_mac_address: 'fa:16:3e:00:00:01' };
  const static4 = { link: 'a', type: 'ipv4', ip_address: '192.0.2.7', netmask: '255.255.255.0' };
  const fixed = drive({ links: [link], networks: [static4] });
  expect(fixed.config.network?.interfaces).toMatchObject([{ addresses: ['192.0.2.7/24'] }]);
  const dynamic = drive({ links: [link], networks: [{ link: 'a', type: 'ipv4_dhcp' }] });
  expect(dynamic.config.network).toBeUndefined();
  expect(dynamic.report.failed).toEqual([]);
});

test('where component:network is, it is waited for, and nothing is borrowed', () => {
  const options = { ...optionsOf(deliveries.aws(instance)), dmi: platforms.aws.smbios, online: false };
  const { host, report } = boot({ ...options, files: { '/usr/lib/catamaran/system/_network/run': 'x' } });
  expect(host.calls.filter((call) => call.includes('udhcpc'))).toEqual([]);
  expect(report.failed).toEqual([]);
});

test('user-data by an address: nothing is done before they are there, and all of it then', () => {
  const cmdline = 'quiet catamaran.config=http://10.0.0.1/web.yml';
  const answer: PlatformOptions['answer'] = (url) =>
    url.endsWith('/web.yml')
      ? { status: 200, body: '#include http://10.0.0.1/inner.yml\n' }
      : url.endsWith('/inner.yml')
        ? { status: 200, body: '#cloud-config\nhostname: fetched\n' }
        : { status: 404 };
  const { report, config } = boot({ cmdline, answer, online: false });
  expect(report).toMatchObject({ platform: 'metal', newInstance: 'yes', failed: [] });
  expect(config.hostname).toBe('fetched');
  const lost = boot({ cmdline, answer: () => ({ status: 404 }) });
  expect(lost.report.failed).toEqual([{ what: 'argument', message: 'http://10.0.0.1/web.yml: HTTP 404' }]);
});

test('for files that user-data fetch, a network is borrowed too', () => {
  const ignition = JSON.stringify({
    ignition: { version: '3.3.0' },
    storage: { files: [{ path: '/etc/fetched', contents: { source: 'http://10.0.0.1/file' } }] },
  });
  const { host } = boot({
    ...optionsOf(deliveries.qemu({ ...instance, userData: Buffer.from(ignition) })),
    ...{ dmi: platforms.qemu.smbios, online: false, answer: () => ({ status: 200, body: 'x' }) },
  });
  expect(host.calls.some((call) => call.includes('udhcpc'))).toBe(true);
});

test('in a safe boot people get in, and nothing else is done', () => {
  const userData = Buffer.from(
    '#cloud-config\nwrite_files: [{path: /etc/x, content: y}]\nruncmd: [reboot]\n',
  );
  const options = { ...optionsOf(deliveries.aws({ ...instance, userData })), dmi: platforms.aws.smbios };
  const kept = { '/var/lib/catamaran/instance': 'aws/i-0123\n' };
  const { host, report } = boot({ ...options, files: { ...kept, '/run/catamaran/safe': '' } });
  expect(report.failed).toEqual([]);
  expect(new Set(report.applied.map(({ what }) => what))).toEqual(new Set(['hostname', 'ssh']));
  expect(host.files.has('/etc/x')).toBe(false);
  expect(host.calls.filter((call) => call.includes('reboot'))).toEqual([]);
});
