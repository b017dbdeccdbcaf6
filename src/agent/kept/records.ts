// Which services a person has taken back to a former version: on the data partition, by the digests of both segments, so that
// it holds for as long as a release has the very version that was left, and the one that was taken.

import type { Host } from '../host/host.ts';
import { putDurably, readRecord } from '../update/durable.ts';

export interface Reverted {
  readonly service: string;
  /** Digests of segments. */
  readonly left: string;
  readonly taken: string;
}

export const revertedPath = '/var/lib/catamaran/reverted.json';

export function readReverted(host: Host): readonly Reverted[] {
  const found = readRecord<Reverted[]>(host, revertedPath);
  return Array.isArray(found) ? found : [];
}

/** In the place of what was said of this service; undefined: its release's own. */
export function recordReverted(host: Host, service: string, reverted: Reverted | undefined): void {
  const others = readReverted(host).filter((each) => each.service !== service);
  const list = reverted === undefined ? others : [...others, reverted];
  putDurably(host, revertedPath, `${JSON.stringify(list)}\n`);
}
