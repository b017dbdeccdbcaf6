// What is known of the network in this boot, by files in /run/catamaran/network.
import type { Host } from '../host/host.ts';

/** component:network is in the image. */
const component = '/usr/lib/catamaran/system/_network/run';
export const stateDirectory = '/run/catamaran/network';
const upPath = `${stateDirectory}/up`;

export function hasNetworkComponent(host: Host): boolean {
  return host.readText(component) !== undefined;
}

/** `network up` has been here. */
export function isNetworkUp(host: Host): boolean {
  return host.readText(upPath) !== undefined;
}

export function noteNetworkUp(host: Host): void {
  host.writeFile(upPath, '');
}
