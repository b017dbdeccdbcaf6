// Services beside those of the spec, as compose files: the image's and a person's, who may take the place of one of the image's.
// Which Docker has it, and what it comes before or after, its labels say, in our words or in RancherOS's.
import { encodeUtf8 } from '../../base/utf8.ts';
import type { Service } from '../../contract/user-data/machine-config.ts';
import { readUserData } from '../../contract/user-data/read.ts';
import { AgentError, type Host } from '../host/host.ts';
import type { Docker } from './dockers.ts';

const imageDirectory = '/usr/share/catamaran/services';
export const ownDirectory = '/etc/catamaran/services';
const suffix = /\.ya?ml$/;

/** One file. */
export interface Definition {
  readonly name: string;
  readonly path: string;
}

export interface DefinedService extends Service {
  readonly docker: Docker;
  /** Names of others. */
  readonly before: readonly string[];
  readonly after: readonly string[];
}

/** By name. */
export function listDefinitions(host: Host): Definition[] {
  const found = new Map<string, string>();
  for (const directory of [imageDirectory, ownDirectory])
    for (const file of (host.listDirectory(directory) ?? []).filter((each) => suffix.test(each)))
      found.set(file.replace(suffix, ''), `${directory}/${file}`);
  return [...found].sort(([a], [b]) => (a < b ? -1 : 1)).map(([name, path]) => ({ name, path }));
}

export function requireDefinition(host: Host, name: string): Definition {
  const all = listDefinitions(host);
  const definition = all.find((each) => each.name === name);
  if (definition !== undefined) return definition;
  throw new AgentError(
    `there is no service ${JSON.stringify(name)}; there are ${all.map((each) => each.name).join(', ') || 'none'}`,
    {
      code: 'service-unknown',
      fault: 'usage',
      hint: `Name a compose file, or put it into ${ownDirectory}.`,
    },
  );
}

export function readDefinition(host: Host, { path }: Definition): DefinedService[] {
  const text = host.readText(path);
  if (text === undefined)
    throw new AgentError(`${path} cannot be read`, { code: 'service-definition', fault: 'usage' });
  const { config, findings } = readUserData(encodeUtf8(`#compose\n${text}`));
  const [wrong] = findings.filter(({ level }) => level === 'error');
  if (wrong !== undefined || config.services.length === 0)
    throw new AgentError(
      wrong
        ? `${path}:${Math.max(1, wrong.line - 1)}: ${wrong.pointer} ${wrong.message}`
        : `${path} has no services`,
      { code: 'service-definition', fault: 'usage', ...(wrong?.hint !== undefined && { hint: wrong.hint }) },
    );
  return config.services.map(withLabels);
}

const prefixes = ['catamaran', 'io.rancher.os'];

function withLabels(service: Service): DefinedService {
  const labelled = (key: string) =>
    prefixes.map((prefix) => service.labels[`${prefix}.${key}`]).find((value) => value !== undefined);
  const names = (key: string) => (labelled(key) ?? '').split(/[\s,]+/).filter(Boolean);
  return {
    ...service,
    docker: labelled('scope') === 'system' ? 'system-docker' : 'docker',
    before: names('before'),
    after: [...names('after'), ...service.dependsOn],
  };
}

/** Each after what it is to come after; in a circle, as they stand. */
export function inOrderOfStart(services: readonly DefinedService[]): DefinedService[] {
  const sorted: DefinedService[] = [];
  const visit = (service: DefinedService, path: readonly DefinedService[]) => {
    if (sorted.includes(service) || path.includes(service)) return;
    const earlier = services.filter(
      ({ name, before }) => service.after.includes(name) || before.includes(service.name),
    );
    for (const each of earlier) visit(each, [...path, service]);
    sorted.push(service);
  };
  for (const service of services) visit(service, []);
  return sorted;
}
