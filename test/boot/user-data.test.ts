// What user-data say is done on a real machine: accounts, files, a data disk, kernel, swap, containers that cannot be, commands;
// and what is done once is not done again at the next boot.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildSpec } from '../../src/output/build.ts';
import type { Machine } from '../../src/run/machine.ts';
import { runBySsh, type SshKey } from '../../src/run/ssh.ts';
import { testContext } from '../support/context.ts';
import { startTestMachine, testSshKey, withSerialLog } from '../support/machine.ts';
import { hostTools } from '../support/tools.ts';

const minute = 60_000;
const spec = `
os: {id: userdata-test, name: User-data Test, version: "1"}
kernel: {image: component:kernel, cmdline: console=ttyS0}
init: [component:init, component:crun, component:agent, component:network, component:provision, component:mkfs, component:passwd, component:nftables]
services:
  - {name: sshd, image: component:sshd}
  - {name: getty, image: component:getty}
disk: {slot: 128M, data: 256M}
`;
const [password, another] = ['Hull-and-sail', 'Two-hulls-are-more'];
const userData = (key: string) => `#cloud-config
hostname: ship
fqdn: ship.example.org
ssh_authorized_keys: ["${key}"]
users:
  - default
  - {name: ada, groups: [ops], shell: /bin/bash, sudo: "ALL=(ALL) ALL", ssh_authorized_keys: ["${key}"]}
  - {name: bob, lock_passwd: false}
  - {name: eve, expiredate: "2001-09-09", ssh_authorized_keys: ["${key}"]}
chpasswd: {list: ["bob:${password}"]}
write_files:
  - {path: /etc/app/config, content: "a: b\\n", permissions: "0640", owner: "ada:ops"}
  - {path: /usr/bin/evil, content: x}
  - {path: /run/each-boot, content: "here\\n"}
  - {path: /var/data/on-disk, content: "kept\\n"}
sysctl: {vm.swappiness: "7", vm.nonsense: "1"}
disk_setup: {/dev/vdb: {layout: [50, 50]}}
fs_setup: [{device: /dev/vdb, partition: 1, filesystem: ext4, label: data}]
mounts: [["LABEL=data", /var/data, ext4, noatime]]
swap: {filename: /var/swap, size: 16M}
bootcmd: ["echo boot >>/var/boots"]
runcmd: ["echo run >>/var/runs", "false", [touch, /var/after]]
coreos: {units: [{name: web.service}]}
catamaran: {services: {web: {image: nginx}}, update: {channel: beta, url: "https://updates.example.org/os"}, firewall: {allow: [22/tcp], ping: false}}
network: {ethernets: {eth0: {dhcp4: true}, eth7: {dhcp4: true}}}
final_message: all is done
`;

let directory: string;
let machine: Machine;
let key: SshKey;
let disk: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'catamaran-user-data-'));
  key = await testSshKey(directory);
  const file = join(directory, 'userdata-test.yml');
  await writeFile(file, spec);
  await writeFile(join(directory, 'user-data'), userData(key.publicKey.trim()));
  const request = { file, out: directory, formats: ['qcow2'], arch: 'amd64', frozen: false } as const;
  const { artifacts } = await buildSpec(request, await testContext());
  disk = artifacts[0]!.path;
  await (await hostTools()).run('qemu-img', [
    'create',
    '-q',
    '-f',
    'raw',
    join(directory, 'data.raw'),
    '64M',
  ]);
  await start();
}, 20 * minute);

afterAll(async () => {
  await machine?.kill();
  await rm(directory, { recursive: true, force: true });
});

async function start(uuid = '11111111-2222-4333-8444-555555555555'): Promise<void> {
  const data = join(directory, 'data.raw');
  machine = await startTestMachine({
    ...{ image: disk, format: 'qcow2', firmware: 'bios', memory: 1 << 30, sshPort: 0, snapshot: false },
    extra: [
      ...['-uuid', uuid],
      ...['-fw_cfg', `name=opt/com.coreos/config,file=${join(directory, 'user-data')}`],
      ...[
        '-drive',
        `if=none,id=data,format=raw,file=${data}`,
        '-device',
        'virtio-blk-pci,drive=data,serial=data',
      ],
    ],
    ssh: { user: 'root', key },
  });
  await withSerialLog(machine, () => machine.serial.waitFor(/all is done/, 10 * minute));
}

async function run(command: string): Promise<string> {
  const { stdout, stderr, exitCode } = await withSerialLog(machine, () =>
    machine.ssh(command, { limit: 5 * minute }),
  );
  if (exitCode !== 0) throw new Error(`${command} ended with ${exitCode}: ${stderr}${stdout}`);
  return stdout.trim();
}
const as = (user: string, command: string, limit = 5 * minute) =>
  withSerialLog(machine, async () =>
    runBySsh(await hostTools(['tools-qemu']), { user, port: machine.sshPort!, key }, command, { limit }),
  );
const show = () => run('catamaran-agent provision --show');

test('names, files with their owners, and what is refused by name', async () => {
  expect(await run('hostname; grep ship /etc/hosts')).toBe('ship\n127.0.1.1 ship.example.org ship');
  expect(await run('stat -c "%a %U:%G" /etc/app/config; cat /etc/app/config /run/each-boot')).toBe(
    '640 ada:ops\na: b\nhere',
  );
  const shown = await show();
  for (const part of ['/usr/bin/evil', 'eth7: no card of this machine is that'])
    expect(shown).toContain(part);
  expect(await run('catamaran-agent status')).toMatch(/degraded.*\S/);
  expect(await run('cat /proc/sys/vm/swappiness; cat /etc/sysctl.d/90-user-data.conf')).toBe(
    '7\nvm.swappiness = 7',
  );
});

test('an account gets in by its key, with the shell that there is', async () => {
  const { stdout } = await as('ada', 'id -nG; pwd; stat -c %a .');
  expect(stdout.trim()).toBe('ada ops\n/var/home/ada\n700');
});

test('an account whose last day is over lets nobody in', async () => {
  expect(await run('grep ^eve: /etc/shadow')).toBe('eve:*::::::11574:');
  await expect(as('eve', 'true', minute)).rejects.toThrow('Permission denied');
});

test('a password that must be changed is, at the console, before anybody is let in', () =>
  withSerialLog(machine, async () => {
    const changed = async () => Number((await run('grep ^bob: /etc/shadow')).split(':')[2]);
    expect(await changed()).toBe(0);
    machine.write('\n');
    for (const [asked, answer] of [
      [/ship login:/, 'bob'],
      [/Password:/, password],
      [/change your password immediately[\s\S]*Current password:/, password],
      [/New password:/, another],
      [/Retype new password:/, another],
    ] as const) {
      await machine.serial.waitFor(asked, 5 * minute);
      machine.write(`${answer}\n`);
    }
    await machine.serial.waitFor(/bob@ship:/, 5 * minute);
    expect(await changed()).toBeGreaterThan(0);
  }));

test('a data disk has partitions, a file system with its label, and is mounted before files are written', async () => {
  expect(await run('ls /dev/vdb?; blkid /dev/vdb1; cat /var/data/on-disk')).toMatch(
    /^\/dev\/vdb1\n\/dev\/vdb2\n.*LABEL="data".*TYPE="ext4"[\s\S]*kept$/,
  );
  expect(await run('grep /var/data /proc/mounts; grep -c /var/swap /proc/swaps')).toMatch(
    /^\/dev\/vdb1 \/var\/data ext4 rw,noatime[\s\S]*\n1$/,
  );
});

test('commands, settings, and a clear word for what the image has not', async () => {
  expect(await run('cat /var/boots /var/runs; ls /var/after')).toBe('boot\nrun\n/var/after');
  expect(await run('cat /etc/catamaran/update.yml')).toBe(
    'url: https://updates.example.org/os\nchannel: beta',
  );
  const shown = await show();
  for (const part of ['vm.nonsense', 'web.service', 'no container engine', 'sudo', '/bin/bash'])
    expect(shown).toContain(part);
});

/** Those of the image would take a ping. */
const expectOwnRules = async () => {
  const rules = await run('nft -n list chain inet filter input');
  for (const rule of ['policy drop', 'tcp dport 22 accept']) expect(rules).toContain(rule);
  expect(rules).not.toContain('icmp type');
};

test('what is let in is what the user-data say, not what the image says', expectOwnRules);

test('at the next boot what is done once stays done, and what is done each time is done', async () => {
  await run('echo mine >/etc/app/config; sync');
  await machine.ssh('reboot', { limit: minute }).catch(() => {});
  await machine.exited;
  await start();
  expect(await run('cat /etc/app/config /run/each-boot /var/boots /var/runs')).toBe(
    'mine\nhere\nboot\nboot\nrun',
  );
  expect(
    await run(
      'grep -c /var/data /proc/mounts; grep -c /var/swap /proc/swaps; cat /var/data/on-disk; hostname',
    ),
  ).toBe('1\n1\nkept\nship');
  expect(await run('grep -c ^ada: /etc/passwd')).toBe('1');
  await expectOwnRules();
});

test('a rehearsal changes nothing, and again is as if for the first time', async () => {
  expect(await run('catamaran-agent provision --dry-run')).toMatch(/would apply hostname: ship/);
  expect(await run('cat /etc/app/config /var/runs')).toBe('mine\nrun');
  await run('catamaran-agent provision --again');
  expect(await run('cat /etc/app/config /var/runs')).toBe('a: b\nrun\nrun');
});

test('a copy of the disk in another machine is set up anew, and is another one', async () => {
  const identity = 'echo $(cat /etc/machine-id); cat /var/lib/ssh/*.pub; echo mine >/etc/app/config; sync';
  const first = await run(identity);
  await machine.ssh('reboot', { limit: minute }).catch(() => {});
  await machine.exited;
  await start('66666666-7777-4888-9999-aaaaaaaaaaaa');
  expect(await run('cat /etc/app/config /var/runs')).toBe('a: b\nrun\nrun\nrun');
  const second = (await run(identity)).split('\n');
  expect(second).toHaveLength(3);
  for (const line of second) expect(first).not.toContain(line);
});
