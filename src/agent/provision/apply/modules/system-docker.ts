// rancher.console and rancher.docker.tls: settings of a machine of system-docker, which does them as soon as its Dockers are there
// (src/agent/system/apply.ts).
import { initPath, parseInit } from '../../../../contract/init.ts';
import { findEngine } from '../../../engines/table.ts';
import { AgentError, type Host } from '../../../host/host.ts';
import { requireConsole } from '../../../system/console.ts';
import { givenDirectory } from '../../../system/settings.ts';
import type { Module } from '../module.ts';
import { changeFile, removeIfThere } from '../write.ts';

export const systemDocker: Module = {
  name: 'system-docker',
  summary:
    '`rancher.console`, `rancher.docker.tls`: settings in `/etc/catamaran/system.d`, for component:init-docker and component:user-docker',
  pass: 'local',
  when: 'boot',
  apply({ host, config: { console, engine }, report }) {
    const give = <T extends string | boolean>(
      key: string,
      value: T | undefined,
      requireParts: (host: Host, value: T) => void,
    ) => {
      const path = `${givenDirectory}/90-user-data-${key}.conf`;
      if (value === undefined) {
        removeIfThere(host, path);
        return;
      }
      report.attempt(`${key} ${value}`, () => {
        requireParts(host, value);
        return changeFile(host, path, `${key}: ${value}\n`, { mode: 0o644 });
      });
    };
    give('console', console, requireConsoleOf);
    give('docker.tls', engine.tls, requireUserDocker);
  },
};

function requireConsoleOf(host: Host, name: string): void {
  if (parseInit(host.readText(`/${initPath}`) ?? '') !== 'docker')
    throw missing('the image has no consoles', 'component:init-docker in place of its init');
  if (name !== 'default') requireConsole(host, name);
}

function requireUserDocker(host: Host): void {
  const { engine, running } = findEngine(host) ?? {};
  if (engine?.name !== 'docker' || running?.service !== 'docker')
    throw missing(
      'the image has no service docker',
      'component:user-docker in its services, beside component:init-docker',
    );
}

const missing = (message: string, part: string) =>
  new AgentError(message, { code: 'user-data-refused', fault: 'spec', hint: `Build it with ${part}.` });
