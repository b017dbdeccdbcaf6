// How much memory each place may take that is memory and looks like a disk. By themselves the kernel gives each of them half
// of all there is: two full ones, and nothing is left for a login. Together these leave a quarter.

import { readMemory } from '../condition/resources.ts';
import type { Host } from '../host/host.ts';

/** Of all memory, in percent: /run, /tmp and /dev/shm each; all writable layers together. /var where it is memory: 25. */
const placeShare = 10;
const layersShare = 20;
/** Of one layer, in KiB: most write a few files, and what writes more says so in the spec (`writable`). */
const layerLimit = 64 << 10;
const layerFloor = 2 << 10;
const placeFloor = 8 << 10;

export interface Bounds {
  /** Each in KiB. */
  readonly place: number;
  readonly layer: number;
}

/** `total` in KiB; `layers`: how many share. */
export function boundsOf(total: number, layers: number): Bounds {
  const percent = (share: number) => Math.floor((total * share) / 100);
  return {
    place: Math.max(placeFloor, percent(placeShare)),
    layer: Math.max(layerFloor, Math.min(layerLimit, Math.floor(percent(layersShare) / Math.max(1, layers)))),
  };
}

/** Those of this machine; undefined where the kernel does not say how much memory there is. */
export function readBounds(host: Host): Bounds | undefined {
  const memory = readMemory(host);
  return memory && boundsOf(memory.size, countLayers(host));
}

/** Containers that run once come one after the other, and go. */
function countLayers(host: Host): number {
  const writable = (directory: string) =>
    (host.listDirectory(directory) ?? []).filter(
      (name) => host.listDirectory(`${directory}/${name}/tmp`) !== undefined,
    ).length;
  return writable('/containers/services') + writable('/containers/volumes') + 1;
}
