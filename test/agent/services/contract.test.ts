// What every init owes the agent, over the table of those that it can ask: each has a fixture here that says how a machine
// looks whose services are in a known state.
import { describe, expect, it } from 'vitest';
import type { Finished } from '../../../src/agent/host/host.ts';
import type { ServiceReport } from '../../../src/agent/services/manager.ts';
import { managers } from '../../../src/agent/services/managers.ts';
import { readServices } from '../../../src/agent/services/settings.ts';
import { type InitName, initNames } from '../../../src/contract/init.ts';
import { type MemoryHost, memoryHost } from '../memory-host.ts';
import { runCommand } from '../run-command.ts';

interface Fixture {
  /** `db` runs as process 123, and is healthy since second 41; `web` waits for it; of `old` nothing is known. */
  readonly files: Readonly<Record<string, string>>;
  /** What programs say, by those files. */
  answer?(files: MemoryHost['files'], command: readonly string[]): Finished | undefined;
  /** `db` is started once more, as process 124. */
  restart(host: MemoryHost): void;
  /** What stops `db`. */
  readonly stopped: readonly string[];
  /** The program that sends USR1 to `db`. */
  readonly signalled: string;
  /** What starts `web`. */
  readonly begun: readonly string[];
  /** Those that show the log of `db`. */
  readonly logs: { readonly kept: string; readonly followed: string };
}

/** runit starts the containers itself, system-docker is asked for them: the scripts are the same. */
const underRunsv: Fixture = {
  files: {
    '/run/service/db/state': 'running\n',
    '/run/service/db/main': '123',
    '/run/catamaran/health/db': 'healthy 41\n',
    '/run/service/web/state': 'waiting db\n',
    '/var/log/db/current': '',
    '/var/log/db/config': '',
    '/var/log/db/@4000000069000000deadbeef.s': '',
  },
  restart(host) {
    host.files.set('/run/service/db/main', '124');
    host.files.set('/run/service/db/restarts', '1\n');
  },
  signalled: '/usr/lib/catamaran/runtime kill db USR1',
  stopped: ['sv -w 10 force-stop /run/service/db', 'sv -w 10 stop /run/service/db'],
  begun: ['sv up /run/service/web'],
  logs: {
    kept: 'cat /var/log/db/@4000000069000000deadbeef.s /var/log/db/current',
    followed: 'tail -F /var/log/db/current',
  },
};

const fixtures: Readonly<Record<InitName, Fixture>> = {
  runit: underRunsv,
  docker: underRunsv,
  systemd: {
    files: {
      '/run/systemd/db': 'active 123 0',
      '/run/systemd/web': 'activating 0 0',
      '/run/service/web/state': 'waiting db\n',
      '/run/catamaran/health/db': 'healthy 41\n',
    },
    answer(files, [program, word, , , ...units]) {
      if (program !== 'systemctl' || word !== 'show') return undefined;
      const blocks = units.map((unit) => {
        const known = files.get(`/run/systemd/${unit.replace('.service', '')}`);
        const [state, pid, restarts] = String(known ?? 'inactive 0 0').split(' ');
        const load = known === undefined ? 'not-found' : 'loaded';
        return `LoadState=${load}\nActiveState=${state}\nSubState=start\nMainPID=${pid}\nNRestarts=${restarts}\n`;
      });
      return { status: 0, output: blocks.join('\n') };
    },
    restart(host) {
      host.files.set('/run/systemd/db', 'active 124 1');
    },
    stopped: ['systemctl stop db.service'],
    signalled: '/usr/lib/catamaran/runtime kill db USR1',
    begun: ['systemctl daemon-reload', 'systemctl --no-block start web.service'],
    logs: {
      kept: 'journalctl --output=cat --quiet --no-pager --unit=db.service',
      followed: 'journalctl --output=cat --quiet --follow --unit=db.service',
    },
  },
};

const health = { probe: { kind: 'file', path: '/ready' } };
const bundles = {
  '/containers/services/db/catamaran.json': JSON.stringify({ order: 0, health }),
  '/containers/services/web/catamaran.json': JSON.stringify({ order: 1, dependsOn: ['db'] }),
  '/containers/services/old/config.json': '{}',
};
const names = ['web', 'db', 'old'];

describe.each(initNames)('%s', (name) => {
  const { files, answer, restart, stopped, begun, signalled, logs } = fixtures[name];
  const manager = managers[name];
  const machine = (extra = files) => host({ '/usr/lib/catamaran/init': `${name}\n`, ...bundles, ...extra });
  const host = (initial: Record<string, string>): MemoryHost => {
    const made: MemoryHost = memoryHost(initial, (command) => answer?.(made.files, command));
    return made;
  };

  it('is found by its word', () => {
    expect(runCommand(['services', '--json'], machine())).toBe(0);
  });

  it('is told of every service before it starts, and of its health check', () => {
    const host = machine({});
    const before = new Set(host.files.keys());
    manager.configure(host, readServices(host));
    const told = [...host.files].filter(([path]) => !before.has(path)).map(String);
    for (const service of names) expect(told.join('\n')).toContain(service);
    expect(told.join('\n')).toContain('/ready');
  });

  it('says of each service how it is, in the order of the names', () => {
    const expected: ServiceReport[] = [
      { name: 'web', state: 'waiting', detail: 'db', restarts: 0 },
      { name: 'db', state: 'running', pid: 123, restarts: 0, health: { state: 'healthy', since: 41 } },
      { name: 'old', state: 'stopped', restarts: 0 },
    ];
    expect(manager.list(machine(), names)).toEqual(expected);
    expect(manager.list(machine({}), ['db'])).toEqual([{ name: 'db', state: 'stopped', restarts: 0 }]);
  });

  it('tells a service that has started anew from one that has not', () => {
    const host = machine();
    const before = manager.started(host, names);
    expect(manager.started(host, names)).toBe(before);
    restart(host);
    expect(manager.started(host, names)).not.toBe(before);
    expect(manager.started(host, ['web'])).toBe(manager.started(machine(), ['web']));
  });

  it('passes a signal on', () => {
    const host = machine();
    expect(runCommand(['services', 'signal', 'db', 'SIGUSR1'], host)).toBe(0);
    expect(host.calls).toEqual([signalled]);
    expect(runCommand(['services', 'signal', 'nobody', 'TERM'], host)).toBe(2);
    expect(runCommand(['services', 'signal', 'db', '-9 -1'], host)).toBe(2);
    expect(host.printed).toEqual([
      expect.stringContaining('there is no service "nobody"; there are '),
      expect.stringContaining('"-9 -1" is no signal'),
      expect.stringContaining('hint: '),
    ]);
    expect(host.calls).toEqual([signalled]);
  });

  it('stops a service', () => {
    const host = machine();
    manager.stop(host, readServices(host).find((service) => service.name === 'db')!);
    expect(host.calls).toEqual(stopped);
  });

  it('leads into a container that runs, and into no other', () => {
    const host = machine();
    expect(runCommand(['shell', 'db', 'ls', '-l'], host)).toBe(0);
    expect(host.calls.at(-1)).toMatch(new RegExp(`${manager.enter('db').join(' ')} ls -l$`));
    expect(runCommand(['shell', 'web'], host)).toBe(2);
    expect(runCommand(['shell', '../db'], host)).toBe(2);
  });

  it('starts one that does not run', () => {
    const host = machine();
    expect(runCommand(['services', 'start', 'web'], host)).toBe(0);
    expect(host.calls).toEqual(begun);
    expect(runCommand(['services', 'start', 'nobody'], host)).toBe(2);
    expect(runCommand(['services', 'start'], host)).toBe(2);
    expect(host.calls).toEqual(begun);
  });

  it('leaves what has a schedule until it is due', () => {
    const schedule = '30 3 * * *';
    const host = machine({
      '/containers/services/web/catamaran.json': JSON.stringify({ order: 1, schedule }),
    });
    manager.configure(host, readServices(host));
    const held = host.files.has('/run/service/web/down');
    const wanted = String(host.files.get('/run/systemd/system/catamaran-services.target.d/containers.conf'));
    expect([held, wanted.includes('web')]).toEqual([name !== 'systemd', false]);
    expect(host.files.get('/run/service/old/settings')).toContain("after='db'");
  });

  it('shows what a service has said, and goes on', () => {
    const host = machine();
    expect(runCommand(['logs', 'db'], host)).toBe(0);
    expect(runCommand(['logs', 'db', '-f'], host)).toBe(0);
    expect(host.calls).toEqual([logs.kept, logs.followed]);
    expect(runCommand(['logs', '../etc'], host)).toBe(2);
    expect(runCommand(['logs'], host)).toBe(2);
    expect(runCommand(['logs', 'db', '-x'], host)).toBe(2);
  });
});
