// The command line of Docker, which Podman takes too; and the file of credentials that both read.
import { encodeBase64 } from '../../base/base64.ts';
import { encodeUtf8 } from '../../base/utf8.ts';
import type { Registry, Service } from '../../contract/user-data/machine-config.ts';
import { type ContainerEngine, type EngineFile, inEngine, registryOf } from './engine.ts';

const label = 'catamaran.user-data';

/** What follows a client's name: what a container is known by, where there is one. */
export const askDigest = (name: string): string[] => [
  'container',
  'inspect',
  '-f',
  `{{index .Config.Labels "${label}"}}`,
  name,
];

/** What both clients answer alike. */
export const answersOf = (
  client: 'docker' | 'podman',
): Pick<ContainerEngine, 'isReady' | 'refuses' | 'find'> => ({
  isReady: (running) => running.host.run(inEngine(running, [client, 'version'])).status === 0,

  refuses: () => undefined,

  find(running, name) {
    const { status, output } = running.host.run(inEngine(running, [client, ...askDigest(name)]));
    return status === 0 ? output.trim() : undefined;
  },
});

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
