// `service list|enable|disable|up|down`: compose files, by the Docker that each is for. What is enabled comes up with the machine.
import { encodeUtf8 } from '../../base/utf8.ts';
import { crc32 } from '../../gpt/crc32.ts';
import { askDigest, runWords } from '../engines/command-line.ts';
import { AgentError, type Host, runOrThrow } from '../host/host.ts';
import { putDurably } from '../update/durable.ts';
import {
  type DefinedService,
  inOrderOfStart,
  listDefinitions,
  ownDirectory,
  readDefinition,
  requireDefinition,
} from './definitions.ts';
import { answers, ofDocker, stateOf } from './dockers.ts';
import { settingsBelow, writeSystemSetting } from './settings.ts';

export function listServices(host: Host): void {
  const enabled = enabledNames(host);
  for (const definition of listDefinitions(host)) {
    const word = enabled.includes(definition.name) ? 'enabled ' : 'disabled';
    for (const { name, docker } of readDefinition(host, definition))
      host.print(
        `${word} ${definition.name}: ${name} of ${docker}, ${stateOf(host, docker, name) ?? 'not there'}`,
      );
  }
}

/** By its name, or a file that becomes one of the person's. */
export function enableService(host: Host, name: string): void {
  const known = name.includes('/') ? adopt(host, name) : name;
  readDefinition(host, requireDefinition(host, known));
  writeSystemSetting(host, `service.${known}`, 'true');
  host.print(
    `${known} comes up with the machine from now on; at once with: catamaran-agent service up ${known}`,
  );
}

export function disableService(host: Host, name: string): void {
  requireDefinition(host, name);
  writeSystemSetting(host, `service.${name}`, 'false');
  host.print(`${name} does not come up with the machine any more; it stays as it is now`);
}

export function startServices(host: Host, names: readonly string[]): void {
  const services = names.flatMap((name) => readDefinition(host, requireDefinition(host, name)));
  for (const service of inOrderOfStart(services)) start(host, service);
}

export function stopService(host: Host, name: string): void {
  for (const { name: container, docker } of inOrderOfStart(
    readDefinition(host, requireDefinition(host, name)),
  ).reverse()) {
    runOrThrow(host, ofDocker(docker, 'rm', '-f', container));
    host.print(`${container} is gone`);
  }
}

/** The container's own words. */
export function showServiceLog(host: Host, name: string, follow: boolean): void {
  const services = readDefinition(host, requireDefinition(host, name));
  for (const { name: container, docker } of services)
    host.show(ofDocker(docker, 'logs', ...(follow ? ['--follow'] : []), container));
}

export const enabledNames = (host: Host): string[] =>
  [...settingsBelow(host, 'service')].filter(([, value]) => value === 'true').map(([name]) => name);

function start(host: Host, service: DefinedService): void {
  const { name, docker, before: _before, after: _after, ...rest } = service;
  if (!answers(host, docker))
    throw new AgentError(`${docker} does not answer`, {
      code: 'docker-silent',
      hint: `See catamaran-agent logs ${docker}.`,
    });
  const digest = crc32(encodeUtf8(JSON.stringify(rest))).toString(16);
  const found = host.run(ofDocker(docker, ...askDigest(name)));
  if (found.status === 0 && found.output.trim() === digest) {
    runOrThrow(host, ofDocker(docker, 'start', name));
    host.print(`${name} runs`);
    return;
  }
  host.run(ofDocker(docker, 'rm', '-f', name));
  runOrThrow(host, ofDocker(docker, 'run', ...runWords({ name, ...rest }, rest.image, digest)));
  host.print(`${name} was made, and runs`);
}

function adopt(host: Host, path: string): string {
  const [, name] = /([a-z0-9][a-z0-9_-]{0,62})\.ya?ml$/.exec(path) ?? [];
  const text = host.readText(path);
  if (name === undefined || text === undefined)
    throw new AgentError(`${path} cannot be read, or is not called NAME.yml`, {
      code: 'service-definition',
      fault: 'usage',
    });
  readDefinition(host, { name, path });
  putDurably(host, `${ownDirectory}/${name}.yml`, text);
  return name;
}
