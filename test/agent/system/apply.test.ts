// What a machine does of what it is told: Docker's port, images that come along, the console.
import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { dispatch } from '../../../src/agent/commands/dispatch.ts';
import { systemCommands } from '../../../src/agent/commands/table.ts';
import { setEngineTls } from '../../../src/agent/system/engine-tls.ts';
import { type MemoryHost, memoryHost } from '../memory-host.ts';

const daemon = '/etc/docker/daemon.json';
const key = { '/etc/docker/tls/server-key.pem': 'key' };
const noise = { '/dev/urandom': new Uint8Array(64).fill(7) };
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

test('what is no JSON stays as it is, and a person’s own port is not taken away', () => {
  expect(() => setEngineTls(memoryHost({ ...key, [daemon]: '{' }), true)).toThrow('is not JSON');
  const own = { [daemon]: '{"hosts": ["tcp://10.0.0.5:2376"], "tlsverify": true}' };
  expect(setEngineTls(memoryHost(own), false)).toBe(false);
});

test('Docker’s port has a certificate, made for the machine’s name and addresses unless somebody has made one', () => {
  const name = { '/etc/hostname': 'bull\n', '/etc/catamaran/system.conf': 'docker.tls: true\n' };
  const addresses = '2: eth0    inet 10.0.2.15/24 brd 10.0.2.255 scope global eth0\n';
  const applied = (files: Record<string, string | Uint8Array>) => {
    const host = memoryHost({ ...name, ...files }, ([program]) =>
      program === 'ip' ? { status: 0, output: addresses } : undefined,
    );
    expect(call('config apply', host)).toBe(0);
    expect(host.calls).toContain('sv -w 60 restart /run/service/docker');
    return host.files;
  };
  const made = String(applied(noise).get('/etc/docker/tls/server.pem.new'));
  const { subjectAltName } = new X509Certificate(made);
  for (const each of ['DNS:bull', 'DNS:localhost', 'IP Address:127.0.0.1', 'IP Address:10.0.2.15'])
    expect(subjectAltName?.split(', ')).toContain(each);
  expect(applied(key).has('/etc/docker/tls/server.pem.new')).toBe(false);
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
      [daemon]: '{',
      '/etc/catamaran/system.conf': 'console: nosuch\nservice.web: true\n',
      '/usr/share/catamaran/services/web.yml': 'services: {web: {image: "nginx:1"}}',
    },
    (command) => (command.includes('inspect') ? { status: 1, output: '' } : undefined),
  );
  expect(call('config apply', host)).toBe(6);
  expect(host.calls.some((line) => line.includes('run -d --name web'))).toBe(true);
  expect(host.files.get('/run/catamaran/notices/system')).toBe(
    '/etc/docker/daemon.json is not JSON\nthere is no console "nosuch"; there are default\n',
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
