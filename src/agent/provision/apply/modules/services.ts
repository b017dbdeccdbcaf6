// catamaran.services, compose files, rancher.services: containers beside those of the image, by the engine that it has; and
// what that engine has to know of registries.

import { encodeUtf8 } from '../../../../base/utf8.ts';
import { isObject } from '../../../../contract/metadata/values.ts';
import type { MachineConfig, Service } from '../../../../contract/user-data/machine-config.ts';
import { crc32 } from '../../../../gpt/crc32.ts';
import type { ContainerEngine, EngineFile, RunningEngine } from '../../../engines/engine.ts';
import { engines, findEngine } from '../../../engines/table.ts';
import { AgentError, type Host } from '../../../host/host.ts';
import type { Module } from '../module.ts';
import { requirePath } from '../places.ts';
import { proxyVariables } from '../variables.ts';
import { changeFile } from '../write.ts';

/** In seconds. */
const patience = 90;
const none = `the image has no container engine: add ${engines.map(({ name, onHost }) => `component:${name} to its ${onHost === undefined ? 'services' : 'init'}`).join(', or ')}`;

export const services: Module = {
  name: 'services',
  summary:
    '`catamaran.services`, `catamaran.compose`, `rancher.services`: containers, started anew where they are said to be others',
  pass: 'final',
  when: 'boot',
  apply({ host, config, report }) {
    if (config.services.length === 0) return;
    const found = findEngine(host);
    const reason =
      found === undefined
        ? none
        : isReady(found)
          ? undefined
          : `${found.engine.name} did not answer within ${patience} seconds`;
    if (!found || reason !== undefined) {
      for (const { name } of config.services) report.failed(`the service ${name}: ${reason}`);
      return;
    }
    const { engine, running } = found;
    for (const each of inOrder(config.services)) {
      const service = { ...each, environment: { ...config.environment, ...each.environment } };
      const digest = crc32(encodeUtf8(JSON.stringify(service))).toString(16);
      const refused = engine.refuses(service);
      if (refused !== undefined) {
        report.failed(`the service ${each.name}: ${refused}`);
        continue;
      }
      report.attempt(`the service ${each.name}`, () => {
        if (engine.find(running, each.name) === digest) {
          if (each.restart !== 'no') engine.wake?.(running, each.name);
          return false;
        }
        const { registries, proxy } = config;
        engine.start(running, { service, digest, registries, variables: proxyVariables(proxy) });
        return true;
      });
    }
  },
};

export const registries: Module = {
  name: 'registries',
  summary:
    '`catamaran.registries`, `rancher.registry_auths`: mirrors and credentials, as the engine of the image reads them',
  pass: 'local',
  when: 'boot',
  apply({ host, config, report }) {
    const variables = proxyVariables(config.proxy);
    if (config.registries.length === 0 && Object.keys(variables).length === 0 && !isTold(config.engine))
      return;
    const found = findEngine(host);
    if (config.registries.length > 0 && !found) {
      for (const { name } of config.registries) report.failed(`the registry ${name}: ${none}`);
      return;
    }
    for (const { name } of config.registries)
      if (!/^[A-Za-z0-9][A-Za-z0-9.:_-]{0,252}$/.test(name))
        report.failed(`the registry ${name}: that is no host`);
    const named = config.registries.filter(({ name }) => /^[A-Za-z0-9][A-Za-z0-9.:_-]{0,252}$/.test(name));
    for (const each of named) {
      const refused = found?.engine.refusesRegistry?.(each);
      if (refused !== undefined) report.failed(`mirrors of the registry ${each.name}: ${refused}`);
    }
    for (const file of found?.engine.registryFiles(named, variables) ?? [])
      report.attempt(`registries in ${file.path}`, () =>
        changeFile(host, requirePath(file.path), textOf(host, file), { mode: file.mode }),
      );
    if (isTold(config.engine))
      report.ignored('arguments of the engine: the image says how its engine is started');
  },
};

const isTold = ({ arguments: words, storage }: MachineConfig['engine']) =>
  words.length > 0 || storage !== undefined;

function textOf(host: Host, file: EngineFile): string {
  if ('text' in file) return file.text;
  const there = parseJson(host.readText(file.path) ?? '{}');
  if (!isObject(there))
    throw new AgentError('what is there is no object of JSON', {
      code: 'user-data-refused',
      fault: 'spec',
      hint: 'Mend it, or take it out of the files of the spec.',
    });
  return `${JSON.stringify({ ...there, ...file.members }, undefined, 2)}\n`;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isReady({ engine, running }: { engine: ContainerEngine; running: RunningEngine }): boolean {
  for (let left = patience; left > 0; left--) {
    if (engine.isReady(running)) return true;
    wait(running.host);
  }
  return false;
}

const wait = (host: Host) => void host.run(['sleep', '1']);

/** Each after what it depends on; in a circle, as they are written. */
function inOrder(services: readonly Service[]): Service[] {
  const sorted = new Map<string, Service>();
  const visit = (service: Service, path: readonly string[]) => {
    if (sorted.has(service.name) || path.includes(service.name)) return;
    for (const name of service.dependsOn) {
      const other = services.find((each) => each.name === name);
      if (other) visit(other, [...path, service.name]);
    }
    sorted.set(service.name, service);
  };
  for (const service of services) visit(service, []);
  return [...sorted.values()];
}
