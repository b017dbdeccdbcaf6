// Containers as compose files describe them (https://compose-spec.io), which RancherOS's services and our own use too: one
// shape, and what becomes of it. What has no meaning for a container by itself is reported.

import type { Findings } from '../document/finding.ts';
import { shown } from '../document/finding.ts';
import { either, list, mapping, type Read, record } from '../document/shape/collections.ts';
import { containerName, environmentName, imageReference } from '../document/shape/forms.ts';
import { anything, text, truth } from '../document/shape/scalars.ts';
import { about, changed, meaningless, orEmpty, type Shape } from '../document/shape/shape.ts';
import type { Draft } from './draft.ts';
import type { Service } from './machine-config.ts';
import { splitWords } from './split-words.ts';

const line = text({ pattern: /^[^\n\0]*$/, rule: 'a text on one line' });
const anyText = text();
/** A text is split as a shell would split it. */
const commandLine = either({ scalar: changed(anyText, splitWords), list: list(anyText) });
const pairs = either({ list: list(line), mapping: record(orEmpty(line, '')) });
const many = orEmpty(list(line), []);

const mountOf = changed(
  mapping(
    {
      type: about(
        'bind, volume or tmpfs.',
        text({ pattern: /^(bind|volume|tmpfs)$/, rule: 'bind, volume or tmpfs' }),
      ),
      source: about('What is mounted.', line),
      target: about('Where in the container.', line),
      read_only: about('Whether it cannot be written.', truth),
    },
    ['target'],
  ),
  ({ source = '', target, read_only }) =>
    `${source === '' ? '' : `${source}:`}${target}${read_only ? ':ro' : ''}`,
);

const portOf = changed(
  mapping(
    {
      target: about('Port of the container.', line),
      published: about('Port of the machine.', line),
      protocol: about('tcp or udp.', line),
      host_ip: about('Address of the machine.', line),
      mode: meaningless('there is no swarm'),
    },
    ['target'],
  ),
  ({ target, published, protocol, host_ip }) =>
    `${host_ip ? `${host_ip}:` : ''}${published ? `${published}:` : ''}${target}${protocol ? `/${protocol}` : ''}`,
);

const ofComposeAlone = 'it is of a project of containers, not of one';
const port = /^((\[[\da-f:]+\]|[\d.]+):)?((\d{1,5}(-\d{1,5})?)?:)?\d{1,5}(-\d{1,5})?(\/(tcp|udp|sctp))?$/i;

export const serviceFields = {
  image: about('Image with its tag or digest.', text(imageReference)),
  command: about('Command in place of the image’s.', orEmpty(commandLine, [])),
  entrypoint: about('Entry point in place of the image’s.', orEmpty(commandLine, [])),
  environment: about('Variables, as NAME=VALUE or a mapping.', orEmpty(pairs, [])),
  env: about('Variables, as NAME=VALUE or a mapping.', orEmpty(pairs, [])),
  volumes: about(
    'What is mounted, as SOURCE:TARGET[:ro].',
    orEmpty(list(either({ scalar: line, mapping: mountOf })), []),
  ),
  mounts: about(
    'What is mounted, as SOURCE:TARGET[:ro].',
    orEmpty(list(either({ scalar: line, mapping: mountOf })), []),
  ),
  ports: about(
    'Ports of the machine that lead to it, as 8080:80.',
    orEmpty(
      list(
        either({
          scalar: text({ pattern: port, rule: '[ADDRESS:][PORT:]PORT', example: '8080:80' }),
          mapping: portOf,
        }),
      ),
      [],
    ),
  ),
  restart: about(
    'When it is started again: always, unless-stopped, on-failure or no. Default: always.',
    text({
      pattern: /^(always|unless-stopped|on-failure(:\d{1,4})?|no|false)$/,
      rule: 'always, unless-stopped, on-failure or no',
    }),
  ),
  network_mode: about('Network: bridge, host, none or container:NAME.', line),
  net: about('Network: bridge, host, none or container:NAME.', line),
  pid: about('Namespace of processes: host.', line),
  hostname: about('Host name in it.', line),
  container_name: about('Name of the container. Default: the key.', text(containerName)),
  user: about('User in it.', line),
  working_dir: about('Working directory in it.', line),
  privileged: about('Whether it may do everything.', truth),
  read_only: about('Whether its root cannot be written.', truth),
  cap_add: about('Capabilities to add.', many),
  cap_drop: about('Capabilities to take away.', many),
  devices: about('Devices of the machine.', many),
  labels: about('Labels.', orEmpty(pairs, [])),
  depends_on: about(
    'Services that are started before it.',
    orEmpty(
      either({ list: list(line), mapping: changed(record(anything), (named) => [...named.keys()]) }),
      [],
    ),
  ),
  build: meaningless('nothing is built on a machine', 'Name an image.'),
  links: meaningless(ofComposeAlone),
  volumes_from: meaningless(ofComposeAlone, 'Write volumes.'),
  networks: meaningless(ofComposeAlone, 'Write network_mode.'),
  deploy: meaningless('there is no swarm'),
  healthcheck: meaningless('the image’s own is used', 'Write catamaran.health for the machine.'),
  logging: meaningless('logs are the engine’s'),
  log_driver: meaningless('logs are the engine’s'),
  uts: meaningless(ofComposeAlone),
  ipc: meaningless(ofComposeAlone),
  expose: meaningless(ofComposeAlone),
  profiles: meaningless(ofComposeAlone),
  stdin_open: meaningless('nobody is at its terminal'),
  tty: meaningless('nobody is at its terminal'),
  mem_limit: meaningless('limits are not set by user-data'),
  ulimits: meaningless('limits are not set by user-data'),
  dns: meaningless('it is the machine’s'),
  extra_hosts: meaningless(ofComposeAlone),
  tmpfs: meaningless('tmpfs is written under volumes', 'Write {type: tmpfs, target: PATH} under volumes.'),
  secrets: meaningless(ofComposeAlone, 'Write a file, and mount it.'),
  configs: meaningless(ofComposeAlone, 'Write a file, and mount it.'),
  env_file: meaningless(ofComposeAlone, 'Write environment.'),
  stop_grace_period: meaningless('the engine’s default is used'),
  stop_signal: meaningless('the image’s own is used'),
  init: meaningless('the engine’s default is used'),
  security_opt: meaningless('the engine’s default is used'),
  sysctls: meaningless(ofComposeAlone),
} as const;

/** A container that is less confined than it was meant to be is not started. */
const service = mapping(
  serviceFields,
  ['image'],
  [
    'command',
    'entrypoint',
    'user',
    'read_only',
    'privileged',
    'cap_add',
    'cap_drop',
    'network_mode',
    'net',
    'pid',
    'container_name',
  ],
);

export const servicesShape: Shape<ReadonlyMap<string, Read<typeof serviceFields>>> = record(
  service,
  containerName,
);

/** A compose file; only its services mean something for one machine. */
export const composeShape = mapping(
  {
    version: about('Of the format; any will do.', anything),
    name: about('Of the project.', text()),
    services: about('Containers.', servicesShape),
    volumes: about('Named volumes; they are made where a service names one.', anything),
    networks: meaningless(
      'each container is by itself',
      'Write network_mode: host where containers talk to each other.',
    ),
    secrets: meaningless('secrets are files', 'Write a file, and mount it.'),
    configs: meaningless('configs are files', 'Write a file, and mount it.'),
  },
  ['services'],
);

export function addServices(
  named: ReadonlyMap<string, Read<typeof serviceFields>>,
  draft: Draft,
  findings: Findings,
): void {
  for (const [key, read] of named) {
    const name = read.container_name ?? key;
    draft.addService(serviceOf(name, read, findings), read.at);
  }
}

function serviceOf(name: string, read: Read<typeof serviceFields>, findings: Findings): Service {
  const { image = '', command, entrypoint, pid, hostname, user, working_dir, at } = read;
  const environment = pairsOf(read.environment ?? read.env);
  for (const key of Object.keys(environment).filter((each) => !environmentName.pattern.test(each)))
    findings.note(at, `has the variable ${shown(key)}, which most programs cannot read`);
  const network = read.network_mode ?? read.net;
  const [restart = 'always'] = (read.restart ?? 'always').replace('false', 'no').split(':');
  return {
    name,
    image,
    ...(entrypoint && entrypoint.length > 0 && { entrypoint }),
    ...(command && command.length > 0 && { command }),
    environment,
    mounts: [...(read.volumes ?? []), ...(read.mounts ?? [])],
    ports: read.ports ?? [],
    restart: restart as Service['restart'],
    ...(network !== undefined && { network }),
    ...(pid !== undefined && { pid }),
    ...(hostname !== undefined && { hostname }),
    ...(user !== undefined && { user }),
    ...(working_dir !== undefined && { directory: working_dir }),
    privileged: read.privileged ?? false,
    readOnly: read.read_only ?? false,
    capabilities: { add: read.cap_add ?? [], drop: read.cap_drop ?? [] },
    devices: read.devices ?? [],
    labels: pairsOf(read.labels),
    dependsOn: read.depends_on ?? [],
  };
}

function pairsOf(
  written: readonly string[] | ReadonlyMap<string, string> | undefined,
): Record<string, string> {
  if (written === undefined) return {};
  if (written instanceof Map) return Object.fromEntries(written);
  return Object.fromEntries(
    (written as readonly string[]).map((pair) => [
      pair.split('=')[0]!,
      pair.slice(pair.indexOf('=') + 1 || pair.length),
    ]),
  );
}
