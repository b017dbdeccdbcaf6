// What a new repository says at first: root and targets name everybody's keys, all other roles are empty. Signed like any
// other change, at once or by people in different places; written when it is complete.

import type { JsonObject } from '../../base/fields.ts';
import type { Json } from '../../base/json.ts';
import { keyJson } from '../../tuf/keys.ts';
import { parseRoot, parseTargets, type Targets } from '../../tuf/metadata.ts';
import { releasesRole, timestampPath, topRoles } from '../../tuf/names.ts';
import { type Config, daysOf } from '../repository/config.ts';
import type { SigningKey } from '../repository/draft.ts';
import {
  type Demand,
  draftBytes,
  findShortage,
  makeDraft,
  notEnough,
  type RoleDraft,
  readPending,
  removePending,
  signDraft,
  writePending,
} from '../repository/draft.ts';
import {
  commonFields,
  draftPathOf,
  expiryOf,
  metaJson,
  metaOf,
  topDemand,
} from '../repository/role-fields.ts';
import { nameKey, type Publisher, type PublishOutcome } from './publisher.ts';

export interface Holders {
  readonly keys: readonly SigningKey[];
  readonly threshold: number;
}

/** Of every role but snapshot and timestamp, root first. `holders`: by role. */
export function makeFirstDrafts(
  config: Config,
  channels: readonly string[],
  holders: ReadonlyMap<string, Holders>,
  now: number,
): RoleDraft[] {
  const keysOf = (role: string) => holders.get(role)!;
  const delegated = [releasesRole, ...channels];
  const draft = (role: string, content: JsonObject) =>
    makeDraft(role, { ...content, ...commonFields(role, 1, expiryOf(now, daysOf(config, role))) });
  const root = draft('root', {
    consistent_snapshot: true,
    keys: keyTable(topRoles.flatMap((role) => keysOf(role).keys)),
    roles: Object.fromEntries(topRoles.map((role) => [role, roleJson(keysOf(role))])),
  });
  const targets = draft('targets', {
    targets: {},
    delegations: {
      keys: keyTable(delegated.flatMap((role) => keysOf(role).keys)),
      roles: delegated.map((role) => ({
        name: role,
        ...roleJson(keysOf(role)),
        paths: [role === releasesRole ? `${config.os}-*` : `channel-${role}-*`],
        terminating: true,
      })),
    },
  });
  return [root, ...delegated.map((role) => draft(role, { targets: {} })), targets];
}

/** Signs with what is here, and writes the repository if that is enough. `beforeWriting` runs first in any case. */
export async function finishFirst(
  { disk, keyring, now, signLater }: Pick<Publisher, 'disk' | 'keyring' | 'now' | 'signLater'>,
  config: Config,
  unsigned: readonly RoleDraft[],
  beforeWriting: () => Promise<void> = async () => {},
): Promise<PublishOutcome> {
  const demandOf = findDemands(unsigned);
  const sign = (draft: RoleDraft) => signDraft(draft, [demandOf(draft.role)], keyring);
  const lacks = (draft: RoleDraft) => findShortage(draft, [demandOf(draft.role)]) ?? [];
  const drafts: RoleDraft[] = [];
  for (const draft of unsigned) drafts.push(await sign(draft));
  const incomplete = drafts.flatMap(lacks);
  const online = incomplete.length === 0 ? await makeFirstOnline(drafts, config, now, sign) : [];
  const shortages = [...incomplete, ...online.flatMap(lacks)];
  const roles = drafts.map(({ role }) => role);
  if (shortages.length > 0) {
    const nameOf = nameKey(keyring, config.names);
    if (!signLater) throw notEnough(shortages[0]!, nameOf);
    await beforeWriting();
    await writePending(disk, drafts, ({ role }) => [demandOf(role)]);
    const named = shortages.map((shortage) => ({ ...shortage, missing: shortage.missing.map(nameOf) }));
    return { state: 'waiting', roles, shortages: named };
  }
  for (const file of await disk.list('metadata')) await disk.remove(`metadata/${file}`);
  await beforeWriting();
  for (const draft of [...drafts, ...online]) {
    const [path, bytes] = [draftPathOf(draft), draftBytes(draft)];
    await (path === timestampPath ? disk.replace(path, bytes) : disk.create(path, bytes));
  }
  const waited = (await readPending(disk)).map(({ role }) => role);
  await removePending(disk, waited);
  return { state: 'published', roles, shortages: [] };
}

/** Who signs is what root and targets themselves say. */
function findDemands(drafts: readonly RoleDraft[]): (role: string) => Demand {
  const signedOf = (name: string) => drafts.find(({ role }) => role === name)!.signed as Json;
  const root = parseRoot(signedOf('root'), 'root.json');
  const targets: Targets = parseTargets(signedOf('targets'), 'targets.json');
  return (role) => {
    const top = topRoles.find((name) => name === role);
    if (top !== undefined) return topDemand(root, top);
    return { ...targets.delegations.find(({ name }) => name === role)!, keys: targets.keys };
  };
}

/** Snapshot and timestamp, signed, of drafts that are complete. */
async function makeFirstOnline(
  drafts: readonly RoleDraft[],
  config: Config,
  now: number,
  sign: (draft: RoleDraft) => Promise<RoleDraft>,
): Promise<RoleDraft[]> {
  const make = (role: 'snapshot' | 'timestamp', listed: readonly RoleDraft[]) => {
    const meta = Object.fromEntries(listed.map((draft) => [`${draft.role}.json`, metaJson(metaOf(draft))]));
    const fields = commonFields(role, 1, expiryOf(now, daysOf(config, role)));
    return sign(makeDraft(role, { meta, ...fields }));
  };
  const snapshot = await make(
    'snapshot',
    drafts.filter(({ role }) => role !== 'root'),
  );
  return [snapshot, await make('timestamp', [snapshot])];
}

function keyTable(keys: readonly SigningKey[]): Record<string, Json> {
  return Object.fromEntries(keys.map((key) => [key.id, keyJson(key.public)]));
}

function roleJson({ keys, threshold }: Holders): { keyids: string[]; threshold: number } {
  return { keyids: keys.map(({ id }) => id).sort(), threshold };
}
