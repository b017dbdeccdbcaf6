// What a machine does of what it is told: Docker's port, images that come along, the console.
import { expect, test } from 'vitest';
import { dispatch } from '../../../src/agent/commands/dispatch.ts';
import { systemCommands } from '../../../src/agent/commands/table.ts';
import { setEngineTls } from '../../../src/agent/system/engine-tls.ts';
import { type MemoryHost, memoryHost } from '../memory-host.ts';

const daemon = '/etc/docker/daemon.json';
const key = { '/etc/docker/tls/server-key.pem': 'key' };
const call = (words: string, host: MemoryHost) => dispatch(words.split(' '), host, systemCommands);
/** As it lies there once it has been renamed. */
const written = (host: MemoryHost) => {
  const text = String(host.files.get(`${daemon}.new`));
  host.files.set(daemon, text);
  return JSON.parse(text) as Record<string, unknown>;
};

test('Docker’s settings get its port and keep the rest, and lose it again', () => {
  const host = memoryHost({ ...key, [daemon]: '{"log-driver": "local"}' });
  expect(setEngineTls(host, true)).toBe(true);
  expect(written(host)).toMatchObject({
    'log-driver': 'local',
    tlsverify: true,
    hosts: ['unix:///run/docker.sock', 'tcp://0.0.0.0:2376'],
  });
  expect(setEngineTls(host, true)).toBe(false);
  expect(setEngineTls(host, false)).toBe(true);
  expect(written(host)).toEqual({ 'log-driver': 'local' });
  expect(setEngineTls(host, false)).toBe(false);
});

test('there is no port without a certificate, and a person’s own port is not taken away', () => {
  expect(() => setEngineTls(memoryHost(), true)).toThrow('there is no certificate');
  expect(() => setEngineTls(memoryHost({ ...key, [daemon]: '{' }), true)).toThrow('is not JSON');
  const own = { [daemon]: '{"hosts": ["tcp://10.0.0.5:2376"], "tlsverify": true}' };
  expect(setEngineTls(memoryHost(own), false)).toBe(false);
});

test('an archive is loaded into the Docker that its directory is called after, again only if it is another one', () => {
  const archive = '/usr/share/catamaran/preload/system-docker/app.tar.gz';
  const mark = `/var/lib/catamaran/preload/done/system-docker${archive.replaceAll('/', '_')}`;
  const loads = (marked: Record<string, string>) => {
    const files = { [archive]: '', '/var/lib/catamaran/preload/docker/notes.txt': '', ...marked };
    const host: MemoryHost = memoryHost(files, ([program]) =>
      program === 'stat' ? { status: 0, output: '10 1700000000\n' } : undefined,
    );
    expect(call('config apply', host)).toBe(0);
    return host.calls.filter((line) => line.includes(' load '));
  };
  const load = `docker -H unix:///run/system-docker.sock load --quiet --input ${archive}`;
  expect(loads({})).toEqual([load]);
  expect(loads({ [mark]: '10 1700000000\n' })).toEqual([]);
  expect(loads({ [mark]: '9 1700000000\n' })).toEqual([load]);
});

test('what cannot be done keeps nothing else from being done, and every login hears of it', () => {
  const host: MemoryHost = memoryHost(
    {
      '/etc/catamaran/system.conf': 'docker.tls: true\nconsole: nosuch\nservice.web: true\n',
      '/usr/share/catamaran/services/web.yml': 'services: {web: {image: "nginx:1"}}',
    },
    (command) => (command.includes('inspect') ? { status: 1, output: '' } : undefined),
  );
  expect(call('config apply', host)).toBe(6);
  expect(host.calls.some((line) => line.includes('run -d --name web'))).toBe(true);
  expect(host.files.get('/run/catamaran/notices/system')).toBe(
    'docker.tls is true, and there is no certificate\nthere is no console "nosuch"; there are default\n',
  );
});

test('a console is made of its image, which is not pulled onto a disk that is almost full', () => {
  const start = (free: number, known: boolean) => {
    const host: MemoryHost = memoryHost(
      { '/usr/lib/catamaran/system.conf': 'console.alpine: alpine:3\n' },
      (command) => {
        if (command[0] === 'df')
          return {
            status: 0,
            output: `Filesystem 1024-blocks Used Available Capacity Mounted on\n/dev/vda10 1000000 1 ${free} 1% /var\n`,
          };
        return command.includes('inspect') ? { status: known ? 0 : 1, output: '' } : undefined;
      },
    );
    return { status: call('console switch alpine', host), host };
  };
  const { status, host } = start(1000, false);
  expect(status).not.toBe(0);
  expect(host.printed.join('\n')).toContain('too few to fetch alpine:3');
  expect(host.calls.join('\n')).not.toMatch(/ (pull|run) /);
  expect(start(900_000, false).host.calls.join('\n')).toMatch(/ pull alpine:3\n/);
  const there = start(1000, true);
  expect(there.status).toBe(0);
  expect(there.host.calls.join('\n')).toMatch(/ rm -f console\n.* run --detach --name console .* alpine:3 /);
  expect(there.host.files.get('/run/catamaran/console')).toBe('alpine\n');
  expect(there.host.files.get('/etc/catamaran/system.conf.new')).toBe('console: alpine\n');
});

test('a console that runs is left alone, and logins find it', () => {
  const files = { '/etc/catamaran/system.conf': 'console: alpine\nconsole.alpine: alpine:3\n' };
  const host: MemoryHost = memoryHost(files, (command) =>
    command.includes('inspect') ? { status: 0, output: 'true alpine\n' } : undefined,
  );
  expect(call('config apply', host)).toBe(0);
  expect(host.calls.join('\n')).not.toMatch(/ (rm|run) /);
  expect(host.files.get('/run/catamaran/console')).toBe('alpine\n');
});
