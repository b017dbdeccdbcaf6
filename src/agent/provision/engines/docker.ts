// Docker: by its own command line, in the container of its service or on the host.

import { encodeUtf8 } from '../../../base/utf8.ts';
import type { Registry, Service } from '../../../contract/user-data/machine-config.ts';
import { runOrThrow } from '../../host/host.ts';
import { type ContainerEngine, inEngine, registryOf } from './engine.ts';

const label = 'catamaran.user-data';

export const docker: ContainerEngine = {
  name: 'docker',
  program: 'dockerd',
  daemon: 'docker',

  isReady: (running) => running.host.run(inEngine(running, ['docker', 'version'])).status === 0,

  refuses: () => undefined,

  find(running, name) {
    const format = `{{index .Config.Labels "${label}"}}`;
    const { status, output } = running.host.run(inEngine(running, ['docker', 'inspect', '-f', format, name]));
    return status === 0 ? output.trim() : undefined;
  },

  start(running, { service, digest }) {
    const { host } = running;
    host.run(inEngine(running, ['docker', 'rm', '-f', service.name]));
    runOrThrow(host, inEngine(running, ['docker', 'run', ...runWords(service, { [label]: digest })]));
  },

  registryFiles(registries, variables) {
    const ofDocker = registries.find(({ name }) => name === 'docker.io');
    const insecure = registries.filter((each) => each.insecure).map(({ name }) => name);
    const proxies = {
      'http-proxy': variables.http_proxy,
      'https-proxy': variables.https_proxy,
      'no-proxy': variables.no_proxy,
    };
    const daemon = {
      ...(ofDocker && ofDocker.mirrors.length > 0 && { 'registry-mirrors': ofDocker.mirrors }),
      ...(insecure.length > 0 && { 'insecure-registries': insecure }),
      ...(Object.keys(variables).length > 0 && { proxies }),
    };
    const auths = Object.fromEntries(registries.flatMap(authOf));
    return [
      ...(Object.keys(daemon).length > 0
        ? [{ path: '/etc/docker/daemon.json', text: print(daemon), mode: 0o644 }]
        : []),
      ...(Object.keys(auths).length > 0
        ? [{ path: '/root/.docker/config.json', text: print({ auths }), mode: 0o600 }]
        : []),
    ];
  },
};

/** What follows `docker run`; `marks` are labels beside its own. */
export function runWords(service: Service, marks: Readonly<Record<string, string>>): string[] {
  const { name, image, entrypoint = [], command = [], network, pid, hostname, user, directory } = service;
  const [program, ...first] = entrypoint;
  const option = (key: string, value: string | undefined) => (value === undefined ? [] : [key, value]);
  const each = (key: string, values: readonly string[]) => values.flatMap((value) => [key, value]);
  const pairs = (values: Readonly<Record<string, string>>) =>
    Object.entries(values).map(([key, value]) => `${key}=${value}`);
  return [
    ...['-d', '--name', name, '--restart', service.restart],
    ...each('--label', pairs(marks)),
    ...each('--label', pairs(service.labels)),
    ...each('-e', pairs(service.environment)),
    ...each('-v', service.mounts),
    ...each('-p', service.ports),
    ...option('--network', network),
    ...option('--pid', pid),
    ...option('--hostname', hostname),
    ...option('--user', user),
    ...option('--workdir', directory),
    ...(service.privileged ? ['--privileged'] : []),
    ...(service.readOnly ? ['--read-only'] : []),
    ...each('--cap-add', service.capabilities.add),
    ...each('--cap-drop', service.capabilities.drop),
    ...each('--device', service.devices),
    ...option('--entrypoint', program),
    ...[image, ...first, ...command],
  ];
}

function authOf({ name, credentials }: Registry): [string, { auth: string }][] {
  if (!credentials) return [];
  const key = name === registryOf('x') ? 'https://index.docker.io/v1/' : name;
  return [[key, { auth: encodeBase64(encodeUtf8(`${credentials.username}:${credentials.password}`)) }]];
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

function encodeBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const [a = 0, b, c] = bytes.subarray(at, at + 3);
    const bits = (a << 16) | ((b ?? 0) << 8) | (c ?? 0);
    text += alphabet[bits >> 18]! + alphabet[(bits >> 12) & 63]!;
    text +=
      b === undefined ? '==' : alphabet[(bits >> 6) & 63]! + (c === undefined ? '=' : alphabet[bits & 63]!);
  }
  return text;
}

const print = (value: unknown) => `${JSON.stringify(value, undefined, 2)}\n`;
