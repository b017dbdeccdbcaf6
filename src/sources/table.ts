// All sources of packages. One more is a room with its `source.ts`, and a line here.
import { byName } from '../base/order.ts';
import { debian } from '../debian/source.ts';
import type { LockedPackage } from '../packages/locked.ts';
import type { PackageAccess, PackageOrigin, PackageSource } from '../packages/source.ts';

export const packageSources: Readonly<Record<string, PackageSource>> = { debian };

/** Where packages come from whose component does not say. */
export const usualOrigin: Required<PackageOrigin> = completeOrigin({
  source: 'debian',
  release: debian.releases[0]!,
});

/** With its components, sorted, so that equal origins are told to be equal. */
export function completeOrigin({ source, release, components = [] }: PackageOrigin): Required<PackageOrigin> {
  const [usual] = sourceNamed(source).components;
  const chosen = components.length > 0 ? components : [usual!];
  return { source, release, components: [...new Set(chosen)].sort(byName) };
}

/** Names are checked by the schema; a test holds it to this table. */
export function sourceNamed(name: string): PackageSource {
  const source = Object.hasOwn(packageSources, name) ? packageSources[name] : undefined;
  if (source) return source;
  throw new RangeError(`there is no source of packages ${name}`);
}

export function sourceOf(locked: LockedPackage): PackageSource {
  const source = Object.values(packageSources).find((each) => each.owns(locked));
  if (source) return source;
  throw new RangeError(`no source of packages has such as ${locked.path}`);
}

/** Each by its source: into the cache and unpacked. */
export async function fetchPackages(
  packages: readonly LockedPackage[],
  access: PackageAccess,
): Promise<void> {
  for (const source of Object.values(packageSources)) {
    const own = packages.filter((each) => sourceOf(each) === source);
    if (own.length > 0) await source.fetch(own, access);
  }
}
