// What the scripts that keep services are told, and what people are told of the services.
import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { signalForRuntime } from '../../../src/agent/services/signal.ts';
import { memoryHost } from '../memory-host.ts';
import { runCommand } from '../run-command.ts';

const written = (name: string, settings: object) => ({
  [`/containers/services/${name}/catamaran.json`]: JSON.stringify(settings),
});

const init = { '/usr/lib/catamaran/init': 'runit\n' };

function configure(files: Record<string, string>) {
  const host = memoryHost({ ...init, ...files });
  expect(runCommand(['services', 'configure'], host)).toBe(0);
  return host;
}

describe('services configure', () => {
  it('lists services in their order, and tells each the one before it', () => {
    const host = configure({ ...written('a', { order: 1 }), ...written('b', { order: 0 }) });
    expect(host.printed).toEqual(['b', 'a']);
    expect(host.files.get('/run/service/a/settings')).toContain("after='b'\n");
    expect(host.files.get('/run/service/b/settings')).toContain("after=''\n");
  });

  it('writes milliseconds as they are, and whole seconds for sv and timeout, never none', () => {
    const host = configure(
      written('web', {
        order: 0,
        dependsOn: ['db', 'cache'],
        restart: { policy: 'on-failure', backoff: { initial: 500, max: 4000, reset: 1000 } },
        stop: { signal: 'SIGRTMIN+3', timeout: 1500 },
        health: { probe: { kind: 'file', path: '/run/ok' }, interval: 2500, timeout: 0, retries: 4 },
      }),
    );
    expect(host.files.get('/run/service/web/settings')).toBe(
      [
        "after=''",
        "log_size='1000000'",
        "last_word='2'",
        "depends='db cache'",
        "policy='on-failure'",
        "initial='500'",
        "max='4000'",
        "reset='1000'",
        "signal='37'",
        "stop_limit='2'",
        "interval='2500'",
        "grace='10000'",
        "limit='1'",
        "retries='4'",
        '',
      ].join('\n'),
    );
  });

  it("gives a bundle of LinuxKit's the defaults", () => {
    const host = configure({ '/containers/services/old/config.json': '{}' });
    expect(host.files.get('/run/service/old/settings')).toBe(
      [
        "after=''",
        "log_size='1000000'",
        "last_word='2'",
        "depends=''",
        "policy='always'",
        "initial='1000'",
        "max='60000'",
        "reset='60000'",
        "signal='TERM'",
        "stop_limit='10'",
        '',
      ].join('\n'),
    );
    expect(host.files.has('/run/service/old/probe')).toBe(false);
  });

  it('names a damaged catamaran.json', () => {
    const host = memoryHost({ '/containers/services/web/catamaran.json': '{' });
    expect(runCommand(['services', 'configure'], host)).toBe(5);
    expect(host.printed[0]).toContain('/containers/services/web/catamaran.json is not JSON');
  });
});

describe('a health check', () => {
  const probeOf = (probe: object) =>
    String(configure(written('web', { health: { probe } })).files.get('/run/service/web/probe'));

  it.each([
    [
      { kind: 'http', url: 'http://127.0.0.1/' },
      `exec nsenter -t "$1" -n wget -q -Y off -O /dev/null 'http://127.0.0.1/'\n`,
    ],
    [
      { kind: 'tcp', address: '127.0.0.1:22' },
      `exec nsenter -t "$1" -n nc '127.0.0.1' '22' -e /usr/bin/true\n`,
    ],
    [{ kind: 'tcp', address: '[::1]:22' }, `exec nsenter -t "$1" -n nc '::1' '22' -e /usr/bin/true\n`],
    [{ kind: 'file', path: '/run/ok' }, `[ -e "/proc/$1/root"'/run/ok' ]\n`],
  ])('of %j', (probe, script) => {
    expect(probeOf(probe)).toBe(script);
  });

  it('passes the words of a command as they are', () => {
    const command = ['sh', '-c', `echo "it's $HOME" \\ && test -e /x`, ''];
    const script = probeOf({ kind: 'command', command });
    expect(
      execFileSync('sh', ['-c', script.replace('exec /usr/lib/catamaran/runtime', 'printf "%s\\n"')], {
        encoding: 'utf8',
      }),
    ).toBe(['exec', '--pid-file', 'probe.pid', 'web', ...command, ''].join('\n'));
  });
});

describe('services', () => {
  const files = {
    ...init,
    ...written('a', { order: 1 }),
    ...written('b', { order: 0 }),
    ...written('c', { order: 2 }),
    '/run/service/b/state': 'running\n',
    '/run/service/b/main': '123',
    '/run/service/b/restarts': '2\n',
    '/run/catamaran/health/b': 'healthy 41\n',
    '/run/service/a/state': 'waiting b\n',
  };

  it('tells of each in the order of starting', () => {
    const host = memoryHost(files);
    expect(runCommand(['services'], host)).toBe(0);
    expect(host.printed).toEqual([
      'NAME  STATE      PID  RESTARTS  HEALTH',
      'b     running    123  2         healthy since 41 s',
      'a     waiting b  -    0         -',
      'c     stopped    -    0         -',
    ]);
  });

  it('tells programs in JSON', () => {
    const host = memoryHost(files);
    expect(runCommand(['services', '--json'], host)).toBe(0);
    expect(JSON.parse(host.printed.join('\n'))).toEqual([
      { name: 'b', state: 'running', pid: 123, restarts: 2, health: { state: 'healthy', since: 41 } },
      { name: 'a', state: 'waiting', detail: 'b', restarts: 0 },
      { name: 'c', state: 'stopped', restarts: 0 },
    ]);
  });
});

describe('an init that does not say which it is, or is not known here', () => {
  it.each([
    [{}, '/usr/lib/catamaran/init is missing'],
    [{ '/usr/lib/catamaran/init': 'openrc\n' }, '"openrc\\n", an init that this agent does not know'],
  ])('is asked nothing: %j', (files, message) => {
    const host = memoryHost({ ...written('a', {}), ...files });
    expect(runCommand(['services'], host)).toBe(6);
    expect(host.printed[0]).toContain(message);
  });
});

it.each([
  ['SIGTERM', 'TERM'],
  ['usr1', 'USR1'],
  ['SIGRTMIN', '34'],
  ['SIGRTMIN+3', '37'],
  ['SIGRTMAX-1', '63'],
])('%s is %s to every container runtime', (signal, expected) => {
  expect(signalForRuntime(signal)).toBe(expected);
});

it('shows the log of a daemon that a component brings to the host, and of nothing that is init’s own', () => {
  const host = memoryHost({
    ...init,
    '/usr/lib/catamaran/system/docker/run': '#!/bin/sh\n',
    '/usr/lib/catamaran/system/_power/run': '#!/bin/sh\n',
    '/var/log/docker/current': 'API listen on /run/docker.sock\n',
  });
  expect(runCommand(['logs', 'docker'], host)).toBe(0);
  expect(host.calls).toEqual(['cat /var/log/docker/current']);
  expect(runCommand(['logs', '_power'], host)).toBe(2);
});
