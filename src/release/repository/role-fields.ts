// What each new version of a role says beside its content: version, expiry, and how others list it.

import type { JsonObject } from '../../base/fields.ts';
import type { Json } from '../../base/json.ts';
import { formatTime } from '../../tuf/fields.ts';
import { sha256Hex } from '../../tuf/hex.ts';
import type { FileMeta, Root } from '../../tuf/metadata.ts';
import { metadataPath, type TopRole, timestampPath } from '../../tuf/names.ts';
import { daysOf } from './config.ts';
import { type Demand, draftBytes, type RoleDraft } from './draft.ts';
import type { State } from './state.ts';

export const secondsPerDay = 86_400;

export function expiryOf(now: number, days: number): string {
  return formatTime(now + days * secondsPerDay);
}

/** What each kind of metadata begins with. `role`: anything that is no top-level role is a targets role. */
export function commonFields(role: string, version: number, expires: string): JsonObject {
  const kind = role === 'root' || role === 'snapshot' || role === 'timestamp' ? role : 'targets';
  return { _type: kind, spec_version: '1.0.31', version, expires };
}

export function topDemand({ keys, roles }: Root, role: TopRole): Demand {
  return { ...roles[role], keys };
}

export function nextVersion(state: State, role: string, signed: JsonObject, now: number): JsonObject {
  const version = versionOf(state, role) + 1;
  return { ...signed, ...commonFields(role, version, expiryOf(now, daysOf(state.config, role))) };
}

export function versionOf({ client, roles }: State, role: string): number {
  return role === 'root' ? client.root.version : (roles.get(role)?.version ?? 0);
}

/** Where it lies in the repository. */
export function draftPathOf({ role, version }: RoleDraft): string {
  return role === 'timestamp' ? timestampPath : metadataPath(role, version);
}

/** As snapshot and timestamp list it. */
export function metaOf(draft: RoleDraft): FileMeta {
  const bytes = draftBytes(draft);
  return { version: draft.version, length: bytes.length, sha256: sha256Hex(bytes) };
}

export function metaJson({ version, length, sha256 }: FileMeta): Json {
  return { version, length, ...(sha256 === undefined ? {} : { hashes: { sha256 } }) };
}
