// The bundles of a section whose containers run once, in the order in which they do, one on a line for init's scripts:
// `NAME required|optional`, as catamaran.json beside each says. For services see services/configure.ts.

import { bundlePath, type Section } from '../../contract/bundles.ts';
import { readOnceSettings } from '../../contract/supervision.ts';
import type { Host } from '../host/host.ts';

export function listBundles(host: Host, section: Exclude<Section, 'services'>): void {
  for (const name of host.listDirectory(`/containers/${section}`) ?? []) {
    host.print(`${name} ${isOptional(host, section, name) ? 'optional' : 'required'}`);
  }
}

function isOptional(host: Host, section: Section, name: string): boolean {
  const path = `${bundlePath(section, name)}/catamaran.json`;
  return readOnceSettings(host.readText(path), path).optional;
}
