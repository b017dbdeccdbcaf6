// What user-data says of the machine itself: its name, kernel, time, trust, settings, commands and end.
import { describe, expect, test } from 'vitest';
import { apply, applyText, configOf } from '../user-data.ts';

test('the host name is in the kernel, in /etc/hostname and in /etc/hosts, once', () => {
  const text = 'hostname: ship\nfqdn: ship.example.org';
  const { host, lines } = applyText(text);
  expect(lines('hostname')).toEqual(['applied: the host name ship']);
  expect(host.calls).toContain('hostname ship');
  expect(host.readText('/etc/hostname')).toBe('ship\n');
  expect(host.readText('/etc/hosts')).toBe('127.0.0.1 localhost\n127.0.1.1 ship.example.org ship\n');
  expect(applyText('hostname: boat', { host }).lines()).toEqual(['applied: the host name boat']);
  expect(host.readText('/etc/hosts')).toBe('127.0.0.1 localhost\n127.0.1.1 boat\n');
});

test('a card of which user-data speak and that is not there is a failure, and the others are set up', () => {
  const files = {
    '/usr/lib/catamaran/system/_network/run': '',
    '/sys/class/net/eth0/device/uevent': 'DRIVER=virtio_net\n',
    '/sys/class/net/eth0/type': '1\n',
    '/sys/class/net/eth0/address': '52:54:00:12:34:56\n',
  };
  const text =
    'network: {ethernets: {eth0: {addresses: [192.0.2.7/24]}, eth7: {dhcp4: true}, eth8: {optional: true}}}';
  const { host, lines } = applyText(text, { files });
  expect(lines('network')).toEqual([
    'applied: the network of eth0, eth7, eth8',
    'failed: eth7: no card of this machine is that; there are eth0 (52:54:00:12:34:56)',
    'ignored: eth8: no card of this machine is that; there are eth0 (52:54:00:12:34:56)',
  ]);
  expect(host.readText('/run/catamaran/network/user-data.json')).toContain('192.0.2.7/24');
});

test('a kernel parameter that the kernel refuses is a failure, and is not kept', () => {
  const { host, lines } = applyText('sysctl: {vm.swappiness: "10", vm.nonsense: "1"}', {
    answers: (command) =>
      command.join(' ').includes('nonsense')
        ? { status: 1, output: 'sysctl: error\nunknown key\n' }
        : undefined,
  });
  expect(lines('sysctl')).toEqual(['applied: vm.swappiness = 10', 'failed: vm.nonsense = 1: unknown key']);
  expect(host.readText('/etc/sysctl.d/90-user-data.conf')).toBe('vm.swappiness = 10\n');
});

test('modules are loaded with their parameters; kernel arguments stay, and it is said where they belong', () => {
  const { host, lines } = apply({
    ...configOf('#cloud-config\nmodules: [br_netfilter, "bonding max_bonds=0"]'),
    kernelArguments: { add: ['quiet', 'nosmt'], remove: ['console=ttyS0', 'x'] },
  });
  expect(host.calls).toContain('modprobe bonding max_bonds=0');
  expect(lines('kernel arguments')).toEqual([
    'unchanged: the kernel argument quiet',
    'ignored: the kernel argument nosmt: those of a slot are signed; write it into kernel.cmdline of the spec',
    'ignored: the kernel argument console=ttyS0 stays: those of a slot are signed; take it out of kernel.cmdline of the spec',
  ]);
});

test('units are written before systemd reads them; what is no name of a unit is refused', () => {
  const text = `coreos:
  units:
    - {name: web.service, enable: true, content: "[Service]\\nExecStart=/bin/true\\n"}
    - {name: sshd.service, enable: true, drop-ins: [{name: more.conf, content: "[Service]\\nNice=5\\n"}]}
    - {name: off.timer, mask: true}`;
  const { host, lines } = applyText(text, {
    files: { '/usr/lib/catamaran/init': 'systemd\n', '/containers/services/sshd/config.json': '{}' },
  });
  expect(lines('units')).toEqual([
    'applied: the unit web.service',
    'applied: the drop-in more.conf of sshd.service',
    'applied: the unit sshd.service',
    'applied: the unit off.timer',
  ]);
  expect(host.readText('/etc/systemd/system/web.service')).toBe('[Service]\nExecStart=/bin/true\n');
  expect(host.readText('/etc/systemd/system/sshd.service.d/more.conf')).toBe('[Service]\nNice=5\n');
  expect(host.link('/etc/systemd/system/off.timer')).toBe('/dev/null');
  expect(host.calls).toContain('systemctl --root=/ --no-reload enable -- web.service');
  expect(host.calls.join()).not.toContain('enable -- sshd.service');
  const odd = { name: '../../passwd', masked: true, start: false, dropins: [] };
  expect(apply({ ...configOf(text), units: [odd] }, { host }).lines('units')).toEqual([
    'failed: the unit ../../passwd: "../../passwd" is no name of a unit',
  ]);
});

test('units are left out by name where the init has none', () => {
  expect(applyText('coreos: {units: [{name: web.service}]}').lines()).toEqual([
    'ignored: the unit web.service: this init has no units; write a container under catamaran.services',
  ]);
});

test('a time zone that the image has not is a failure that names the package; UTC needs none', () => {
  const zone = { '/usr/share/zoneinfo/Europe/Berlin': 'TZif' };
  const { host, lines } = applyText('timezone: Europe/Berlin', { files: zone });
  expect(lines()).toEqual(['applied: the time zone Europe/Berlin']);
  expect(host.link('/etc/localtime')).toBe('/usr/share/zoneinfo/Europe/Berlin');
  expect(applyText('timezone: Europe/Berlin').lines()[0]).toContain('tzdata');
  expect(applyText('timezone: UTC').lines()).toEqual(['applied: the time zone UTC']);
});

test('servers of the time are written, and it is said where nothing asks them', () => {
  const text = 'ntp: {servers: [192.0.2.1, ntp.example.org]}';
  const chrony = {
    '/containers/services/chrony/config.json': '{"process":{"args":["/usr/sbin/chronyd","-d"]}}',
  };
  const { host, lines } = applyText(text, { files: chrony });
  expect(host.readText('/etc/ntp.conf')).toBe('server 192.0.2.1 iburst\nserver ntp.example.org iburst\n');
  expect(lines()).toEqual(['applied: time from 192.0.2.1, ntp.example.org']);
  expect(applyText(text).lines()[0]).toMatch(/^failed: .* no service of this image keeps the time/);
  const daemon = applyText(text, { files: { '/usr/lib/catamaran/system/chrony/run': '#!/bin/sh\n' } });
  expect(daemon.host.readText('/etc/chrony/conf.d/user-data.conf')).toBe(
    'server 192.0.2.1 iburst\nserver ntp.example.org iburst\n',
  );
  expect(daemon.lines()).toEqual(['applied: time from 192.0.2.1, ntp.example.org']);
  expect(daemon.host.calls).toContain('/usr/lib/catamaran/system-service restart chrony');
  expect(applyText('ntp: {enabled: false}').lines()).toEqual([]);
});

describe('certificates', () => {
  const pem = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n';
  const text = (more = '') => `ca_certs: {trusted: [${JSON.stringify(pem)}]${more}}`;
  const bundle = '/etc/ssl/certs/ca-certificates.crt';
  const files = {
    [bundle]: 'image\n',
    '/usr/share/ca-certificates/x/a.crt': 'a\n',
    '/usr/share/ca-certificates/b.crt': 'b\n',
  };

  test('are added to those of the image, each time anew', () => {
    const { host } = applyText(text(), { files });
    expect(host.readText(bundle)).toBe(`b\na\n${pem}`);
    applyText(text(), { host, newInstance: false });
    expect(host.readText(bundle)).toBe(`b\na\n${pem}`);
    applyText('hostname: x', { host });
    expect(host.readText(bundle)).toBe('b\na\n');
  });

  test('take their place where this is wanted', () => {
    expect(applyText(text(', remove_defaults: true'), { files }).host.readText(bundle)).toBe(pem);
  });

  test('that are none change nothing', () => {
    const add = [{ kind: 'remote' as const, url: 'http://x/', headers: {}, gzip: false }];
    const config = { ...configOf('#cloud-config\n'), certificates: { add, removeDefaults: true } };
    const { host, lines } = apply(config, { files, fetch: () => new TextEncoder().encode('<html>') });
    expect(lines()).toEqual([expect.stringContaining('is none in PEM')]);
    expect(host.readText(bundle)).toBe('image\n');
  });
});

test('proxies and variables are those of logins, however they are quoted', () => {
  const { host } = applyText(`
proxy: {http: "http://192.0.2.1:3128", no: [localhost, .example.org]}
rancher: {environment: {GREETING: "it's me"}}
`);
  expect(host.readText('/etc/environment')).toBe(
    "GREETING=it's me\nhttp_proxy=http://192.0.2.1:3128\nHTTP_PROXY=http://192.0.2.1:3128\nno_proxy=localhost,.example.org\nNO_PROXY=localhost,.example.org\n",
  );
  expect(host.readText('/etc/profile.d/90-user-data.sh')).toContain("export GREETING='it'\\''s me'\n");
  applyText('hostname: x', { host });
  expect(host.readText('/etc/environment')).toBeUndefined();
});

test('update settings are lines of the person’s file; what a person has changed since stays', () => {
  const file = '/etc/catamaran/update.yml';
  const text = 'catamaran: {update: {channel: beta, ring: canary, reboot: {window: "Sun 03:00/2h"}}}';
  const { host, lines } = applyText(text, { files: { [file]: 'channel: stable\ninterval: 2h\n' } });
  expect(lines('update')).toEqual([
    'applied: updates: channel beta',
    'applied: updates: ring canary',
    'applied: updates: reboot window',
    'applied: updates: window Sun 03:00/2h',
  ]);
  expect(host.calls).toContain(`mv -f ${file}.new ${file}`);
  expect(applyText(text, { host, newInstance: false }).lines()).toEqual([]);
});

test('health checks are written in the form of the image’s own', () => {
  const { host, lines } = applyText(
    'catamaran: {health: {deadline: 20m, checks: [{http: "http://127.0.0.1/", timeout: 5s}, {command: [/bin/true], service: db}]}}',
  );
  expect(lines()).toEqual(['applied: 2 health checks']);
  expect(JSON.parse(host.readText('/etc/catamaran/health.json')!)).toEqual({
    format: 1,
    deadline: 1200,
    checks: [
      { name: 'user-data 1', timeout: 5, http: 'http://127.0.0.1/' },
      { name: 'user-data 2', timeout: 10, command: ['/bin/true'], service: 'db' },
    ],
  });
  applyText('hostname: x', { host });
  expect(host.readText('/etc/catamaran/health.json')).toBeUndefined();
});

describe('what the machine lets in', () => {
  const text = 'catamaran: {firewall: {allow: [22/tcp, {ports: 9100/tcp, from: 10.0.0.0/8}]}}';
  const path = '/etc/catamaran/nftables.conf';
  const files = { '/usr/lib/catamaran/system/nftables/run': '#!/bin/sh\n' };

  test('is written and loaded before there is a network, and is the image’s again where nothing is said', () => {
    const { host, lines } = applyText(text, { files, passes: ['local'] });
    expect(lines()).toEqual(['applied: the firewall']);
    expect(host.readText(path)).toContain('ip saddr 10.0.0.0/8 tcp dport 9100 accept\n');
    expect(host.calls).toContain(`nft -f ${path}`);
    expect(applyText(text, { host, newInstance: false }).lines()).toEqual([]);
    applyText('hostname: x', { host });
    expect(host.readText(path)).toBeUndefined();
  });

  test('is a failure where the image has no firewall, and where nft does not take it', () => {
    expect(applyText(text).lines()).toEqual([
      'failed: the firewall: the image has no firewall: everything comes in. Add component:nftables to init.',
    ]);
    const answers = ([program]: readonly string[]) =>
      program === 'nft' ? { status: 1, output: 'Operation not supported\n' } : undefined;
    expect(applyText(text, { files, answers }).lines()).toEqual([
      'failed: the firewall: nft: Operation not supported',
    ]);
  });
});

describe('commands', () => {
  const log = '/var/log/provision/runcmd.log';

  test('of one list are one script; one that fails is named, and the others run', () => {
    const { host, lines } = applyText(`
runcmd:
  - export WHO=you
  - [echo, "hello  $HOME"]
  - (exit 3)
  - echo "and $WHO"
`);
    expect(lines()).toEqual([
      'failed: runcmd: command 3 ((exit 3)) ended with status 3; see /var/log/provision/runcmd.log',
    ]);
    expect(host.readText(log)).toBe('hello  $HOME\nand you\n');
    expect(applyText('runcmd: ["true"]', { host, newInstance: false }).lines()).toEqual([]);
  });

  test('at each boot before all else; a script has its own interpreter', () => {
    const boothook = apply(configOf('#cloud-boothook\necho boot'), { newInstance: false, passes: ['local'] });
    expect(boothook.lines()).toEqual(['applied: bootcmd: a script']);
    expect(boothook.host.readText('/var/log/provision/bootcmd.log')).toBe('boot\n');
    expect(boothook.host.mode('/run/catamaran/commands')).toBe('0700');
    const script = apply(configOf('#!/bin/sh\necho once; exit 7'));
    expect(script.lines()).toEqual([`failed: runcmd: a script ended with status 7; see ${log}`]);
  });

  test('what runs on in the background holds nothing up; what does not end is ended', () => {
    const { lines } = applyText('runcmd: ["sleep 1000 & echo $! >pid"]', {
      answers: (command) => (command.includes('3600') ? { status: 143 } : undefined),
    });
    expect(lines()).toEqual([`failed: runcmd: a command did not end within 3600 seconds; see ${log}`]);
  });
});

test('the power is left to a process of its own, after what is to be remembered is written', () => {
  const off = applyText('power_state: {mode: poweroff, delay: "+2", message: bye}');
  expect(off.lines()).toEqual(['applied: poweroff in 120 seconds']);
  expect(off.host.printed).toEqual(['bye']);
  expect(applyText('power_state: {mode: reboot}').lines()).toEqual(['applied: reboot in 10 seconds']);
  const text = 'power_state: {mode: reboot, condition: test -e /never}';
  const failing = {
    answers: (command: readonly string[]) => (command[0] === 'timeout' ? { status: 1 } : undefined),
  };
  expect(applyText(text, failing).lines()).toEqual(['unchanged: reboot: its condition does not hold']);
});

test('home is told of the machine, and asked again within bounds', () => {
  const files = {
    '/var/lib/ssh/ssh_host_ed25519_key.pub': 'ssh-ed25519 AAAA host\n',
    '/etc/machine-id': 'abc\n',
  };
  const asked: string[] = [];
  const applied = (answer: string) =>
    applyText(
      'hostname: ship\nphone_home: {url: "http://192.0.2.1/$INSTANCE_ID", post: [hostname, pub_key_ed25519], tries: 3}',
      {
        files,
        answers: (command) => {
          if (command[0] !== 'curl') return undefined;
          asked.push(command.join(' '));
          return { status: 0, output: answer };
        },
      },
    );
  expect(applied('transfer 0 0 200 0\n').lines('phone home')).toEqual([
    'applied: http://192.0.2.1/$INSTANCE_ID was told',
  ]);
  asked.length = 0;
  expect(applied('transfer 0 7 0 0\ncurl: (7) refused\n').lines('phone home')[0]).toContain(
    'curl: (7) refused',
  );
  expect(asked).toHaveLength(3);
});

test('the last word', () => {
  const { host } = applyText('final_message: "up after $UPTIME seconds, $unknown"');
  expect(host.printed).toEqual(['up after 12.34 seconds, $unknown']);
});
