// How a container is to run: what its image's label proposes, overruled field by field by what the spec says.
// The rules are LinuxKit's (a value that is present replaces, lists and tables are never merged inside), but for
// `binds.add` and `capabilities.add`, which add wherever they stand.
import type { ContainerSettings } from '../spec/spec.generated.ts';

export function mergeSettings(label: ContainerSettings, spec: ContainerSettings): ContainerSettings {
  const present = Object.fromEntries(
    Object.entries(spec).filter(([, value]) => value !== undefined && value !== ''),
  );
  const merged: ContainerSettings = { ...label, ...present };
  return {
    ...merged,
    binds: withAdded('binds', label, spec),
    capabilities: withAdded('capabilities', label, spec),
    runtime: {
      ...label.runtime,
      ...spec.runtime,
      bindNS: { ...label.runtime?.bindNS, ...spec.runtime?.bindNS },
    },
  };
}

function withAdded(
  key: 'binds' | 'capabilities',
  label: ContainerSettings,
  spec: ContainerSettings,
): readonly string[] {
  const base = spec[key] ?? [...(label[key] ?? []), ...(label[`${key}.add`] ?? [])];
  return [...new Set([...base, ...(spec[`${key}.add`] ?? [])])];
}
