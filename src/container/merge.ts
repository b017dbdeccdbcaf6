// How a container is to run: what its image's label proposes, overruled field by field by what the spec says.
// The rules are LinuxKit's (a value that is present replaces, lists and tables are never merged inside), but for
// `binds.add` and `capabilities.add`, which add wherever they stand.
import type { Settings } from '../specification/types.ts';

export function mergeSettings(label: Settings, spec: Settings): Settings {
  const present = Object.fromEntries(Object.entries(spec).filter(([, value]) => isSet(value)));
  const { 'binds.add': _, 'capabilities.add': __, ...merged }: Settings = { ...label, ...present };
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

/** An empty list says something, an empty text does not. */
export const isSet = (value: unknown): boolean => value !== undefined && value !== '';

/** `none` adds to nothing, and `all` needs nothing more. */
function withAdded(key: 'binds' | 'capabilities', label: Settings, spec: Settings): readonly string[] {
  const base = spec[key] ?? [...(label[key] ?? []), ...(label[`${key}.add`] ?? [])];
  const list = [...new Set([...base, ...(spec[`${key}.add`] ?? [])])];
  if (key === 'binds') return list;
  const words = list.map((name) => name.toLowerCase());
  return words.includes('all') ? ['all'] : list.filter((_, index) => words[index] !== 'none');
}
