// What was mounted for a bundle and `cleanup` has to undo: one mount point on a line. In memory, as the mounts are.
import type { Section } from '../../contract/bundles.ts';
import type { Host } from '../host/host.ts';

export function recordPath(section: Section, name: string): string {
  return `/run/catamaran/bundles/${section}/${name}`;
}

export function recordMount(host: Host, section: Section, name: string, point: string): void {
  const record = recordPath(section, name);
  host.writeFile(record, `${host.readText(record) ?? ''}${point}\n`);
}
