// Passwords that must be changed at the first login, at the console and over SSH, and an account whose last day is over.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildSpec } from '../../src/output/build.ts';
import type { Machine } from '../../src/run/machine.ts';
import type { SshKey } from '../../src/run/ssh.ts';
import { testContext } from '../support/context.ts';
import { startTestMachine, testSshKey, withSerialLog } from '../support/machine.ts';
import { hostTools } from '../support/tools.ts';

const minute = 60_000;
const [first, second] = ['Hull-and-sail', 'Two-hulls-are-more'];
const spec = `
os: {id: passwords-test, name: Passwords Test, version: "1"}
kernel: {image: component:kernel, cmdline: console=ttyS0}
init: [component:init, component:crun, component:agent, component:provision, component:passwd]
services:
  - {name: dhcp, image: component:dhcp}
  - {name: sshd, image: component:sshd}
  - {name: getty, image: component:getty}
disk: {slot: 128M, data: 128M}
`;
const userData = (key: string) => `#cloud-config
hostname: harbour
ssh_authorized_keys: ["${key}"]
ssh_pwauth: true
users:
  - {name: ada, lock_passwd: false}
  - {name: bob, lock_passwd: false}
  - {name: eve, expiredate: "2001-09-09", ssh_authorized_keys: ["${key}"]}
chpasswd: {list: ["ada:${first}", "bob:${first}"]}
`;

let directory: string;
let machine: Machine;
let key: SshKey;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'catamaran-passwords-'));
  key = await testSshKey(directory);
  const file = join(directory, 'passwords-test.yml');
  await writeFile(file, spec);
  await writeFile(join(directory, 'user-data'), userData(key.publicKey.trim()));
  const request = { file, out: directory, formats: ['qcow2'], arch: 'amd64', frozen: false } as const;
  const { artifacts } = await buildSpec(request, await testContext());
  machine = await startTestMachine({
    ...{ image: artifacts[0]!.path, format: 'qcow2', firmware: 'bios', sshPort: 0 },
    extra: ['-fw_cfg', `name=opt/com.coreos/config,file=${join(directory, 'user-data')}`],
    ssh: { user: 'root', key },
  });
}, 20 * minute);
afterAll(async () => {
  await machine?.kill();
  await rm(directory, { recursive: true, force: true });
});

const changed = async (name: string) => {
  const { stdout } = await machine.ssh(`grep '^${name}:' /etc/shadow`, { limit: 5 * minute });
  return Number(stdout.split(':')[2]);
};

test('at the console another password is asked for before anybody is let in', () =>
  withSerialLog(machine, async () => {
    await machine.serial.waitFor(/harbour login:/, 10 * minute);
    expect(await changed('ada')).toBe(0);
    machine.write('ada\n');
    for (const [asked, answer] of [
      [/Password:/, first],
      [/change your password immediately[\s\S]*Current password:/, first],
      [/New password:/, second],
      [/Retype new password:/, second],
    ] as const) {
      await machine.serial.waitFor(asked, 5 * minute);
      machine.write(`${answer}\n`);
    }
    await machine.serial.waitFor(/ada@harbour:/, 5 * minute);
    expect(await changed('ada')).toBeGreaterThan(0);
  }));

test('over SSH, too, and the next login is by the new one', () =>
  withSerialLog(machine, async () => {
    const session = await openByPassword('bob', first);
    for (const [asked, answer] of [
      [/Current password:/, first],
      [/New password:/, second],
      [/Retype new password:/, second],
    ] as const)
      await session.answer(asked, answer);
    await session.ended;
    expect(await changed('bob')).toBeGreaterThan(0);
    const next = await openByPassword('bob', second);
    await next.answer(/bob@harbour:/, 'id -un >/tmp/who; exit');
    await next.ended;
    const { stdout } = await machine.ssh('cat /tmp/who', { limit: 5 * minute });
    expect(stdout).toBe('bob\n');
  }));

test('an account whose last day is over lets nobody in, by key either', () =>
  withSerialLog(machine, async () => {
    const { stdout } = await machine.ssh('grep ^eve: /etc/shadow', { limit: 5 * minute });
    expect(stdout).toBe('eve:*::::::11574:\n');
    const session = await openByPassword('eve', first, ['-i', key.file]);
    await session.ended;
    expect(session.said()).toContain('Permission denied');
  }));

interface Session {
  answer(asked: RegExp, text: string): Promise<void>;
  readonly ended: Promise<unknown>;
  said(): string;
}

/** In a terminal of the machine's. */
async function openByPassword(
  user: string,
  password: string,
  more: readonly string[] = [],
): Promise<Session> {
  const ask = join(directory, 'ask');
  await writeFile(ask, `#!/bin/sh\necho '${password}'\n`, { mode: 0o700 });
  const tools = await hostTools(['tools-qemu']);
  const settings = [
    ...['StrictHostKeyChecking=no', 'UserKnownHostsFile=/dev/null', 'LogLevel=ERROR'],
    ...['NumberOfPasswordPrompts=1', 'ConnectTimeout=60'],
  ].flatMap((setting) => ['-o', setting]);
  const ssh = await tools.command(
    'ssh',
    ['-tt', '-F', '/dev/null', ...more, ...settings, '-p', String(machine.sshPort), '-l', user, '127.0.0.1'],
    { env: { TERM: 'dumb', SSH_ASKPASS: ask, SSH_ASKPASS_REQUIRE: 'force' } },
  );
  const child: ChildProcess = spawn(ssh.file, ssh.args, { env: ssh.env, stdio: 'pipe' });
  let said = '';
  let heard = 0;
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (bytes) => (said += bytes));
  const ended = new Promise((resolve) => child.once('close', resolve));
  return {
    ended,
    said: () => said,
    async answer(asked, text) {
      await expect.poll(() => said.slice(heard), { timeout: 5 * minute, interval: 200 }).toMatch(asked);
      heard = said.length;
      child.stdin!.write(`${text}\n`);
    },
  };
}
