// Snapshot and timestamp: what is current. Made last, by the online key, and only for what is complete.
import type { Json } from '../../base/json.ts';
import { byName } from '../../base/order.ts';
import { daysOf } from '../repository/config.ts';
import { makeDraft, type RoleDraft, signDraft } from '../repository/draft.ts';
import {
  commonFields,
  expiryOf,
  metaJson,
  metaOf,
  secondsPerDay,
  topDemand,
} from '../repository/role-fields.ts';
import type { State } from '../repository/state.ts';
import type { Collected } from '../signing/collect-signatures.ts';
import type { Publisher } from './publisher.ts';

/** Snapshot is left as it is where nothing changes and half of its time is still to come. */
export async function makeOnline(
  { keyring, now }: Publisher,
  { client, roles, config }: State,
  { drafts, before, after }: Collected,
): Promise<RoleDraft[]> {
  const meta = new Map([...roles.keys()].map((role) => [role, client.snapshot.meta.get(role)!]));
  for (const draft of drafts) if (draft.role !== 'root') meta.set(draft.role, metaOf(draft));
  const make = async (role: 'snapshot' | 'timestamp', version: number, files: Record<string, Json>) => {
    const fields = commonFields(role, version, expiryOf(now, daysOf(config, role)));
    const demands = [topDemand(before, role), topDemand(after, role)];
    return signDraft(makeDraft(role, { ...fields, meta: files }), demands, keyring);
  };
  const entries = [...meta].sort(([a], [b]) => byName(a, b));
  const halfLife = (daysOf(config, 'snapshot') * secondsPerDay) / 2;
  const keep = drafts.length === 0 && client.snapshot.expires - now > halfLife;
  const snapshot = await make(
    'snapshot',
    client.snapshot.version + 1,
    Object.fromEntries(entries.map(([role, file]) => [`${role}.json`, metaJson(file)])),
  );
  const timestamp = await make('timestamp', client.timestamp.version + 1, {
    'snapshot.json': metaJson(keep ? client.timestamp.snapshot : metaOf(snapshot)),
  });
  return keep ? [timestamp] : [snapshot, timestamp];
}
