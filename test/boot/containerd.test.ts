// The other container runtime, runc: containers confined by AppArmor, and containerd among the services.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildSpec } from '../../src/output/build.ts';
import type { Machine } from '../../src/run/machine.ts';
import { testContext } from '../support/context.ts';
import { startTestMachine, testSshKey, withSerialLog } from '../support/machine.ts';

const minute = 60_000;

const spec = (key: string) => `
os: {id: other, name: Other, version: "1"}
kernel: {image: component:kernel, cmdline: console=ttyS0}
init: [component:init, component:runc, component:agent, component:apparmor]
services:
  - {name: dhcp, image: component:dhcp}
  - {name: sshd, image: component:sshd}
  - {name: getty, image: component:getty}
  - {name: confined, image: component:sysctl, command: [/bin/sleep, "1000000"], apparmor: default}
  - {name: containerd, image: component:containerd, health: {command: [/usr/bin/ctr, version], interval: 2m, timeout: 1m}}
files:
  - {path: etc/hostname, contents: "other\\n", mode: "0644"}
  - {path: etc/ssh/authorized_keys.d/root, contents: "${key}", mode: "0644"}
disk: {slot: 256M, data: 128M}
`;

let directory: string;
let machine: Machine;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'catamaran-containerd-'));
  const key = await testSshKey(directory);
  const file = join(directory, 'other.yml');
  await writeFile(file, spec(key.publicKey.trim()));
  const request = { file, out: directory, formats: ['qcow2'], arch: 'amd64', frozen: false } as const;
  const { artifacts } = await buildSpec(request, await testContext());
  machine = await startTestMachine({
    ...{ image: artifacts[0]!.path, format: 'qcow2', firmware: 'bios', memory: 1 << 30, sshPort: 0 },
    onReboot: 'exit',
    ssh: { user: 'root', key },
  });
  await withSerialLog(machine, () => machine.serial.waitFor(/other login:/, 10 * minute));
}, 15 * minute);

afterAll(async () => {
  await machine?.kill();
  await rm(directory, { recursive: true, force: true });
});

async function run(command: string): Promise<string> {
  const { stdout, stderr, exitCode } = await withSerialLog(machine, () =>
    machine.ssh(command, { limit: 5 * minute }),
  );
  if (exitCode !== 0) throw new Error(`${command} ended with ${exitCode}: ${stderr}${stdout}`);
  return stdout.trim();
}

test('a container that asks for a profile runs under it', async () => {
  await run('for i in $(seq 60); do test -s /run/service/confined/main && break; sleep 1; done');
  expect(await run('cat /proc/$(cat /run/service/confined/main)/attr/current')).toBe(
    'catamaran-default (enforce)',
  );
});

test('containerd answers its client, which is its health check', async () => {
  const healthy = 'grep -q ^healthy /run/catamaran/health/containerd';
  await run(`for i in $(seq 120); do ${healthy} && break; sleep 1; done; ${healthy}`);
  expect(await run('runc exec containerd ctr version')).toMatch(/Server:\s+Version:/);
});

test('a container of its own with the host’s network has the host’s names, and as many files as the engine may have', async () => {
  await run('cp -a /containers/services/confined/rootfs /var/lib/containerd/root-of-test');
  const said = await run(
    "runc exec containerd ctr run --rm --net-host --rootfs /var/lib/containerd/root-of-test test /bin/sh -c 'cat /etc/hosts /etc/resolv.conf; ulimit -n'",
  );
  expect(said).toMatch(/127\.0\.0\.1\s+localhost/);
  expect(Number(said.split('\n').at(-1))).toBeGreaterThanOrEqual(1024);
  expect(await run("runc exec containerd sh -c 'ulimit -Hn'")).toBe('1048576');
  expect(await run("runc exec confined sh -c 'ulimit -Sn; ulimit -Hn'")).toBe('1024\n524288');
});
