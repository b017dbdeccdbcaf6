// examples/rancher-style: Docker all the way down, by what RancherOS's people looked for. `ros` is what they type. Its machines are
// booted by `npm run test:styles`.
import { cp, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { buildSpec } from '../../../src/output/build.ts';
import { testContext } from '../../support/context.ts';
import { withMachine } from '../../support/machine.ts';
import { type PartsMachine, startParts, until } from '../../support/parts.ts';

const minute = 60_000;
const everything = process.env.CATAMARAN_STYLES === 'all';
const ofBusybox = (name: string, more: string) =>
  `${name}: {image: "busybox:1", network_mode: host, ${more}}`;
/** The one that is written first comes last. */
const compose = `services: {${ofBusybox('page', 'command: "httpd -f -p 8080 -h /etc", labels: {io.rancher.os.scope: system, io.rancher.os.after: early}')}, ${ofBusybox('early', 'command: sh -c "echo early bird; sleep 100000", labels: {catamaran.scope: system}')}}`;
const shown = (text: string) => text.split('\n').map((line) => line.trim());

describe.each(everything ? ['a machine'] : [])('%s', () => {
  let parts: PartsMachine;
  const run = (command: string) => parts.run(command);
  const names = (docker: string, more = '') => run(`${docker} ps ${more} --format '{{.Names}}' | sort`);

  beforeAll(async () => {
    parts = await startParts({
      name: 'rancher',
      of: { example: 'rancher-style/rancher-style.yml' },
      files: [
        '{path: usr/share/catamaran/preload/docker/busybox.tar, source: busybox.tar}',
        '{path: usr/share/catamaran/preload/system-docker/busybox.tar, source: busybox.tar}',
        `{path: usr/share/catamaran/services/web.yml, contents: ${JSON.stringify(compose)}}`,
        '{path: etc/catamaran/system.d/10-given.conf, contents: "console.small: \\"busybox:1\\"\\nconsole.debian: debian:sid\\n"}',
      ],
      memory: 2 ** 31,
      data: '2G',
    });
    await run(until('test -e /run/catamaran/applied'));
  }, 25 * minute);
  afterAll(() => parts?.end());

  test('the services are containers of system-docker, and the Docker for people is one of them, with nothing of its own', async () => {
    expect(shown(await names('system-docker'))).toEqual(['console-login', 'docker', 'sshd']);
    expect(await names('docker', '--all')).toBe('');
    expect(await run('docker info 2>/dev/null')).toMatch(/Cgroup Version: 2/);
    expect(await run('stat -c "%a %U %G" /run/system-docker.sock /run/docker.sock')).toBe(
      '660 root root\n660 root docker',
    );
    // The root of a service is its segment, under verity.
    expect(await run('system-docker exec sshd cat /proc/self/mountinfo | head -n 1')).toContain(
      '/containers/services/sshd/lower',
    );
  });

  test('images that lie on the machine were loaded, once', async () => {
    for (const docker of ['docker', 'system-docker'])
      expect(await run(`${docker} images --format '{{.Repository}}:{{.Tag}}'`)).toContain('busybox:1');
    expect(await run('ros config apply')).not.toContain('was loaded');
  });

  test('docker rm -f of all that people have started does not hurt the system', async () => {
    await run(
      'docker run -d --name one busybox:1 sleep 100000 && docker run -d --name two busybox:1 sleep 100000',
    );
    const before = await run('system-docker ps --no-trunc --quiet | sort');
    await run('docker rm -f $(docker ps -qa)');
    expect(await names('docker', '--all')).toBe('');
    expect(await run('system-docker ps --no-trunc --quiet | sort')).toBe(before);
  });

  test('what somebody ends in system-docker is there again; system-docker itself, killed, too, and takes no service along', async () => {
    const sshd = await run('cat /run/service/sshd/main');
    await run('system-docker rm -f console-login');
    await run(until("system-docker ps --format '{{.Names}}' | grep -q console-login"));
    await run('kill -9 $(cat /run/system-docker/pid)');
    await run(until('system-docker version'));
    expect(await run('cat /run/service/sshd/main')).toBe(sshd);
    expect(shown(await names('system-docker'))).toEqual(['console-login', 'docker', 'sshd']);
  });

  test('rancher has the people’s Docker and not the system’s, a home, and no password', async () => {
    const asRancher = (command: string) => `su -s /bin/sh rancher -c '${command}'`;
    expect(await run(asRancher('id -u; docker ps --quiet; cd && pwd -P'))).toBe('1100\n/var/home/rancher');
    const refused = await parts.attempt(asRancher('system-docker ps'));
    expect(refused.text).toContain('permission denied');
    expect(await run("grep -E '^(rancher|root):[^!*]' /etc/shadow || echo locked")).toBe('locked');
  });

  test('settings: the image’s word, what lies beside it, a person’s, each over the one before', async () => {
    expect(shown(await run('ros config get'))).toEqual([
      'console: default  # /usr/lib/catamaran/system.conf:1',
      'console.alpine: alpine:3  # /usr/lib/catamaran/system.conf:2',
      'console.debian: debian:sid  # /etc/catamaran/system.d/10-given.conf:2',
      'console.small: busybox:1  # /etc/catamaran/system.d/10-given.conf:1',
      'console.ubuntu: ubuntu:24.04  # /usr/lib/catamaran/system.conf:4',
      'docker.tls: false  # /usr/lib/catamaran/system.conf:5',
    ]);
    await run('ros config set rancher.console.debian debian:trixie');
    expect(await run('ros config get console.debian')).toBe('debian:trixie');
    expect(await run('ros config validate')).toContain('make sense');
    const refused = await parts.attempt('ros config set docker.tls perhaps');
    expect(refused).toMatchObject({ exitCode: 2, text: expect.stringContaining('has to be true or false') });
  });

  test('a compose file becomes services of system-docker, in their order, and comes up with the machine', async () => {
    await run('ros service enable web');
    expect(shown(await run('ros service up web'))).toEqual([
      'early was made, and runs',
      'page was made, and runs',
    ]);
    expect(await run(until('wget -qO- http://127.0.0.1:8080/hostname'))).toBe('rancher');
    expect(await run('ros service logs web')).toContain('early bird');
    expect(shown(await run('ros service list'))).toEqual([
      'enabled  web: page of system-docker, running',
      'enabled  web: early of system-docker, running',
    ]);
    expect((await parts.attempt('ros service up nosuch')).text).toContain('there are web');
  });

  test('a console is another image’s, and people’s containers stay when it is switched', async () => {
    await run('docker run -d --restart always --name kept busybox:1 sleep 100000');
    const id = await run('docker ps --no-trunc --quiet');
    await run('ros console switch small');
    expect(await run('docker ps --no-trunc --quiet')).toBe(id);
    expect(await run('ros console list')).toContain('current  small: busybox:1');
    expect(
      await run("system-docker exec console sh -c 'ls /var/lib/docker >/dev/null && echo sees the data'"),
    ).toBe('sees the data');
  });

  test('Docker on 2376: with a certificate in, without one out', async () => {
    await run('ros tls gen --server -H 10.0.2.15 && ros tls gen -d /var/client');
    await run('ros config set rancher.docker.tls true && ros config apply');
    const over = 'docker -H tcp://10.0.2.15:2376 --tlsverify --tlscacert /var/client/ca.pem';
    const own = '--tlscert /var/client/cert.pem --tlskey /var/client/key.pem';
    expect(await run(until(`${over} ${own} version -f '{{.Server.Version}}'`))).toMatch(/^\d+\./);
    const refused = await parts.attempt(`${over} --tlscert= --tlskey= ps`);
    expect(refused.text).toMatch(/certificate required|bad certificate/);
    expect(
      await run('stat -c %a /etc/docker/tls/server-key.pem /etc/docker/tls/ca-key.pem /var/client/key.pem'),
    ).toBe('600\n600\n600');
  });

  test('ros os, engine; an installation that lets nobody in is refused', async () => {
    expect(await run('ros os version')).toBe('1');
    expect(await run('ros os list')).toMatch(/^1 in slot A, \S+, running$/m);
    expect(await run('ros engine list')).toMatch(/^system-docker: docker-\d+\S*\ndocker: docker-\d+/);
    const keys = '/etc/ssh/authorized_keys.d';
    // The files and not the directory, which sshd's container has.
    const { text } = await parts.attempt(
      `mkdir /run/aside; mv ${keys}/* /run/aside; ros install -d /dev/vdz; mv /run/aside/* ${keys}`,
    );
    expect(text).toContain('nobody could log in');
  });

  test(
    'after a reboot all of it is there again',
    async () => {
      await parts.reboot();
      await run(until('test -e /run/catamaran/applied'));
      expect(shown(await names('system-docker'))).toEqual([
        'console',
        'console-login',
        'docker',
        'early',
        'page',
        'sshd',
      ]);
      expect(await run(until('docker ps --format "{{.Names}}" | grep kept'))).toBe('kept');
      expect(await run('cat /run/catamaran/console')).toBe('small');
    },
    20 * minute,
  );

  test('nothing failed that the machine was told to do', async () => {
    expect(await run('catamaran-agent services | grep -vc running || true')).toBe('1');
    expect((await parts.attempt('cat /run/catamaran/notices/system')).exitCode).not.toBe(0);
  });
});

describe('the ISO', () => {
  let directory: string;
  let iso: string;
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'catamaran-rancher-'));
    await cp(join(import.meta.dirname, '../../../examples/rancher-style'), directory, { recursive: true });
    const file = join(directory, 'rancher-style.yml');
    const request = { file, out: directory, formats: ['iso'], arch: 'amd64', frozen: false } as const;
    const { artifacts } = await buildSpec(request, await testContext());
    iso = artifacts[0]!.path;
  }, 20 * minute);
  afterAll(() => rm(directory, { recursive: true, force: true }));

  test('is no larger than 150 MB', async () => {
    expect((await stat(iso)).size).toBeLessThan(150_000_000);
  });

  test.each(everything ? ['lets root in without a password, with both Dockers there'] : [])(
    '%s',
    async () => {
      const extra = [
        ...['-drive', `if=none,id=medium,format=raw,readonly=on,media=cdrom,file=${iso}`],
        ...['-device', 'ide-cd,bus=ide.0,drive=medium,bootindex=0'],
      ];
      await withMachine({ firmware: 'uefi', extra, memory: 2 ** 31 }, async (machine) => {
        await machine.serial.waitFor(/rancher login:/, 15 * minute);
        machine.write('root\n');
        await machine.serial.waitFor(/root@rancher:~# /, 2 * minute);
        machine.write(`${until('docker version')} | tail -n 1; system-docker ps; echo @ "end"\n`);
        await machine.serial.waitFor(/@ end/, 5 * minute);
        expect(machine.serial.text).toMatch(/catamaran\/segment .* docker\s/);
      });
    },
    25 * minute,
  );
});
