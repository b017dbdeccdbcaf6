// The four kinds of TUF metadata as types, out of the signed part of a verified file. Strict and bounded: a count, a
// length or a form that is not foreseen is refused. Section 4 of the specification.

import {
  booleanField,
  entriesField,
  type Fields,
  hasField,
  type JsonObject,
  listField,
  numberField,
  objectField,
  textField,
} from '../base/fields.ts';
import type { Json } from '../base/json.ts';
import { requireText, timeField, tufFields } from './fields.ts';
import { type KeyTable, parseKeys } from './keys.ts';
import { isForeignRoleName, isPathPattern, isTargetName, type TopRole, topRoles } from './names.ts';
import { refuse } from './refuse.ts';
import type { RoleKeys } from './signatures.ts';

/** What every kind has. */
export interface Common {
  readonly version: number;
  /** Seconds since the epoch; from this second on it is expired. */
  readonly expires: number;
}

export interface Root extends Common {
  readonly keys: KeyTable;
  readonly roles: Readonly<Record<TopRole, RoleKeys>>;
}

/** What timestamp says of the snapshot, and the snapshot of each targets role. */
export interface FileMeta extends Partial<FileHashes> {
  readonly version: number;
  readonly length?: number;
}

/** Whatever else is listed is passed over; a file must agree with both of these. */
export interface FileHashes {
  readonly sha256: string;
  readonly sha512?: string;
}

export interface Timestamp extends Common {
  readonly snapshot: FileMeta;
}

export interface Snapshot extends Common {
  /** By role, without `.json`. */
  readonly meta: ReadonlyMap<string, FileMeta>;
}

export interface TargetFile extends FileHashes {
  readonly length: number;
  readonly custom?: JsonObject;
}

export interface Delegation extends RoleKeys {
  readonly name: string;
  /** Shell-style patterns of `*` and `?`. */
  readonly paths: readonly string[];
  /** Beginnings of the SHA-256 of names, in hex: the other way to say which ones it signs. */
  readonly prefixes: readonly string[];
  readonly terminating: boolean;
}

export interface Targets extends Common {
  readonly targets: ReadonlyMap<string, TargetFile>;
  readonly keys: KeyTable;
  readonly delegations: readonly Delegation[];
}

const most = { keys: 256, keysOfRole: 64, roles: 64, targets: 50_000, patterns: 32, prefixes: 4096 } as const;
const hex32 = /^[0-9a-f]{64}$/;
const anyKeyId = /^[^\0-\x1f]{1,256}$/;

export function parseRoot(signed: Json, what: string): Root {
  const fields = readCommon(signed, 'root', what);
  if (!booleanField(fields, 'consistent_snapshot')) {
    throw refuse('malformed', what, 'has no consistent snapshots, which this client needs', '6.2');
  }
  const table = objectField(fields, 'roles');
  const roles = Object.fromEntries(topRoles.map((role) => [role, readRoleKeys(objectField(table, role))]));
  return {
    ...commonOf(fields),
    keys: parseKeys(entriesField(fields, 'keys', most.keys), what),
    roles: roles as Record<TopRole, RoleKeys>,
  };
}

export function parseTimestamp(signed: Json, what: string): Timestamp {
  const fields = readCommon(signed, 'timestamp', what);
  return {
    ...commonOf(fields),
    snapshot: readFileMeta(objectField(objectField(fields, 'meta'), 'snapshot.json')),
  };
}

export function parseSnapshot(signed: Json, what: string): Snapshot {
  const fields = readCommon(signed, 'snapshot', what);
  const meta = entriesField(fields, 'meta', most.roles).map(([file, value]): [string, FileMeta] => {
    const role = file.endsWith('.json') ? file.slice(0, -'.json'.length) : '';
    if (role !== 'targets' && !isForeignRoleName(role))
      throw refuse('malformed', what, `lists ${JSON.stringify(file)}`);
    return [role, readFileMeta(tufFields(value, `${what}: ${file}`))];
  });
  return { ...commonOf(fields), meta: new Map(meta) };
}

export function parseTargets(signed: Json, what: string): Targets {
  const fields = readCommon(signed, 'targets', what);
  const targets = entriesField(fields, 'targets', most.targets).map(([name, value]): [string, TargetFile] => {
    if (!isTargetName(name)) throw refuse('malformed', what, `lists a target ${JSON.stringify(name)}`);
    return [name, readTarget(tufFields(value, `${what}: ${name}`))];
  });
  const common = { ...commonOf(fields), targets: new Map(targets) };
  if (!hasField(fields, 'delegations')) return { ...common, keys: new Map(), delegations: [] };
  const table = objectField(fields, 'delegations');
  return {
    ...common,
    keys: parseKeys(entriesField(table, 'keys', most.keys), what),
    delegations: listField(table, 'roles', most.roles).map((value) => readDelegation(value, what)),
  };
}

function readCommon(signed: Json, type: TopRole, what: string): Fields {
  const fields = tufFields(signed, what);
  textField(fields, '_type', new RegExp(`^${type}$`));
  textField(fields, 'spec_version', /^1\.\d{1,5}(?:\.\d{1,5})?$/);
  return fields;
}

function commonOf(fields: Fields): Common {
  return { version: numberField(fields, 'version', 1), expires: timeField(fields, 'expires') };
}

function readRoleKeys(fields: Fields): RoleKeys {
  const keyids = listField(fields, 'keyids', most.keysOfRole).map((value) =>
    requireText(value, anyKeyId, `${fields.what}: key id`),
  );
  if (new Set(keyids).size < keyids.length) {
    throw refuse('malformed', fields.what, 'names a key twice', '4.3');
  }
  return { keyids, threshold: numberField(fields, 'threshold', 1, most.keysOfRole) };
}

function readFileMeta(fields: Fields): FileMeta {
  return {
    version: numberField(fields, 'version', 1),
    ...(hasField(fields, 'length') ? { length: numberField(fields, 'length', 0) } : {}),
    ...(hasField(fields, 'hashes') ? readHashes(fields) : {}),
  };
}

function readTarget(fields: Fields): TargetFile {
  return {
    length: numberField(fields, 'length', 0),
    ...readHashes(fields),
    ...(hasField(fields, 'custom') ? { custom: objectField(fields, 'custom').values } : {}),
  };
}

function readHashes(fields: Fields): FileHashes {
  const hashes = objectField(fields, 'hashes');
  return {
    sha256: textField(hashes, 'sha256', hex32),
    ...(hasField(hashes, 'sha512') ? { sha512: textField(hashes, 'sha512', /^[0-9a-f]{128}$/) } : {}),
  };
}

function readDelegation(value: Json, what: string): Delegation {
  const fields = tufFields(value, `${what}: delegated role`);
  const name = textField(fields, 'name', /^/, 64);
  if (!isForeignRoleName(name)) throw refuse('malformed', what, `delegates to ${JSON.stringify(name)}`);
  const terminating = booleanField(fields, 'terminating');
  if (hasField(fields, 'path_hash_prefixes')) {
    const prefixes = listField(fields, 'path_hash_prefixes', most.prefixes).map((prefix) =>
      requireText(prefix, /^[0-9a-f]{1,64}$/, `${fields.what}: prefix`),
    );
    return { name, ...readRoleKeys(fields), paths: [], prefixes, terminating };
  }
  const paths = listField(fields, 'paths', most.patterns).map((pattern) => {
    if (typeof pattern === 'string' && isPathPattern(pattern)) return pattern;
    throw refuse('malformed', what, `has the path pattern ${JSON.stringify(pattern)}`);
  });
  return { name, ...readRoleKeys(fields), paths, prefixes: [], terminating };
}
