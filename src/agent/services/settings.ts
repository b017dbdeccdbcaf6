// The services of this machine, by the catamaran.json of each one's bundle (contract/supervision.ts).

import { bundlePath } from '../../contract/bundles.ts';
import { readServiceSettings, type ServiceSettings } from '../../contract/supervision.ts';
import type { Host } from '../host/host.ts';

export interface SupervisedService extends ServiceSettings {
  readonly name: string;
}

/** In the order in which they start. */
export function readServices(host: Host): SupervisedService[] {
  const names = host.listDirectory('/containers/services') ?? [];
  return names.map((name) => readService(host, name)).sort((a, b) => a.order - b.order);
}

/** Those that run as long as the machine does. */
export const keptServices = (services: readonly SupervisedService[]): SupervisedService[] =>
  services.filter(({ schedule }) => schedule === undefined);

function readService(host: Host, name: string): SupervisedService {
  const path = `${bundlePath('services', name)}/catamaran.json`;
  return { name, ...readServiceSettings(host.readText(path), path) };
}
