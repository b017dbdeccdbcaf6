// A system for arm64, built on whatever machine this is, starts on a machine of that architecture: firmware, boot loader,
// kernel, verified root, services.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Status } from '../../src/agent/slots/status.ts';
import { buildSpec } from '../../src/output/build.ts';
import type { SshKey } from '../../src/run/ssh.ts';
import { testContext } from '../support/context.ts';
import { testSshKey, withMachine } from '../support/machine.ts';

const minute = 60_000;

const spec = (key: string) => `
os: {id: arm64-test, name: Test of arm64, version: "1"}
kernel: {image: component:kernel, cmdline: console=ttyAMA0}
init: [component:init, component:crun, component:agent]
services:
  - {name: dhcp, image: component:dhcp}
  - {name: sshd, image: component:sshd}
  - {name: getty, image: component:getty}
files:
  - {path: etc/ssh/authorized_keys.d/root, contents: "${key}", mode: "0644"}
disk: {slot: 128M, data: 64M}
`;

let directory: string;
let image: string;
let key: SshKey;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'catamaran-arm64-'));
  key = await testSshKey(directory);
  const file = join(directory, 'arm64-test.yml');
  await writeFile(file, spec(key.publicKey.trim()));
  const request = { file, out: directory, formats: ['qcow2'], arch: 'arm64', frozen: false } as const;
  const { artifacts } = await buildSpec(request, await testContext());
  image = artifacts[0]!.path;
}, 10 * minute);

afterAll(() => rm(directory, { recursive: true, force: true }));

test('a machine of arm64 comes up from slot A, with its services and a watchdog', async () => {
  const ssh = { user: 'root', key };
  const options = { arch: 'arm64', image, format: 'qcow2', firmware: 'uefi' } as const;
  await withMachine({ ...options, sshPort: 0, ssh }, async (machine) => {
    await machine.serial.waitFor(/login:/, 10 * minute);
    expect(machine.serial.text).toMatch(/catamaran: slot A/);
    const run = async (command: string) => (await machine.ssh(command, { limit: 5 * minute })).stdout.trim();
    expect(await run('uname -m')).toBe('aarch64');
    const status = JSON.parse(await run('catamaran-agent status --json')) as Status;
    expect(status).toMatchObject({ slot: 'A', version: '1', slots: { A: { status: 'good' } } });
    expect((await run('crun list -q')).split('\n').sort()).toEqual(['dhcp', 'getty', 'sshd']);
    // QEMU's board has none that Debian's kernel knows: softdog takes its place.
    expect(await run('cat /sys/class/watchdog/watchdog0/state')).toBe('active');
    await machine.powerdown(5 * minute);
  });
});
