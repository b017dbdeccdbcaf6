// All packages that can be chosen, over the pockets: what the solver searches.
import type { Arch } from '../base/arch.ts';
import { byName } from '../base/order.ts';
import { type Pocket, pockets } from '../packages/locked.ts';
import type { Package, PackageTable } from './packages.ts';
import { compareDebianVersions } from './version.ts';

export interface PackageIndex {
  readonly arch: Arch;
  /** Highest version first; of equal ones, the one in the earlier pocket: it stays longest on the mirrors. */
  candidates(name: string): readonly Package[];
  /** The packages that provide `name`, by name, then highest version first. */
  providers(name: string): readonly Package[];
  /** All package names, sorted. */
  names(): string[];
}

export function makePackageIndex(arch: Arch, tables: readonly PackageTable[]): PackageIndex {
  const known = new Map<string, readonly Package[]>();

  function candidates(name: string): readonly Package[] {
    let found = known.get(name);
    if (found === undefined) {
      found = tables
        .flatMap((table) => table.find(name))
        .filter((candidate) => candidate.arch === arch || candidate.arch === 'all')
        .sort((a, b) => compareDebianVersions(b.version, a.version) || rank(a.pocket) - rank(b.pocket))
        .filter(({ version }, at, sorted) => version !== sorted[at - 1]?.version);
      known.set(name, found);
    }
    return found;
  }

  return {
    arch,
    candidates,
    providers(name) {
      const names = new Set(tables.flatMap((table) => table.providersOf(name)));
      // An older version of a package may not provide what a newer one does: the solver looks again.
      return [...names].sort(byName).flatMap(candidates);
    },
    names: () => [...new Set(tables.flatMap((table) => table.names()))].sort(byName),
  };
}

const rank = (pocket: Pocket) => pockets.indexOf(pocket);
