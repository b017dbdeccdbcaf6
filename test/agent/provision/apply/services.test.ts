// Containers of user-data, by each engine that an image may have; and the clear word where there is none.
import { describe, expect, test } from 'vitest';
import { fullReference } from '../../../../src/agent/engines/engine.ts';
import { engines } from '../../../../src/agent/engines/table.ts';
import { applyText, type Case } from '../user-data.ts';

const withEngine = (program: string): Record<string, string> => ({
  '/containers/services/engine/config.json': JSON.stringify({
    process: { args: [`/usr/bin/${program}`, '--x'] },
  }),
});
const web =
  'catamaran: {services: {web: {image: "nginx:1.27", network_mode: host, environment: {A: b}, volumes: ["/srv/www:/www:ro"]}}}';

describe.each(engines.map((engine) => [engine.name, engine] as const))(
  '%s',
  (_, { program, registryFiles }) => {
    const nothingThere = (command: readonly string[]) =>
      / (inspect|info) /.test(command.join(' ')) ? { status: 1 } : undefined;

    test('runs a container that is not there, in its service', () => {
      const { host, lines } = applyText(web, { files: withEngine(program), answers: nothingThere });
      expect(lines('services')).toEqual(['applied: the service web']);
      const run = host.calls.find((call) => / run -d /.test(call))!;
      expect(run).toMatch(/^\/usr\/lib\/catamaran\/runtime exec engine /);
      for (const word of ['nginx:1.27', 'A=b', '/srv/www', 'ro', 'web']) expect(run).toContain(word);
    });

    test('leaves one alone that is as it should be, and starts anew what is another', () => {
      let label = '';
      const first = applyText(web, { files: withEngine(program), answers: nothingThere });
      label = /catamaran\.user-data=(\w+)/.exec(first.host.calls.join('\n'))![1]!;
      const there: Case['answers'] = (command) =>
        / (inspect|info) /.test(command.join(' '))
          ? { output: program === 'containerd' ? `"catamaran.user-data": "${label}"` : `${label}\n` }
          : undefined;
      const again = { files: withEngine(program), answers: there, newInstance: false };
      expect(applyText(web, again).lines()).toEqual(['unchanged: the service web']);
      expect(applyText(web.replace('1.27', '1.28'), again).lines()).toEqual(['applied: the service web']);
    });

    test('that does not answer, or cannot pull, is a failure of each service', () => {
      const silent = applyText(web, {
        files: withEngine(program),
        answers: (command) => (command.includes('version') ? { status: 1 } : undefined),
      });
      expect(silent.lines()[0]).toMatch(/^failed: the service web: \w+ did not answer within 90 seconds/);
      const failing = applyText(web, {
        files: withEngine(program),
        answers: () => ({ status: 1, output: 'no such image\n' }),
      });
      expect(failing.lines('services')).toHaveLength(1);
    });

    test('reads of mirrors where it looks for them, and a password is in no list of processes but its own', () => {
      const files = registryFiles(
        [
          {
            name: 'docker.io',
            mirrors: ['http://192.0.2.1:5000'],
            insecure: false,
            credentials: { username: 'ada', password: 'secret' },
          },
        ],
        {},
      );
      expect(JSON.stringify(files)).toContain('192.0.2.1:5000');
      for (const file of files) if (/auth/.test(JSON.stringify(file))) expect(file.mode).toBe(0o600);
    });
  },
);

test('Docker’s settings of the image stay beside the registries of user-data', () => {
  const path = '/etc/docker/daemon.json';
  const text = 'catamaran: {registries: {docker.io: {mirrors: ["https://mirror.example.org"]}}}';
  const own = { 'live-restore': true, 'registry-mirrors': ['https://old.example.org'] };
  const files = { ...withEngine('dockerd'), [path]: JSON.stringify(own) };
  const { host, lines } = applyText(text, { files });
  expect(lines('registries')).toEqual([`applied: registries in ${path}`]);
  expect(JSON.parse(host.readText(path)!)).toEqual({
    'live-restore': true,
    'registry-mirrors': ['https://mirror.example.org'],
  });
  expect(applyText(text, { files: { ...withEngine('dockerd'), [path]: '{' } }).lines('registries')).toEqual([
    expect.stringContaining(`failed: registries in ${path}: what is there is no object of JSON`),
  ]);
});

test('a registry without TLS is a host of its own file, which containerd does not read without one', () => {
  const text = 'catamaran: {registries: {"192.0.2.1:5000": {insecure: true}}}';
  const { host } = applyText(text, { files: withEngine('containerd') });
  expect(host.readText('/etc/containerd/certs.d/192.0.2.1:5000/hosts.toml')).toBe(
    [
      'server = "http://192.0.2.1:5000"',
      '',
      '[host."http://192.0.2.1:5000"]',
      '  capabilities = ["pull", "resolve"]',
      '',
    ].join('\n'),
  );
});

test('mirrors of which the engine knows nothing are a failure', () => {
  const text =
    'catamaran: {registries: {ghcr.io: {mirrors: ["https://mirror.example.org"], insecure: true}}}';
  expect(applyText(text, { files: withEngine('dockerd') }).lines('registries')).toEqual([
    'failed: mirrors of the registry ghcr.io: Docker asks mirrors for docker.io alone',
    'applied: registries in /etc/docker/daemon.json',
  ]);
});

test('Docker on the host itself is asked there', () => {
  const files = { '/usr/lib/catamaran/system/docker/run': '#!/bin/sh\n' };
  const { host, lines } = applyText(web, {
    files,
    answers: (command) => (command.includes('inspect') ? { status: 1 } : undefined),
  });
  expect(lines('services')).toEqual(['applied: the service web']);
  const calls = host.calls.filter((call) => /docker/.test(call));
  expect(calls[0]).toMatch(/^env HOME=\/root docker version/);
  expect(calls.at(-1)).toMatch(/^env HOME=\/root docker run -d --name web .*nginx:1\.27/);
});

test('Podman has no daemon: at the next boot a container is started again', () => {
  const isThere = (command: readonly string[]) => command.join(' ') === 'test -x /usr/bin/podman';
  const first = applyText(web, {
    answers: (command) => (isThere(command) ? {} : command.includes('inspect') ? { status: 1 } : undefined),
  });
  expect(first.lines('services')).toEqual(['applied: the service web']);
  expect(first.host.calls).toContain('env HOME=/root mkdir -p -- /srv/www');
  const run = first.host.calls.find((call) => / run -d /.test(call))!;
  expect(run).toMatch(/^env HOME=\/root podman run -d --name web .*docker\.io\/library\/nginx:1\.27$/);
  const label = /catamaran\.user-data=(\w+)/.exec(run)![1]!;
  const later = (text: string) =>
    applyText(text, {
      answers: (command) =>
        command.includes('inspect') ? { output: `${label}\n` } : isThere(command) ? {} : undefined,
      newInstance: false,
    });
  const again = later(web);
  expect(again.lines('services')).toEqual(['unchanged: the service web']);
  expect(again.host.calls.at(-1)).toBe('env HOME=/root podman start web');
});

test('Podman reads of registries without TLS and of mirrors', () => {
  const registry = {
    name: '192.0.2.1:5000',
    mirrors: ['http://192.0.2.2', 'https://m.example/'],
    insecure: true,
  };
  expect(engines.find(({ name }) => name === 'podman')!.registryFiles([registry], {})).toEqual([
    {
      path: '/etc/containers/registries.conf.d/50-user-data.conf',
      mode: 0o644,
      text: `[[registry]]
location = "192.0.2.1:5000"
insecure = true

[[registry.mirror]]
location = "192.0.2.2"
insecure = true

[[registry.mirror]]
location = "m.example"
insecure = false
`,
    },
  ]);
});

test('without an engine each service is a failure that names components', () => {
  expect(applyText(web).lines()).toEqual([
    'failed: the service web: the image has no container engine: add component:docker to its init, or component:podman to its init, or component:containerd to its services',
  ]);
});

test('what an engine cannot do is refused, and the container not started otherwise', () => {
  const text = 'catamaran: {services: {web: {image: nginx, ports: ["80:80"]}}}';
  const { host, lines } = applyText(text, { files: withEngine('containerd') });
  expect(lines()).toEqual([expect.stringContaining('containerd makes no network for a container')]);
  expect(host.calls.join()).not.toContain(' run ');
});

test('services start after what they depend on', () => {
  const text =
    'catamaran: {services: {a: {image: x, depends_on: [b]}, b: {image: y, depends_on: [a, c]}, c: {image: z}}}';
  expect(applyText(text, { files: withEngine('dockerd') }).lines()).toEqual([
    'applied: the service c',
    'applied: the service b',
    'applied: the service a',
  ]);
});

test.each([
  ['nginx', 'docker.io/library/nginx:latest'],
  ['grafana/grafana:11', 'docker.io/grafana/grafana:11'],
  ['localhost:5000/x', 'localhost:5000/x:latest'],
  ['ghcr.io/a/b@sha256:00', 'ghcr.io/a/b@sha256:00'],
])('the image %s is %s', (image, full) => {
  expect(fullReference(image)).toBe(full);
});

describe('settings of a machine of system-docker', () => {
  const text = 'rancher: {console: debian, docker: {tls: true}}';
  const directory = '/etc/catamaran/system.d';
  const machine = {
    ...{ '/usr/lib/catamaran/init': 'docker\n' },
    ...{ '/usr/lib/catamaran/system.conf': 'console.debian: debian:trixie\n' },
    '/containers/services/docker/config.json': '{"process": {"args": ["/engine/dockerd"]}}',
  };

  test('lie beside those of the image', () => {
    const { host, lines } = applyText(text, { files: machine });
    expect(lines()).toEqual(['applied: console debian', 'applied: docker.tls true']);
    expect(host.readText(`${directory}/90-user-data-console.conf`)).toBe('console: debian\n');
    expect(host.readText(`${directory}/90-user-data-docker.tls.conf`)).toBe('docker.tls: true\n');
    expect(applyText(text, { host, newInstance: false }).lines()).toEqual([
      'unchanged: console debian',
      'unchanged: docker.tls true',
    ]);
    expect(applyText('rancher: {console: default}', { files: machine }).lines()).toEqual([
      'applied: console default',
    ]);
  });

  test('go with the user-data that had them', () => {
    const { host } = applyText(text, { files: machine });
    applyText('rancher: {docker: {tls: true}}', { host });
    expect(host.readText(`${directory}/90-user-data-console.conf`)).toBeUndefined();
    expect(host.readText(`${directory}/90-user-data-docker.tls.conf`)).toBe('docker.tls: true\n');
  });

  test('say what of the image is missing', () => {
    expect(applyText(text).lines()).toEqual([
      'failed: console debian: the image has no consoles. Build it with component:init-docker in place of its init.',
      'failed: docker.tls true: the image has no service docker. Build it with component:user-docker in its services, beside component:init-docker.',
    ]);
    const { host, lines } = applyText('rancher: {console: alpine}', { files: machine });
    expect(lines()).toEqual([
      'failed: console alpine: there is no console "alpine"; there are default, debian. Name its image first: catamaran-agent config set console.NAME IMAGE.',
    ]);
    expect(host.listDirectory(directory)).toBeUndefined();
  });
});
