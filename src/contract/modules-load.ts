// The kernel modules that the image's components need, one in a line, as systemd's modules-load.d(5) has it: the builder writes
// them from the components' `modules:`, and the machine loads them before the first container.

export const modulesLoadPath = 'usr/lib/modules-load.d/components.conf';

export function writeModulesLoad(names: Iterable<string>): string {
  return [...new Set(names)]
    .sort()
    .map((name) => `${name}\n`)
    .join('');
}
