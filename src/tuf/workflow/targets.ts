// 5.6.1 to 5.6.6: one targets role, the top-level one or a delegated one, with the keys of whoever speaks for it.
import type { KeyTable } from '../keys.ts';
import { parseTargets, type Snapshot, type Targets } from '../metadata.ts';
import { refuse } from '../refuse.ts';
import { openEnvelope, type RoleKeys, requireSignatures } from '../signatures.ts';
import { fetchMetadata, metadataLimits } from './fetch.ts';
import type { ClientOptions } from './options.ts';
import { isSame, requireFresh, requireVersion } from './require.ts';
import { readTrusted } from './trusted.ts';

export function updateTargets(
  options: ClientOptions,
  time: number,
  snapshot: Snapshot,
  role: string,
  keys: KeyTable,
  roleKeys: RoleKeys,
): Targets {
  const { repository, store, verify } = options;
  const what = `${role}.json`;
  const expected = snapshot.meta.get(role);
  if (expected === undefined) throw refuse('missing', 'snapshot.json', `does not list ${what}`, '5.6.1');
  const read = (bytes: Uint8Array): Targets => {
    const envelope = openEnvelope(bytes, what);
    // 5.6.3: arbitrary software attack.
    requireSignatures(envelope, keys, roleKeys, { verify, clause: '5.6.3' });
    return parseTargets(envelope.signed, what);
  };
  const remembered = store.get(what);
  const trusted = remembered && isSame(remembered, expected) ? readTrusted(store, what, read) : undefined;
  const known = trusted?.version === expected.version;
  // 5.6.1 and 5.6.2: mix-and-match attack, by length and hash.
  const bytes = known
    ? remembered!
    : fetchMetadata(repository, role, expected, metadataLimits.targets, '5.6.2');
  const targets = known ? trusted : read(bytes);
  // 5.6.4: mix-and-match and rollback attack, by version.
  requireVersion(targets, expected.version, what, '5.6.4');
  // 5.6.5: freeze attack.
  requireFresh(targets, what, time, options, '5.6.5');
  // 5.6.6.
  if (!known) store.put(what, bytes);
  return targets;
}
