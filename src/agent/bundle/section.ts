// The three lists of containers of a spec, and where their bundles are on the device (DESIGN, section 5).
import type { Host } from '../host/host.ts';

export const sections = ['onboot', 'services', 'onshutdown'] as const;
export type Section = (typeof sections)[number];

export function parseSection(text: string): Section | undefined {
  return sections.find((section) => section === text);
}

export function bundlePath(section: Section, name: string): string {
  return `/containers/${section}/${name}`;
}

/** What was mounted and `cleanup` has to undo: one mount point on a line. In memory, as the mounts are. */
export function recordPath(section: Section, name: string): string {
  return `/run/catamaran/bundles/${section}/${name}`;
}

export function recordMount(host: Host, section: Section, name: string, point: string): void {
  const record = recordPath(section, name);
  host.writeFile(record, `${host.readText(record) ?? ''}${point}\n`);
}
