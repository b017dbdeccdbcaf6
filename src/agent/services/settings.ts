// catamaran.json of a service: how it is kept running. Written by the builder (container/supervision), with times in
// milliseconds; a bundle that LinuxKit has built has none, and gets the defaults of the spec.
import type { Restart, ServiceHealth, Stop } from '../../contract/supervision.ts';
import { bundlePath } from '../bundle/section.ts';
import { AgentError, type Host } from '../host/host.ts';

export interface ServiceSettings {
  readonly name: string;
  readonly order: number;
  readonly dependsOn: readonly string[];
  readonly restart: Restart;
  readonly stop: Required<Stop>;
  readonly health?: ServiceHealth;
}

type Written = { readonly [Key in Exclude<keyof ServiceSettings, 'name'>]?: Partial<ServiceSettings[Key]> };

/** In the order in which they start. */
export function readServices(host: Host): ServiceSettings[] {
  const names = host.listDirectory('/containers/services') ?? [];
  return names.map((name) => readService(host, name)).sort((a, b) => a.order - b.order);
}

function readService(host: Host, name: string): ServiceSettings {
  const path = `${bundlePath('services', name)}/catamaran.json`;
  const written = parse(path, host.readText(path) ?? '{}');
  const { order = 0, dependsOn = [], restart = {}, stop = {}, health } = written as Written;
  return {
    name,
    order: order as number,
    dependsOn: dependsOn as readonly string[],
    restart: {
      policy: restart.policy ?? 'always',
      backoff: { initial: 1000, max: 60_000, reset: 60_000, ...restart.backoff },
    },
    stop: { signal: stop.signal ?? 'SIGTERM', timeout: stop.timeout ?? 10_000 },
    ...(health?.probe && {
      health: { probe: health.probe, interval: 30_000, timeout: 10_000, retries: 3, ...health },
    }),
  };
}

function parse(path: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new AgentError(`${path} is not JSON: ${String(error)}`);
  }
}
