// How `catamaran run` lets a person in: by a key in the firmware's configuration, into that boot and into no other. And how a
// word among the kernel's arguments does, where the spec allows it and nowhere else.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { loginKeyName } from '../../src/contract/run-login.ts';
import { buildSpec } from '../../src/output/build.ts';
import type { SshKey } from '../../src/run/ssh.ts';
import { testContext } from '../support/context.ts';
import { testSshKey, withMachine } from '../support/machine.ts';

const minute = 60_000;
const limit = 10 * minute;

const spec = (services: string) => `
os: {id: login-test, name: Login Test, version: "1"}
kernel: {image: component:kernel, cmdline: "console=tty0 console=ttyS0 catamaran.login"}
init: [component:init, component:crun, component:agent]
services:
  - {name: dhcp, image: component:dhcp}
${services}
disk: {slot: 128M, data: 128M}
`;

let directory: string;
let key: SshKey;
const images = new Map<string, string>();
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'catamaran-login-'));
  key = await testSshKey(directory);
  const context = await testContext();
  const entrances = '  - {name: sshd, image: component:sshd}\n  - {name: getty, image: component:getty}';
  for (const [name, services] of [
    ['entrances', entrances],
    ['glass', '  - {name: getty, image: component:getty, env: [BREAK_GLASS=true]}'],
    ['none', ''],
  ] as const) {
    const file = join(directory, `${name}.yml`);
    await writeFile(file, spec(services));
    const request = {
      file,
      out: join(directory, name),
      formats: ['qcow2'],
      arch: 'amd64',
      frozen: false,
    } as const;
    images.set(name, (await buildSpec(request, context)).artifacts[0]!.path);
  }
}, limit);
afterAll(() => rm(directory, { recursive: true, force: true }));

const machineOf = (name: string) =>
  ({ image: images.get(name)!, format: 'qcow2', firmware: 'bios' }) as const;

test(
  'with a key: root on the console without a password, and over SSH; the disk knows nothing of it',
  () =>
    withMachine(
      {
        ...machineOf('entrances'),
        ...{ sshPort: 0, ssh: { user: 'root', key } },
        firmwareConfig: { [loginKeyName]: key.publicKey },
      },
      async (machine) => {
        await machine.serial.waitFor(/login-test login:/, limit);
        machine.write('root\n');
        await machine.serial.waitFor(/root login on/, limit);
        const { stdout } = await machine.ssh('id -u; grep -rl "ssh-ed25519" /etc /var/lib/etc 2>/dev/null', {
          limit,
        });
        expect(stdout.trim()).toBe('0');
      },
    ),
  2 * limit,
);

test(
  'without a key the same image asks for a password, whatever the kernel is told',
  () =>
    withMachine(machineOf('entrances'), async (machine) => {
      await machine.serial.waitFor(/login-test login:/, limit);
      machine.write('root\n');
      await machine.serial.waitFor(/Password:/, limit);
      expect(machine.serial.text).not.toContain('catamaran run');
    }),
  2 * limit,
);

test(
  'where the spec allows it, the word among the kernel’s arguments lets root in',
  () =>
    withMachine(machineOf('glass'), async (machine) => {
      await machine.serial.waitFor(/login-test login:/, limit);
      machine.write('root\n');
      await machine.serial.waitFor(/root login on/, limit);
    }),
  2 * limit,
);

test(
  'an image without any login has a shell on its console',
  () =>
    withMachine(
      { ...machineOf('none'), firmwareConfig: { [loginKeyName]: key.publicKey } },
      async (machine) => {
        await machine.serial.waitFor(/stage 2: services/, limit);
        await machine.serial.waitFor(/# /, limit);
        machine.write('echo "uid is $(id -u)"\n');
        await machine.serial.waitFor(/uid is 0/, limit);
      },
    ),
  2 * limit,
);
