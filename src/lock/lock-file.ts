// The lock file's format: what every reference of a spec resolved to, as text that people read and commit.
// One file holds the targets (by architecture) and the host tools (by the host's architecture).
import { parse, stringify } from 'yaml';
import { type Arch, architectures, isArch } from '../base/arch.ts';
import { type Digest, isDigest } from '../base/digest.ts';
import { CatamaranError, messageOf } from '../base/errors.ts';
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

const nameOf = (each: LockedPackage): string => `${each.name}=${each.version}`;

function formatPackage(each: LockedPackage): string {
  return [each.name, each.version, each.arch, each.pocket, each.size, each.digest, each.path].join(' ');
}

export function parseLock(file: string, text: string): Lock {
  const fail = (why: string, cause?: unknown) =>
    new CatamaranError(
      'spec',
      {
        code: 'lock-malformed',
        message: `${file} is not a lock file that this version reads: ${why}`,
        hint: 'Restore it from version control, or delete it and build again.',
      },
      { cause },
    );
  let document: Record<string, unknown>;
  try {
    document = parse(text, { maxAliasCount: 0, logLevel: 'error' }) ?? {};
  } catch (error) {
    throw fail(messageOf(error).split('\n')[0]!, error);
  }
  if (document['catamaran-lock'] !== formatVersion)
    throw fail(`"catamaran-lock: ${formatVersion}" is missing`);
  if (!Number.isSafeInteger(document.epoch) || Number(document.epoch) < 0)
    throw fail('"epoch" is no number of seconds');
  try {
    return {
      epoch: document.epoch as number,
      suites: parseSuites(document.suites),
      targets: parseTargets(document.targets),
      tools: parseTargets(document.tools),
    };
  } catch (error) {
    throw error instanceof CatamaranError ? error : fail(messageOf(error), error);
  }
}

function parseSuites(value: unknown): Suite[] {
  if (!Array.isArray(value)) throw new Error('suites is no list');
  return value.map((each) => {
    const { suite, date } = asRecord(each, 'an entry of suites');
    if (typeof suite !== 'string' || typeof date !== 'string')
      throw new Error('a suite has no name or no date');
    return { suite, date };
  });
}

function parseTargets(value: unknown): Lock['targets'] {
  const targets: Partial<Record<Arch, TargetLock>> = {};
  for (const [arch, target] of Object.entries(asRecord(value ?? {}, 'a table of architectures'))) {
    if (!isArch(arch)) throw new Error(`${arch} is none of ${architectures.join(', ')}`);
    const record = asRecord(target, arch);
    const packages = new Map(
      asList(record.packages ?? [], 'packages').map((line) => {
        const each = parsePackage(line);
        return [nameOf(each), each];
      }),
    );
    const components = Object.entries(asRecord(record.components ?? {}, 'components')).map(
      ([reference, value]) => {
        const component = asRecord(value, reference);
        const names = asList(component.packages, `packages of ${reference}`);
        const found = names.map((name) => {
          const each = packages.get(name);
          if (!each) throw new Error(`${reference} names ${name}, which is not under packages`);
          return each;
        });
        return [reference, { request: asDigest(component.request, reference), packages: found }] as const;
      },
    );
    const images = Object.entries(asRecord(record.images ?? {}, 'images'));
    targets[arch] = {
      components: Object.fromEntries(components),
      images: Object.fromEntries(
        images.map(([reference, digest]) => [reference, asDigest(digest, reference)]),
      ),
    };
  }
  return targets;
}

function parsePackage(line: string): LockedPackage {
  const [name, version, arch, pocket, size, digest, path, ...rest] = line.split(' ');
  const known =
    name &&
    version &&
    path &&
    rest.length === 0 &&
    /^\d{1,15}$/.test(size!) &&
    !path.split('/').includes('..') &&
    (arch === 'all' || isArch(arch!)) &&
    (pocket === 'main' || pocket === 'updates' || pocket === 'security');
  if (!known) throw new Error(`not a package: ${line}`);
  return { name, version, arch, pocket, path, size: Number(size), digest: asDigest(digest, name) };
}

function asRecord(value: unknown, what: string): Record<string, unknown> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw new Error(`${what} is no table`);
}

function asList(value: unknown, what: string): string[] {
  if (Array.isArray(value) && value.every((each) => typeof each === 'string')) return value;
  throw new Error(`${what} is no list of strings`);
}

function asDigest(value: unknown, what: string): Digest {
  if (typeof value === 'string' && isDigest(value)) return value;
  throw new Error(`${what} has no sha256 digest`);
}
