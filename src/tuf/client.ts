// The client workflow of the TUF specification 1.0.34, section 5: from the trusted root to the metadata of one target. Each
// numbered step is a file in workflow/. The same code on the device (QuickJS) and in the publisher's `verify` and tests
// (Node). Synchronous, as the agent's host is: one machine has nothing else to do meanwhile.
//
// Use: `const client = refresh(options)`, then `findTarget(client, name)` and `fetchTarget(client, target)`.
import { asciiBytes } from './canonical.ts';
import { sha256Hex } from './hex.ts';
import type { Delegation, Root, Snapshot, TargetFile, Targets, Timestamp } from './metadata.ts';
import { matchesPattern, targetPath } from './names.ts';
import { refuse } from './refuse.ts';
import { fixStartTime, saveTime } from './workflow/clock.ts';
import { fetchBounded, metadataLimits } from './workflow/fetch.ts';
import type { ClientOptions } from './workflow/options.ts';
import { requirePresent, requireSame } from './workflow/require.ts';
import { updateRoot } from './workflow/root.ts';
import { updateSnapshot } from './workflow/snapshot.ts';
import { updateTargets } from './workflow/targets.ts';
import { updateTimestamp } from './workflow/timestamp.ts';

export interface Client {
  readonly options: ClientOptions;
  /** Seconds since the epoch: what this machine takes for now. */
  readonly time: number;
  readonly root: Root;
  readonly timestamp: Timestamp;
  readonly snapshot: Snapshot;
  readonly targets: Targets;
}

export interface FoundTarget extends TargetFile {
  readonly name: string;
  /** The role that signed it. */
  readonly role: string;
}

/** Roles that one search may visit (5.6.7.1). */
const mostRoles = 32;

/** Section 5, up to the top-level targets. Throws what it refuses; what was trusted stays trusted. */
export function refresh(options: ClientOptions): Client {
  const time = fixStartTime(options);
  const root = updateRoot(options, time);
  const timestamp = updateTimestamp(options, time, root);
  const snapshot = updateSnapshot(options, time, root, timestamp);
  const targets = updateTargets(options, time, snapshot, 'targets', root.keys, root.roles.targets);
  saveTime(options, time);
  return { options, time, root, timestamp, snapshot, targets };
}

/**
 * 5.6.7: searches delegations in pre-order, depth first. A role is fetched only if its patterns cover the name. Undefined
 * where no role that may speak of the name lists it.
 */
export function findTarget(client: Client, name: string): FoundTarget | undefined {
  const visited = new Set<string>();
  const waiting: { role: string; load: () => Targets }[] = [{ role: 'targets', load: () => client.targets }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    // 5.6.7.1: cycles and endless chains.
    if (visited.has(next.role) || visited.size >= mostRoles) continue;
    visited.add(next.role);
    const targets = next.load();
    const found = targets.targets.get(name);
    if (found !== undefined) return { ...found, name, role: next.role };
    // 5.6.7.2: those below this role, in their order, before those that were waiting.
    const below = [];
    for (const delegation of targets.delegations) {
      if (!covers(delegation, name)) continue;
      const { options, time, snapshot } = client;
      below.push({
        role: delegation.name,
        load: () => updateTargets(options, time, snapshot, delegation.name, targets.keys, delegation),
      });
      if (delegation.terminating) {
        waiting.length = 0;
        break;
      }
    }
    waiting.push(...below.reverse());
  }
  return undefined;
}

function covers({ paths, prefixes }: Delegation, name: string): boolean {
  if (paths.some((pattern) => matchesPattern(name, pattern))) return true;
  if (prefixes.length === 0) return false;
  const hash = sha256Hex(asciiBytes(name));
  return prefixes.some((prefix) => hash.startsWith(prefix));
}

/** 5.7, for a small target: its bytes, with the length and the hash that its role signed. */
export function fetchTarget({ options }: Client, target: FoundTarget): Uint8Array {
  const { name, length, sha256 } = target;
  if (length > metadataLimits.target) throw refuse('too-large', name, `has ${length} bytes`, '5.7');
  const path = targetPath(name, sha256);
  const bytes = requirePresent(fetchBounded(options.repository, path, length), name, '5.7.3');
  requireSame(bytes, target, name, '5.7.3');
  return bytes;
}
