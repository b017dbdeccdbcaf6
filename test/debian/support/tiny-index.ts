// A package index of a few lines, for the solver: `name version: field value; field value`.
import { digestFromHex } from '../../../src/base/digest.ts';
import { makePackageIndex, type PackageIndex } from '../../../src/debian/index.ts';
import type { Package, PackageTable } from '../../../src/debian/packages.ts';

type RelationField = 'depends' | 'preDepends' | 'provides' | 'conflicts' | 'breaks';

const fields: Record<string, RelationField> = {
  Depends: 'depends',
  'Pre-Depends': 'preDepends',
  Provides: 'provides',
  Conflicts: 'conflicts',
  Breaks: 'breaks',
};

export function tinyIndex(text: string): PackageIndex {
  return indexOf(
    text
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => line !== '')
      .map(parsePackage),
  );
}

export function indexOf(packages: readonly Package[]): PackageIndex {
  const table: PackageTable = {
    find: (name) => packages.filter((one) => one.name === name),
    providersOf: (name) =>
      packages
        .filter(({ provides }) => provides.split(/, */).some((one) => one.split(' ')[0] === name))
        .map((one) => one.name),
    names: () => packages.map(({ name }) => name),
  };
  return makePackageIndex('amd64', [table]);
}

function parsePackage(line: string): Package {
  const [, name, version, rest] = /^(\S+) (\S+?)(?::\s+(.*))?$/.exec(line)!;
  const relations: Partial<Record<RelationField, string>> = {};
  for (const part of rest?.split(/; */) ?? []) {
    const space = part.indexOf(' ');
    relations[fields[part.slice(0, space)]!] = part.slice(space + 1);
  }
  return tinyPackage(name!, version!, relations);
}

export function tinyPackage(name: string, version: string, relations: Partial<Package> = {}): Package {
  return {
    name,
    version,
    arch: 'amd64',
    pocket: 'main',
    path: `pool/${name}_${version}.deb`,
    digest: digestFromHex('00'.repeat(32)),
    size: 1,
    source: name,
    installedSize: 1,
    essential: false,
    multiArch: '',
    preDepends: '',
    depends: '',
    provides: '',
    conflicts: '',
    breaks: '',
    ...relations,
  };
}
