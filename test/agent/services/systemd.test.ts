// What systemd is told of containers, and how its answers are read.
import { readdir } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { readServices } from '../../../src/agent/services/settings.ts';
import { systemd } from '../../../src/agent/services/systemd.ts';
import { memoryHost } from '../memory-host.ts';

const units = '/run/systemd/system';

function configured(files: Record<string, object>) {
  const host = memoryHost(
    Object.fromEntries(
      Object.entries(files).map(([path, content]) => [
        `/containers/${path}/catamaran.json`,
        JSON.stringify(content),
      ]),
    ),
  );
  systemd.configure(host, readServices(host));
  return (name: string) => String(host.files.get(`${units}/${name}`));
}

test('a service is a unit of its own, with its policy in the words of systemd', () => {
  const read = configured({
    'services/db': {
      order: 0,
      restart: { policy: 'on-failure', backoff: { initial: 1000, max: 60_000, reset: 60_000 } },
      stop: { signal: 'SIGRTMIN+3', timeout: 2500 },
    },
    'services/web': { order: 1, dependsOn: ['db'], restart: { policy: 'never' } },
  });
  const db = read('db.service').split('\n');
  for (const line of [
    'Restart=on-failure',
    'RestartSec=1000ms',
    'RestartSteps=6',
    'RestartMaxDelaySec=60000ms',
    'KillSignal=37',
    'TimeoutStopSec=2500ms',
    'Delegate=yes',
  ])
    expect(db).toContain(line);
  const web = read('web.service').split('\n');
  for (const line of ['Wants=db.service', 'After=catamaran-up.service db.service', 'Restart=no'])
    expect(web).toContain(line);
  expect(read('catamaran-services.target.d/containers.conf')).toContain('Wants=db.service web.service');
  expect(read('reboot.target.d/catamaran.conf')).toContain('JobTimeoutSec=90');
});

test('onboot containers start one after another, and onshutdown containers, stopped, run in their order too', () => {
  const read = configured({
    'onboot/000-a': {},
    'onboot/001-b': { optional: true },
    'onshutdown/000-c': {},
    'onshutdown/001-d': {},
  });
  expect(read('onboot-000-a.service')).toContain('ExecStart=/usr/lib/catamaran/onboot 000-a required');
  expect(read('onboot-001-b.service')).toMatch(/After=onboot-000-a.service\n[\s\S]* 001-b optional/);
  // What is started after another is stopped before it.
  expect(read('onshutdown-000-c.service')).toMatch(
    /After=onshutdown-001-d.service\n[\s\S]*ExecStop=.* 000-c/,
  );
  expect(read('onshutdown-001-d.service')).toMatch(/After=\n/);
});

test('what the agent writes beside the component’s own settings does not take their place', async () => {
  const host = memoryHost();
  systemd.configure(host, []);
  const own = await readdir('components/init-systemd/rootfs/usr/lib/systemd/journald.conf.d');
  const written = [...host.files.keys()].filter((path) => path.startsWith('/run/systemd/journald.conf.d/'));
  expect(written).toHaveLength(1);
  // Of two files with one name in such directories only one counts.
  expect(own).not.toContain(written[0]!.split('/').at(-1));
});

test('what systemd says of a unit, and what it cannot know, make one report', () => {
  const shown = (fields: string) => `LoadState=loaded\n${fields}\n`;
  const list = (fields: string, files: Record<string, string> = {}) =>
    systemd.list(
      memoryHost(files, () => ({ status: 0, output: shown(fields) })),
      ['x'],
    )[0];
  expect(
    list('ActiveState=activating\nSubState=auto-restart\nNRestarts=3\nRestartUSecNext=1min 4s 250ms'),
  ).toEqual({ name: 'x', state: 'pausing', detail: '64.250', restarts: 3 });
  const state = { '/run/service/x/state': 'ended 4\n', '/run/service/x/restarts': '5\n' };
  expect(list('ActiveState=failed\nSubState=failed\nNRestarts=0', state)).toEqual({
    ...{ name: 'x', state: 'ended', detail: '4', restarts: 5 },
  });
  expect(list('ActiveState=inactive\nSubState=dead\nJob=17')).toMatchObject({ state: 'starting' });
  expect(list('ActiveState=failed\nSubState=failed')).toMatchObject({ state: 'stopped' });
});
