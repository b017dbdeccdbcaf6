// os-release(5): what the running system says that it is.
import type { Os } from '../specification/types.ts';

export function osRelease({ id, name, version, release }: Os): string {
  const fields: [string, string][] = [
    ['ID', id],
    ['NAME', name],
    ['PRETTY_NAME', `${name} ${version}`],
    ['VERSION', version],
    ['VERSION_ID', version.toLowerCase()],
    ['IMAGE_ID', id],
    ['IMAGE_VERSION', version],
    ...release,
  ];
  return fields.map(([key, value]) => `${key}="${value.replace(/["$`\\]/g, '\\$&')}"\n`).join('');
}
