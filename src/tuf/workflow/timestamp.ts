// 5.4: the one file whose name never changes, which says what is newest.
import { parseTimestamp, type Root, type Timestamp } from '../metadata.ts';
import { timestampPath } from '../names.ts';
import { openEnvelope, requireSignatures } from '../signatures.ts';
import { fetchBounded, metadataLimits } from './fetch.ts';
import type { ClientOptions } from './options.ts';
import { requireFresh, requireNotOlder, requirePresent } from './require.ts';
import { readTrusted } from './trusted.ts';

export function updateTimestamp(options: ClientOptions, time: number, root: Root): Timestamp {
  const { repository, store, verify } = options;
  const what = 'timestamp.json';
  const read = (bytes: Uint8Array): Timestamp => {
    const envelope = openEnvelope(bytes, what);
    // 5.4.2: arbitrary software attack.
    requireSignatures(envelope, root.keys, root.roles.timestamp, { verify, clause: '5.4.2' });
    return parseTimestamp(envelope.signed, what);
  };
  const trusted = readTrusted(store, what, read);
  // 5.4.1.
  const bytes = requirePresent(
    fetchBounded(repository, timestampPath, metadataLimits.timestamp),
    what,
    '5.4.1',
  );
  const fetched = read(bytes);
  const timestamp = trusted !== undefined && fetched.version === trusted.version ? trusted : fetched;
  if (trusted !== undefined) {
    // 5.4.3: rollback attack, on timestamp and on the snapshot that it names.
    requireNotOlder(fetched, trusted, what, '5.4.3.1');
    requireNotOlder(timestamp.snapshot, trusted.snapshot, `${what}: snapshot.json`, '5.4.3.2');
  }
  // 5.4.4: freeze attack.
  requireFresh(timestamp, what, time, options, '5.4.4');
  // 5.4.5.
  if (timestamp === fetched) store.put(what, bytes);
  return timestamp;
}
