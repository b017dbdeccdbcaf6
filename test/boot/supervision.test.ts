// How init keeps services: one machine whose services wait, fail, fall ill and are stopped, each as its spec says.
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ServiceReport } from '../../src/agent/services/manager.ts';
import { plainText } from '../../src/run/serial.ts';
import { withSerialLog } from '../support/machine.ts';
import { startSystem, type TestSystem } from '../support/system.ts';

const minute = 60_000;
const forever = 'exec sleep 1000000';

/** A service of BusyBox's shell, with the machine's /var/notes to write to. */
const shell = (name: string, script: string, more = '', runtime = '') =>
  `  - {name: ${name}, image: component:sysctl, readonly: false, binds: ["/var/notes:/notes"], ` +
  `runtime: {mkdir: [/var/notes]${runtime}}, command: [/bin/sh, -c, ${JSON.stringify(script)}]${more && `, ${more}`}}`;

const late = 'depends_on: [sshd]';
const spec = (key: string) => `
os: {id: supervision, name: Supervision, version: "1"}
kernel: {image: component:kernel, cmdline: console=ttyS0}
init: [component:init, component:crun, component:agent]
services:
  - {name: dhcp, image: component:dhcp}
  - {name: sshd, image: component:sshd, health: {tcp: "127.0.0.1:22", interval: 60s}}
  - {name: getty, image: component:getty}
${[
  shell('web', `test -e /notes/db && echo after-db >/notes/web; ${forever}`, 'depends_on: [db]'),
  shell(
    'db',
    `sleep 2; touch /notes/db /ready; ${forever}`,
    'health: {command: [/bin/sh, -c, "test -e /ready"], interval: 60s}',
  ),
  shell('stubborn', 'trap "" TERM; while :; do sleep 1; done', 'stop: {timeout: 1s}'),
  shell('sick', forever, 'restart: never, health: {file: /not-there, interval: 1s, retries: 2}'),
  shell(
    'polite',
    'trap "echo usr1 >>/notes/polite; exit 0" USR1; while :; do sleep 1; done',
    'stop: {signal: SIGUSR1, timeout: 30s}',
  ),
  shell('never', 'exit 4', 'restart: never'),
  shell('well', 'exit 0', 'restart: on-failure'),
  shell('blocked', forever, 'depends_on: [well, sick]'),
  shell(
    'httpd',
    'ip link set lo up; echo yes >/index.html; exec httpd -f -p 127.0.0.1:8080 -h /',
    'net: new, health: {http: "http://127.0.0.1:8080/index.html", interval: 60s}',
    ', interfaces: [{name: eth0, add: veth, peer: to-httpd}], bindNS: {net: /run/netns/httpd}',
  ),
  // These keep the processor busy, so they come last, and a test that has seen enough stops them.
  shell('failing', 'exit 3', `restart: {policy: on-failure, backoff: {initial: 1s, max: 2s}}, ${late}`),
  shell('steady', 'sleep 2', `restart: {backoff: {initial: 200ms, reset: 1s}}, ${late}`),
  shell(
    'fragile',
    `touch /ready; sleep 4; rm /ready; ${forever}`,
    `health: {file: /ready, interval: 2s, retries: 2}, ${late}`,
  ),
].join('\n')}
files:
  - {path: etc/hostname, contents: "supervision\\n", mode: "0644"}
  - {path: etc/ssh/authorized_keys.d/root, contents: "${key}", mode: "0644"}
disk: {slot: 128M, data: 128M}
`;

let system: TestSystem;
beforeAll(async () => {
  system = await startSystem('supervision', spec);
}, 15 * minute);
afterAll(() => system?.end());

const run = (command: string) => system.run(command);

async function services(): Promise<Map<string, ServiceReport>> {
  const reports = JSON.parse(await run('catamaran-agent services --json')) as ServiceReport[];
  return new Map(reports.map((report) => [report.name, report]));
}

/** Asks until the machine says so; a machine that never does is told by its last report. */
async function eventually(name: string, holds: (report: ServiceReport) => boolean): Promise<ServiceReport> {
  for (let tries = 0; ; tries += 1) {
    const report = (await services()).get(name)!;
    if (holds(report)) return report;
    if (tries === 120) throw new Error(`${name} never got there: ${JSON.stringify(report)}`);
    await sleep(1000);
  }
}

const logOf = (name: string) => run(`cat /var/log/${name}/current`);

describe('starting', () => {
  test('services start in the order of the spec, which a dependency overrules', async () => {
    const names = (await run('cat /run/catamaran/services')).split('\n');
    expect(names.slice(3)).toEqual(
      'db web stubborn sick polite never well blocked httpd failing steady fragile'.split(' '),
    );
    await eventually('polite', ({ state }) => state === 'running');
    const begun = await run(
      'cd /run/service && cat dhcp/started stubborn/started sick/started polite/started',
    );
    const times = begun.split('\n').map(Number);
    expect(times).toEqual([...times].sort((a, b) => a - b));
  });

  test('a service waits until what it depends on is healthy, or has ended well', async () => {
    await eventually('web', ({ state }) => state === 'running');
    expect(await run('cat /var/notes/web')).toBe('after-db');
    expect((await services()).get('db')?.health?.state).toBe('healthy');
  });

  test('one that waits in vain says so on the console, and holds up no other', async () => {
    const blocked = await eventually('blocked', ({ detail }) => detail === 'sick');
    expect(blocked.state).toBe('waiting');
    await withSerialLog(system.machine, () =>
      system.machine.serial.waitFor(/service blocked has waited \d+ s for sick, which is/, 3 * minute),
    );
  });
});

describe('starting again', () => {
  test('by policy: never, and on failure only after one', async () => {
    expect(await eventually('never', ({ state }) => state === 'ended')).toMatchObject({
      detail: '4',
      restarts: 0,
    });
    expect(await eventually('well', ({ state }) => state === 'ended')).toMatchObject({
      detail: '0',
      restarts: 0,
    });
    await eventually('failing', ({ restarts }) => restarts >= 3);
  });

  test('after pauses that double, and start over after a good run', async () => {
    await eventually('steady', ({ restarts }) => restarts >= 3);
    const pauses = (log: string) => [...log.matchAll(/starting again in (\S+) s/g)].map(([, pause]) => pause);
    expect(pauses(await logOf('failing')).slice(0, 3)).toEqual(['1.000', '2.000', '2.000']);
    expect(new Set(pauses(await logOf('steady')))).toEqual(new Set(['0.200']));
    await run('sv stop failing steady');
  });

  test('one that becomes unhealthy is ended and started again, but not where the policy is never', async () => {
    await eventually('fragile', ({ restarts }) => restarts >= 1);
    expect(await logOf('fragile')).toMatch(/catamaran: healthy[\s\S]*catamaran: unhealthy after 2 failures/);
    await run('sv -w 60 force-stop /run/service/fragile');
    const sick = await eventually('sick', ({ health }) => health?.state === 'unhealthy');
    expect(sick).toMatchObject({ state: 'running', restarts: 0 });
  });
});

describe('health and network', () => {
  test('a check by http is made in the network of the container, one by tcp on the port', async () => {
    await eventually('httpd', ({ health }) => health?.state === 'healthy');
    await eventually('sshd', ({ health }) => health?.state === 'healthy');
    expect(await run('cut -d" " -f1 /run/catamaran/health/httpd')).toBe('healthy');
  });

  test('an interface is made for a container, and its namespace kept by name', async () => {
    expect(await run('nsenter -n/run/netns/httpd ip -o link show eth0')).toContain('eth0');
    expect(await run('ip -o link show to-httpd')).toContain('to-httpd');
    await run('sv -w 30 force-restart /run/service/httpd');
    await eventually('httpd', ({ health }) => health?.state === 'healthy');
    expect(await run('ip -o link show to-httpd')).toContain('to-httpd');
  });
});

describe('stopping', () => {
  test('by the signal of the spec', async () => {
    await eventually('polite', ({ state }) => state === 'running');
    await run('sleep 2; sv -w 60 force-stop /run/service/polite');
    expect(await run('cat /var/notes/polite')).toBe('usr1');
    expect((await services()).get('polite')).toMatchObject({ state: 'stopped', restarts: 0 });
  });

  test('a locked root has no login on the console', async () => {
    system.machine.write('root\n');
    await withSerialLog(system.machine, () => system.machine.serial.waitFor(/Password:/, 2 * minute));
    system.machine.write('\n');
    await withSerialLog(system.machine, () =>
      system.machine.serial.waitFor(/supervision login:/, 2 * minute),
    );
    expect(await run('ps')).not.toMatch(/ -?(sh|ash|login)$/m);
  });

  test(
    'at shutdown together, each after what depends on it, by force where the time is over',
    async () => {
      const stubborn = (await services()).get('stubborn');
      expect(stubborn?.state).toBe('running');
      const names = (await run('cat /run/catamaran/services')).split('\n');
      await system.machine.powerdown(3 * minute);
      const { reason } = await withSerialLog(system.machine, () => system.machine.exited);
      expect(reason).toBe('guest-shutdown');
      const said = plainText(system.machine.serial.text);
      // Told to the consoles and to the kernel's log, of which a console may show one line twice.
      const waves = [
        ...new Set([...said.matchAll(/catamaran: stopping ([^\r\n]+)/g)].map(([, wave]) => wave!)),
      ];
      const order = waves.map((wave) => wave.trim().split(' '));
      expect(order.flat().sort()).toEqual(names.sort());
      const waveOf = (name: string) => order.findIndex((wave) => wave.includes(name));
      expect(waveOf('web')).toBeLessThan(waveOf('db'));
      expect(waveOf('blocked')).toBeLessThan(waveOf('sick'));
      expect(waveOf('steady')).toBeLessThan(waveOf('sshd'));
      expect(waveOf('polite')).toBe(waveOf('stubborn'));
      expect(said).toMatch(/stubborn has not ended within 1 s, and was killed/);
    },
    5 * minute,
  );
});
