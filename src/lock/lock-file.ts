// The lock file's format: what every reference of a spec resolved to, as text that people read and commit.
// Read by parse-lock.ts. One file holds the targets (by architecture) and the host tools (by the host's architecture).
import { stringify } from 'yaml';
import type { Arch } from '../base/arch.ts';
import type { Digest } from '../base/digest.ts';
import { byName, sortedEntries } from '../base/order.ts';
import type { LockedPackage } from '../packages/locked.ts';

/** What one component resolved to. */
export interface ComponentLock {
  /** Of what was asked for (its packages and cuts): when that changes, the component is resolved anew. */
  readonly request: Digest;
  /** Sorted by name. */
  readonly packages: readonly LockedPackage[];
}

export interface TargetLock {
  /** By the reference in the spec, such as `component:sshd`. */
  readonly components: Readonly<Record<string, ComponentLock>>;
  /** Image references of other kinds to the digest of the manifest for this architecture. */
  readonly images: Readonly<Record<string, Digest>>;
}

export interface Suite {
  readonly suite: string;
  /** The Release file's Date, as ISO 8601 in UTC. */
  readonly date: string;
}

export interface Lock {
  /** The default of SOURCE_DATE_EPOCH: the newest Release date, in seconds. */
  readonly epoch: number;
  readonly suites: readonly Suite[];
  readonly targets: Partial<Readonly<Record<Arch, TargetLock>>>;
  readonly tools: Partial<Readonly<Record<Arch, TargetLock>>>;
}

export const emptyLock: Lock = { epoch: 0, suites: [], targets: {}, tools: {} };
export const emptyTarget: TargetLock = { components: {}, images: {} };

const formatVersion = 1;
const heading = ` What this system is made of, to the byte. Made by catamaran; commit it, and refresh it by\n \`catamaran lock --update\`.`;

/** Packages are listed once for each architecture, as `NAME VERSION ARCH POCKET SIZE SHA256 PATH`; components name them. */
export function formatLock(lock: Lock): string {
  const document = {
    'catamaran-lock': formatVersion,
    epoch: lock.epoch,
    suites: lock.suites.map(({ suite, date }) => ({ suite, date })),
    targets: formatTargets(lock.targets),
    tools: formatTargets(lock.tools),
  };
  const body = stringify(document, { lineWidth: 0, aliasDuplicateObjects: false });
  return `${heading.replace(/^/gm, '#')}\n${body}`;
}

function formatTargets(targets: Lock['targets']) {
  return Object.fromEntries(
    sortedEntries(targets as Record<string, TargetLock>).map(([arch, target]) => {
      const packages = new Map<string, string>();
      const components = sortedEntries(target.components).map(([reference, component]) => {
        for (const each of component.packages) packages.set(nameOf(each), formatPackage(each));
        return [
          reference,
          { request: component.request, packages: component.packages.map(nameOf).sort(byName) },
        ];
      });
      const listed = [...packages].sort(([a], [b]) => byName(a, b)).map(([, line]) => line);
      return [
        arch,
        {
          components: Object.fromEntries(components),
          images: Object.fromEntries(sortedEntries(target.images)),
          packages: listed,
        },
      ];
    }),
  );
}

export const nameOf = (each: LockedPackage): string => `${each.name}=${each.version}`;

function formatPackage(each: LockedPackage): string {
  return [each.name, each.version, each.arch, each.pocket, each.size, each.digest, each.path].join(' ');
}
