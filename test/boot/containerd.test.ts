// The other container runtime, runc: containers confined by AppArmor, and containerd among the services.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSystem, type TestSystem } from '../support/system.ts';

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

let system: TestSystem;
beforeAll(async () => {
  system = await startSystem('containerd', spec);
}, 15 * minute);
afterAll(() => system?.end());

const run = (command: string) => system.run(command);

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
