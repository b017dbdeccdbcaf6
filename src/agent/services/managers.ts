// The inits that the agent can ask, and the one that this machine has.
import { type InitName, initPath, parseInit } from '../../contract/init.ts';
import { AgentError, type Host } from '../host/host.ts';
import { docker } from './docker.ts';
import type { ServiceManager } from './manager.ts';
import { runit } from './runit.ts';
import { systemd } from './systemd.ts';

export const managers: Readonly<Record<InitName, ServiceManager>> = { runit, docker, systemd };

export function managerOf(host: Host): ServiceManager {
  const text = host.readText(`/${initPath}`);
  if (text === undefined)
    throw new AgentError(`/${initPath} is missing: this init does not say which it is`, {
      code: 'manager-unknown',
      hint: 'Take an init component of this version of Catamaran.',
    });
  const name = parseInit(text);
  if (name === undefined)
    throw new AgentError(
      `/${initPath} says ${JSON.stringify(text.slice(0, 40))}, an init that this agent does not know`,
      { code: 'manager-unknown', hint: 'Take an init component of this version of Catamaran.' },
    );
  return managers[name];
}
