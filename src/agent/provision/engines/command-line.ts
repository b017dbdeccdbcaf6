// The command line of Docker, which Podman takes too; and the file of credentials that both read.
import { encodeUtf8 } from '../../../base/utf8.ts';
import type { Registry, Service } from '../../../contract/user-data/machine-config.ts';
import { type EngineFile, registryOf } from './engine.ts';

export const label = 'catamaran.user-data';

/** Detached, under its name, with what it is known by later. */
export function runWords(service: Service, image: string, digest: string): string[] {
  const { name, entrypoint = [], command = [], network, pid, hostname, user, directory } = service;
  const [program, ...first] = entrypoint;
  const option = (key: string, value: string | undefined) => (value === undefined ? [] : [key, value]);
  const each = (key: string, values: readonly string[]) => values.flatMap((value) => [key, value]);
  const pairs = (values: Readonly<Record<string, string>>) =>
    Object.entries(values).map(([key, value]) => `${key}=${value}`);
  return [
    ...['-d', '--name', name, '--restart', service.restart, '--label', `${label}=${digest}`],
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

/** What `docker login` leaves. */
export function authFiles(registries: readonly Registry[]): EngineFile[] {
  const auths = Object.fromEntries(registries.flatMap(authOf));
  if (Object.keys(auths).length === 0) return [];
  return [{ path: '/root/.docker/config.json', members: { auths }, mode: 0o600 }];
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
