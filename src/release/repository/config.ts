// What a repository's publishers agree on and no client needs: the OS, and how long signatures last. Lies in
// `.publisher/config.json`; holds no secret.
import { CatamaranError } from '../../base/errors.ts';
import { entriesField, numberField, objectField, textField } from '../../base/fields.ts';
import { canonicalJson } from '../../base/json.ts';
import { parseCanonical } from '../../tuf/canonical.ts';
import { requireText, tufFields } from '../../tuf/fields.ts';
import { timestampPath } from '../../tuf/names.ts';
import { privateDirectory, type RepositoryDisk } from './disk.ts';

export const expiringRoles = ['root', 'targets', 'releases', 'channel', 'snapshot', 'timestamp'] as const;
export type ExpiringRole = (typeof expiringRoles)[number];
export type Days = Readonly<Record<ExpiringRole, number>>;

export interface Config {
  readonly os: string;
  /** How many days a signature of each role lasts. */
  readonly days: Days;
  /** What people call the keys, by key id. */
  readonly names: Readonly<Record<string, string>>;
}

export const defaultDays: Days = {
  root: 365,
  targets: 180,
  releases: 180,
  channel: 90,
  snapshot: 30,
  timestamp: 7,
};
export const mostDays = 3660;
const path = `${privateDirectory}/config.json`;

export async function readConfig(disk: RepositoryDisk, directory: string): Promise<Config> {
  const config = await findConfig(disk);
  if (config !== undefined) return config;
  if ((await disk.read(timestampPath)) !== undefined) throw servedCopy(directory);
  throw new CatamaranError('usage', {
    code: 'release-no-repository',
    message: `${directory} is no repository of releases: it has no ${path}`,
    hint: 'Name one with --repo, or make one with `catamaran release init`.',
  });
}

/** Undefined in a copy that a server has: machines need no such file. */
export async function findConfig(disk: RepositoryDisk): Promise<Config | undefined> {
  const bytes = await disk.read(path);
  if (bytes === undefined) return undefined;
  const fields = tufFields(parseCanonical(Buffer.from(bytes.toString().trim()), path), path);
  numberField(fields, 'schema', 1, 1);
  const table = objectField(fields, 'days');
  const days = Object.fromEntries(expiringRoles.map((role) => [role, numberField(table, role, 1, mostDays)]));
  const names = entriesField(fields, 'names', 1024).map(([id, name]) => [
    id,
    requireText(name, /^[A-Za-z0-9][A-Za-z0-9._-]*$/, `${path}: name of ${id}`, 200),
  ]);
  return {
    os: textField(fields, 'os', /^[a-z][a-z0-9-]{0,62}$/),
    days: days as unknown as Days,
    names: Object.fromEntries(names),
  };
}

export async function writeConfig(disk: RepositoryDisk, { os, days, names }: Config): Promise<void> {
  await disk.replace(
    path,
    Buffer.from(canonicalJson({ schema: 1, os, days: { ...days }, names: { ...names } })),
  );
}

function servedCopy(directory: string): CatamaranError {
  return new CatamaranError('usage', {
    code: 'release-served-copy',
    message: `${directory} is a copy that machines read: it has no ${path}`,
    hint: 'Publish in the directory in which the repository was made, and copy it again.',
  });
}

export function daysOf({ days }: Config, role: string): number {
  return role in days && role !== 'channel' ? days[role as ExpiringRole] : days.channel;
}
