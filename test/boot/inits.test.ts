// One spec under each init, and the same to be seen of it: order and dependencies, restarts, signals, health, what runs once
// before and after, the agent's words for it all, a release that is confirmed and one that is not. docs/inits.md is the contract.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ServiceReport } from '../../src/agent/services/manager.ts';
import type { InitName } from '../../src/contract/init.ts';
import { buildSpec } from '../../src/output/build.ts';
import { writeReleaseImages } from '../../src/output/disk/release-images.ts';
import { testContext } from '../support/context.ts';
import { hostTools } from '../support/tools.ts';
import { twinShell } from '../support/twin.ts';
import { startTwin, type TwinMachine } from '../support/twin-machine.ts';

const minute = 60_000;
const forever = 'exec sleep 1000000';
/** The first process of a container is deaf to SIGTERM unless it listens. */
const soon = 'stop: {timeout: 1s}';
const components: Readonly<Record<InitName, string>> = {
  runit: 'component:init, component:crun',
  docker: 'component:init-docker',
  systemd: 'component:init-systemd, component:crun',
};

// runit by itself is in supervision.test.ts and slots.test.ts. `npm run test:inits`: all side by side, and a release that fails;
// some by CATAMARAN_INITS=NAME,NAME.
const asked = process.env.CATAMARAN_INITS;
const everything = asked !== undefined;
const all = Object.keys(components) as InitName[];
const names = asked === 'all' ? all : (asked?.split(',') ?? ['systemd']);
const chosen = all.filter((name) => names.includes(name));

test('what is asked for are inits', () => {
  expect(all).toEqual(expect.arrayContaining([...names]));
});

/** A container of BusyBox's shell, with the machine's /var/notes to write to. */
const shell = (name: string, script: string, more = '') =>
  `  - {name: ${name}, image: component:sysctl, readonly: false, binds: ["/var/notes:/notes"], ` +
  `runtime: {mkdir: [/var/notes]}, command: [/bin/sh, -c, ${JSON.stringify(script)}]${more && `, ${more}`}}`;
const indent = (text: string) => text.replaceAll(/^/gm, '      ').trimEnd();

const spec = (init: InitName, { version = '1', sick = false }) => `
os: {id: inits, version: "${version}"}
kernel: {image: component:kernel, cmdline: console=ttyS0}
init: [${components[init]}, component:agent]
onboot:
${shell('first', 'echo first >>/notes/once')}
${shell('spare', 'echo spare >>/notes/once; exit 5', 'optional: true')}
${shell('second', 'echo "warning: seen"; echo second >>/notes/once')}
services:
  - {name: getty, image: component:getty}
${[
  shell('web', `test -e /notes/db && echo after-db >/notes/web; ${forever}`, `depends_on: [db], ${soon}`),
  shell(
    'db',
    `echo says hello; sleep 2; touch /notes/db /ready; trap 'echo hup >>/notes/hup' HUP; while :; do sleep 1; done`,
    'health: {command: [/bin/sh, -c, "test -e /ready"], interval: 60s}, resources: {memory: {limit: 33554432}}, stop: {timeout: 1s}',
  ),
  shell('never', 'exit 4', 'restart: never'),
  shell('well', 'exit 0', 'restart: on-failure'),
  shell('sick', forever, `restart: never, health: {file: /not-there, interval: 1s, retries: 2}, ${soon}`),
  shell('blocked', forever, `depends_on: [sick], ${soon}`),
  // These keep the processor busy, until a test that has seen enough says so.
  shell(
    'failing',
    `test -e /notes/enough || exit 3; ${forever}`,
    `restart: {policy: on-failure, backoff: {initial: 1s, max: 2s}}, ${soon}`,
  ),
  shell(
    'fragile',
    `touch /ready; sleep 6; test -e /notes/enough || rm /ready; ${forever}`,
    `health: {file: /ready, interval: 2s, retries: 2}, ${soon}`,
  ),
  shell(
    'polite',
    'trap "echo usr1 >>/notes/polite; exit 0" USR1; while :; do sleep 1; done',
    'stop: {signal: SIGUSR1, timeout: 30s}',
  ),
  shell('stubborn', 'trap "" TERM; while :; do sleep 1; done', 'stop: {timeout: 1s}'),
]
  .filter((line) => !/name: (never|sick|blocked|failing|fragile)/.test(line) || version === '1')
  .join('\n')}
onshutdown:
${shell('before', 'echo before >>/notes/once')}
${shell('after', 'echo after >>/notes/once')}
files:
  - {path: etc/hostname, contents: "inits\\n"}
  - path: usr/lib/catamaran/health.json
    contents: '{"deadline": ${sick ? 60 : 900}, "window": 2, "interval": 2, "checks": []}'
${sick ? '  - {path: usr/lib/catamaran/health.d/sick, mode: "0755", contents: "#!/bin/sh\\necho never\\nexit 1\\n"}' : ''}
  - path: usr/lib/catamaran/system/_test/run
    mode: "0755"
    contents: |
${indent(twinShell)}
disk: {slot: 256M, data: 256M}
`;

describe.each(chosen)('%s', (init) => {
  let directory: string;
  let machine: TwinMachine;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'catamaran-inits-'));
    const context = await testContext();
    const file = join(directory, 'inits.yml');
    const media = join(directory, 'media');
    await mkdir(media);
    for (const version of everything ? ['2', '3'] : ['2']) {
      await writeFile(file, spec(init, { version, sick: version === '3' }));
      await writeReleaseImages({ file, arch: 'amd64', frozen: false }, join(media, version), context);
    }
    await writeFile(file, spec(init, {}));
    const request = { file, out: directory, formats: ['raw'], arch: 'amd64', frozen: false } as const;
    const { artifacts } = await buildSpec(request, context);
    const image = join(directory, 'media.squashfs');
    const plain = ['-quiet', '-no-progress', '-noI', '-noD', '-noF', '-noX'];
    await (await hostTools()).run('mksquashfs', [media, image, ...plain]);
    machine = await startTwin({
      disk: artifacts[0]!.path,
      scratch: directory,
      media: image,
      memory: 1 << 30,
    });
    await machine.ready('A', 10 * minute);
  }, 20 * minute);
  afterAll(async () => {
    await machine?.kill();
    await rm(directory, { recursive: true, force: true });
  });

  const services = async () => {
    const reports = JSON.parse(await machine.run('catamaran-agent services --json')) as ServiceReport[];
    return new Map(reports.map((report) => [report.name, report]));
  };
  /** Asks until the machine says so; a machine that never does is told by its last report. */
  const eventually = async (name: string, holds: (report: ServiceReport) => boolean) => {
    for (let tries = 0; ; tries += 1) {
      const report = (await services()).get(name)!;
      if (holds(report)) return report;
      if (tries === 100) throw new Error(`${name} never got there: ${JSON.stringify(report)}`);
      await sleep(1000);
    }
  };
  const stage = async (version: string, more = '') => {
    await machine.run('mount -t squashfs /dev/vdb /mnt');
    await machine.run(`catamaran-agent stage --from /mnt/${version} ${more}`, 10 * minute);
  };
  const notes = (name: string) => machine.run(`cat /var/notes/${name}`);

  test('what runs once ran in its order, an optional failure passed over, a warning kept', async () => {
    expect((await notes('once')).split('\n')).toEqual(['first', 'spare', 'second']);
    expect(await machine.run('cat /run/catamaran/notices/onboot-002-second')).toContain('seen');
  });

  test('a service waits until what it depends on is healthy, and in vain where that has failed', async () => {
    await eventually('web', ({ state }) => state === 'running');
    expect(await notes('web')).toBe('after-db');
    expect((await services()).get('db')?.health?.state).toBe('healthy');
    expect(await eventually('blocked', ({ state }) => state === 'waiting')).toMatchObject({
      detail: 'sick',
    });
  });

  test('services are started again by their policy, after longer and longer pauses', async () => {
    const ended = (name: string) => eventually(name, ({ state }) => state === 'ended');
    expect(await ended('never')).toMatchObject({ detail: '4', restarts: 0 });
    expect(await ended('well')).toMatchObject({ detail: '0', restarts: 0 });
    await eventually('failing', ({ restarts }) => restarts >= 2);
    // On a busy machine some more pauses have gone by until somebody looks.
    const { detail } = await eventually('failing', ({ state }) => state === 'pausing');
    expect(['2.000', '4.000', '8.000', '16.000', '32.000', '60.000']).toContain(detail);
  });

  test('one that becomes unhealthy is ended and started again', async () => {
    await eventually('fragile', ({ restarts }) => restarts >= 1);
    await machine.run('touch /var/notes/enough');
    // One is enough for a machine that is so slow that it has not been healthy before.
    expect(await machine.run('catamaran-agent logs fragile')).toMatch(/unhealthy after \d+ failures/);
  });

  test('the agent shows logs, passes signals on, and limits hold', async () => {
    expect(await machine.run('catamaran-agent logs db')).toContain('says hello');
    await machine.run('catamaran-agent services signal db SIGHUP');
    for (let tries = 0; tries < 60 && (await machine.try('test -e /var/notes/hup')).status !== 0; tries += 1)
      await sleep(500);
    expect(await notes('hup')).toBe('hup');
    const { pid } = (await services()).get('db')!;
    expect(await machine.run(`cat /sys/fs/cgroup$(cut -d: -f3 /proc/${pid}/cgroup)/memory.max`)).toBe(
      '33554432',
    );
    expect(await machine.run(`cat /proc/${pid}/oom_score_adj`)).toBe('0');
    expect(await machine.run(`grep "open files" /proc/${pid}/limits`)).toMatch(/ 1024 +524288 /);
    const table = await machine.run('catamaran-agent services');
    expect(table).toMatch(/^db +running +\d+ +0 +healthy since \d+ s$/m);
  });

  test(
    'a release is tried and confirmed; on the way down services end by their signals, then onshutdown',
    async () => {
      await stage('2');
      await machine.run('rm -f /var/notes/once /var/notes/polite');
      await machine.run('reboot');
      await machine.ready('B', 10 * minute);
      await machine.serial.waitFor(/slot B with 2 is good/, 5 * minute);
      expect(await notes('polite')).toBe('usr1');
      expect((await notes('once')).split('\n')).toEqual(['before', 'after', 'first', 'spare', 'second']);
      expect((await machine.status()).slots.B).toMatchObject({ status: 'good' });
    },
    15 * minute,
  );

  test.each(everything ? ['one that does not become healthy falls back'] : [])(
    '%s',
    async () => {
      await stage('3', '--tries 1');
      await machine.run('reboot');
      // By the gate, or by the guard, where the machine is too slow for the gate to begin.
      await machine.serial.waitFor(/not confirmed 60 seconds after boot/, 10 * minute);
      await machine.ready('B', 10 * minute);
      const { last, slot } = await machine.status();
      expect({ last, slot }).toMatchObject({ slot: 'B', last: { result: 'rolled back', version: '3' } });
    },
    20 * minute,
  );

  test(
    'it goes down by the power button',
    async () => {
      await machine.powerdown(3 * minute);
      expect((await machine.exited).reason).toBe('guest-shutdown');
      expect(machine.serial.text).not.toMatch(/going down has taken/);
    },
    5 * minute,
  );
});
