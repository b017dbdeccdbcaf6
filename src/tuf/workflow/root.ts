// 5.2 and 5.3: from the root metadata that is trusted, version by version, to the newest.
import { parseRoot, type Root } from '../metadata.ts';
import { metadataPath } from '../names.ts';
import { openEnvelope, requireSignatures, type Verify } from '../signatures.ts';
import { fetchBounded, metadataLimits } from './fetch.ts';
import type { ClientOptions, TrustedStore } from './options.ts';
import { requireFresh, requireVersion } from './require.ts';
import { valueOrNothing } from './trusted.ts';

/** In one update (5.3.2). */
const mostRotations = 256;

export function updateRoot(options: ClientOptions, time: number): Root {
  const { repository, store, verify } = options;
  let root = loadTrustedRoot(options);
  for (let rotation = 0; rotation < mostRotations; rotation++) {
    // 5.3.3: version N+1, or an end.
    const version = root.version + 1;
    const bytes = fetchBounded(repository, metadataPath('root', version), metadataLimits.root);
    if (bytes === undefined) break;
    const what = `${version}.root.json`;
    const envelope = openEnvelope(bytes, what);
    // 5.3.4: signed by the threshold of the trusted root, and by its own.
    requireSignatures(envelope, root.keys, root.roles.root, { verify, clause: '5.3.4' });
    const next = parseRoot(envelope.signed, what);
    // Where these are the same, it has just been said.
    if (signersOf(next) !== signersOf(root))
      requireSignatures(envelope, next.keys, next.roles.root, { verify, clause: '5.3.4' });
    // 5.3.5: exactly the next version. 5.3.6: its expiry does not matter yet.
    requireVersion(next, version, what, '5.3.5');
    // 5.3.11 before 5.3.8: if the power fails in between, nothing is remembered that the new root does not vouch for.
    forgetRotated(store, root, next);
    // 5.3.7 and 5.3.8.
    store.put('root.json', bytes);
    root = next;
  }
  // 5.3.10: freeze attack.
  requireFresh(root, 'root.json', time, options, '5.3.10');
  return root;
}

/** 5.2: what the machine remembers, unless the image brought something newer, or the memory is damaged. */
function loadTrustedRoot({ store, firstRoot, verify }: ClientOptions): Root {
  const shipped = readRoot(firstRoot, verify);
  const bytes = store.get('root.json');
  const stored = bytes === undefined ? undefined : valueOrNothing(() => readRoot(bytes, verify));
  if (stored !== undefined && stored.version >= shipped.version) return stored;
  if (stored !== undefined) forgetRotated(store, stored, shipped);
  return shipped;
}

function readRoot(bytes: Uint8Array, verify: Verify): Root {
  const envelope = openEnvelope(bytes, 'root.json');
  const root = parseRoot(envelope.signed, 'root.json');
  requireSignatures(envelope, root.keys, root.roles.root, { verify, clause: '5.2' });
  return root;
}

/** 5.3.11: recovery from a fast-forward attack, which only new keys of these roles can end. */
function forgetRotated(store: TrustedStore, before: Root, after: Root): void {
  const rotated = (['timestamp', 'snapshot'] as const).some(
    (role) => keysOf(before, role) !== keysOf(after, role),
  );
  if (!rotated) return;
  store.remove('timestamp.json');
  store.remove('snapshot.json');
}

function keysOf({ keys, roles }: Root, role: 'timestamp' | 'snapshot'): string {
  return roles[role].keyids
    .map((keyid) => keys.get(keyid))
    .sort()
    .join();
}

/** By which names, with which keys, and how many: whoever has signed for one has signed for the other. */
function signersOf({ keys, roles }: Root): string {
  const { keyids, threshold } = roles.root;
  return [threshold, ...keyids.map((keyid) => `${keyid} ${keys.get(keyid)}`).sort()].join();
}
