// After a container has ended: undoes the mounts that `prepare` made, the last one first. Harmless where there are none.

import type { Section } from '../../contract/bundles.ts';
import { type Host, runOrThrow } from '../host/host.ts';
import { recordPath } from './record.ts';

export function cleanUpBundle(host: Host, section: Section, name: string): void {
  const record = recordPath(section, name);
  const points = (host.readText(record) ?? '').split('\n').filter((point) => point !== '');
  for (const point of points.reverse()) {
    // A process that still holds it must not keep the next start from a fresh one.
    if (host.run(['umount', point]).status !== 0) runOrThrow(host, ['umount', '-l', point]);
  }
  if (points.length > 0) host.removeFile(record);
}
