// 5.5: which version of every targets role belongs to this state of the repository.
import { parseSnapshot, type Root, type Snapshot, type Timestamp } from '../metadata.ts';
import { refuse } from '../refuse.ts';
import { openEnvelope, requireSignatures } from '../signatures.ts';
import { fetchMetadata, metadataLimits } from './fetch.ts';
import type { ClientOptions } from './options.ts';
import { isSame, requireFresh, requireNotOlder, requireVersion } from './require.ts';
import { readTrusted } from './trusted.ts';

export function updateSnapshot(
  options: ClientOptions,
  time: number,
  root: Root,
  timestamp: Timestamp,
): Snapshot {
  const { repository, store, verify } = options;
  const what = 'snapshot.json';
  const expected = timestamp.snapshot;
  const read = (bytes: Uint8Array): Snapshot => {
    const envelope = openEnvelope(bytes, what);
    // 5.5.3: arbitrary software attack.
    requireSignatures(envelope, root.keys, root.roles.snapshot, { verify, clause: '5.5.3' });
    return parseSnapshot(envelope.signed, what);
  };
  const remembered = store.get(what);
  const trusted = readTrusted(store, what, read);
  // Where the timestamp lists no hash, the version that its role has signed is enough: nothing is fetched twice.
  const known =
    trusted !== undefined && trusted.version === expected.version && isSame(remembered!, expected);
  // 5.5.1 and 5.5.2: mix-and-match attack, by length and hash.
  const bytes = known
    ? remembered!
    : fetchMetadata(repository, 'snapshot', expected, metadataLimits.snapshot, '5.5.2');
  const snapshot = known ? trusted : read(bytes);
  // 5.5.4: mix-and-match attack, by version.
  requireVersion(snapshot, expected.version, what, '5.5.4');
  // 5.5.5: rollback attack, on every role that was ever listed.
  for (const [role, meta] of trusted?.meta ?? []) {
    const now = snapshot.meta.get(role);
    if (now === undefined) throw refuse('dropped', what, `no longer lists ${role}.json`, '5.5.5');
    requireNotOlder(now, meta, `${what}: ${role}.json`, '5.5.5');
  }
  // 5.5.6: freeze attack.
  requireFresh(snapshot, what, time, options, '5.5.6');
  // 5.5.7.
  if (!known) store.put(what, bytes);
  return snapshot;
}
