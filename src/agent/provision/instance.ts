// Which machine this is: as its platform says, or else its firmware. A disk that was cloned wakes up in another machine, which
// has to be set up anew. What was set up last is kept on the data medium.
import type { Host } from '../host/host.ts';
import { readDmi } from './facts.ts';
import type { Found } from './source.ts';

const keptPath = '/var/lib/catamaran/instance';
/** For this boot, for whoever asks. */
const presentPath = '/run/catamaran/instance-id';

export function instanceOf(host: Host, platform: string, founds: readonly Found[]): string {
  const said = founds.find(({ given }) => given.instanceId !== undefined)?.given.instanceId;
  // The place that says it may change: a drive now, a service then.
  if (said !== undefined) return `${platform}/${said}`;
  return `${platform}/${readDmi(host, 'product_uuid')?.toLowerCase() ?? 'unnamed'}`;
}

export function isNewInstance(host: Host, instance: string): boolean {
  host.writeFile(presentPath, `${instance}\n`);
  return host.readText(keptPath)?.trim() !== instance;
}

/** Set up as another one at an earlier boot. */
export function isCopiedMachine(host: Host, instance: string): boolean {
  const kept = host.readText(keptPath)?.trim() ?? '';
  return kept !== '' && kept !== instance;
}

/** Before what is done once, and may restart the machine, is done. */
export function keepInstance(host: Host, instance: string): void {
  if (host.readText(keptPath)?.trim() === instance) return;
  host.writeFile(`${keptPath}.new`, `${instance}\n`);
  host.run(['sync', `${keptPath}.new`]);
  host.run(['mv', `${keptPath}.new`, keptPath]);
}
