// The client workflow of the TUF specification 1.0.34, section 5, as its named steps: from the trusted root to the
// metadata of one target. The same code on the device (QuickJS) and in the publisher's `verify` and tests (Node).
// Synchronous, as the agent's host is: one machine has nothing else to do meanwhile.
//
// Use: `const client = refresh(options)`, then `findTarget(client, name)` and `fetchTarget(client, target)`.
import { asciiBytes, parseCanonical } from './canonical.ts';
import { fieldsOf, formatTime, numberField } from './fields.ts';
import { sha256Hex } from './hex.ts';
import type { KeyTable } from './keys.ts';
import {
  type Common,
  type FileMeta,
  parseRoot,
  parseSnapshot,
  parseTargets,
  parseTimestamp,
  type Root,
  type Snapshot,
  type TargetFile,
  type Targets,
  type Timestamp,
} from './metadata.ts';
import { matchesPattern, metadataPath, targetPath, timestampPath } from './names.ts';
import { refuse } from './refuse.ts';
import { type Envelope, openEnvelope, type RoleKeys, requireSignatures } from './signatures.ts';

export interface Repository {
  /**
   * The file at a path below the repository's URL. Reads no more than `maxSize` bytes: throws for a longer one, and for
   * every failure but one: undefined where the server says that there is no such file (404, 403, 410).
   */
  fetch(path: string, maxSize: number): Uint8Array | undefined;
}

/** What this machine has verified before. A file that was damaged or lost is as good as none. */
export interface TrustedStore {
  get(name: string): Uint8Array | undefined;
  /** Whole or not at all, and durable when it returns: aside, fsync, rename, fsync of the directory. */
  put(name: string, bytes: Uint8Array): void;
  remove(name: string): void;
}

export interface ClientOptions {
  readonly repository: Repository;
  readonly store: TrustedStore;
  /** The root metadata that came with the image: where trust begins. */
  readonly firstRoot: Uint8Array;
  /** Of the system's clock, in seconds since the epoch. Never believed below `notBefore` and below what was seen before. */
  readonly now: number;
  /** When the image was built, in seconds since the epoch. */
  readonly notBefore?: number;
  /** For media that a person brought, and at that person's word only. Everything else is still enforced. */
  readonly waiveExpiry?: boolean;
}

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

const limits = {
  rootRotations: 256,
  root: 512_000,
  timestamp: 16_384,
  snapshot: 2_000_000,
  targets: 5_000_000,
  /** Of a target that is read into memory. */
  target: 1_000_000,
  delegations: 32,
} as const;

/** A saved clock is renewed when it is older than this: no write at every poll. */
const clockGrain = 3600;

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

/** 5.1: one time for the whole update, and never one that lies before what is known to be past. */
function fixStartTime({ store, now, notBefore = 0 }: ClientOptions): number {
  return Math.max(Math.floor(now), notBefore, readTime(store));
}

function readTime(store: TrustedStore): number {
  const bytes = store.get('clock.json');
  return bytes === undefined ? 0 : (attempt(() => parseTime(bytes)) ?? 0);
}

function parseTime(bytes: Uint8Array): number {
  return numberField(fieldsOf(parseCanonical(bytes, 'clock.json'), 'clock.json'), 'time', 0);
}

/** Only after a refresh, so that a clock that runs far ahead, for which everything is expired, is never remembered. */
function saveTime({ store, waiveExpiry }: ClientOptions, time: number): void {
  if (waiveExpiry || time < readTime(store) + clockGrain) return;
  store.put('clock.json', asciiBytes(`{"time":${time}}`));
}

/** 5.2 and 5.3. */
function updateRoot(options: ClientOptions, time: number): Root {
  const { repository, store } = options;
  let root = loadTrustedRoot(options);
  for (let rotation = 0; rotation < limits.rootRotations; rotation++) {
    // 5.3.3: version N+1, or an end.
    const version = root.version + 1;
    const bytes = fetchBounded(repository, metadataPath('root', version), limits.root);
    if (bytes === undefined) break;
    const what = `${version}.root.json`;
    const envelope = openEnvelope(bytes, what);
    // 5.3.4: signed by the threshold of the trusted root, and by its own.
    requireSignatures(envelope, root.keys, root.roles.root, '5.3.4');
    const next = parseRoot(envelope.signed, what);
    requireSignatures(envelope, next.keys, next.roles.root, '5.3.4');
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
function loadTrustedRoot({ store, firstRoot }: ClientOptions): Root {
  const shipped = readRoot(firstRoot);
  const bytes = store.get('root.json');
  const stored = bytes === undefined ? undefined : attempt(() => readRoot(bytes));
  if (stored !== undefined && stored.version >= shipped.version) return stored;
  if (stored !== undefined) forgetRotated(store, stored, shipped);
  return shipped;
}

function readRoot(bytes: Uint8Array): Root {
  const envelope = openEnvelope(bytes, 'root.json');
  const root = parseRoot(envelope.signed, 'root.json');
  requireSignatures(envelope, root.keys, root.roles.root, '5.2');
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

/** 5.4. */
function updateTimestamp(options: ClientOptions, time: number, root: Root): Timestamp {
  const { repository, store } = options;
  const what = 'timestamp.json';
  const read = (bytes: Uint8Array): Timestamp => {
    const envelope = openEnvelope(bytes, what);
    // 5.4.2: arbitrary software attack.
    requireSignatures(envelope, root.keys, root.roles.timestamp, '5.4.2');
    return parseTimestamp(envelope.signed, what);
  };
  const trusted = readTrusted(store, what, read);
  // 5.4.1.
  const bytes = requirePresent(fetchBounded(repository, timestampPath, limits.timestamp), what, '5.4.1');
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

/** 5.5. */
function updateSnapshot(options: ClientOptions, time: number, root: Root, timestamp: Timestamp): Snapshot {
  const { repository, store } = options;
  const what = 'snapshot.json';
  const expected = timestamp.snapshot;
  const read = (bytes: Uint8Array): Snapshot => {
    const envelope = openEnvelope(bytes, what);
    // 5.5.3: arbitrary software attack.
    requireSignatures(envelope, root.keys, root.roles.snapshot, '5.5.3');
    return parseSnapshot(envelope.signed, what);
  };
  const remembered = store.get(what);
  const trusted = readTrusted(store, what, read);
  const known = trusted !== undefined && trusted.version === expected.version && isSame(remembered, expected);
  // 5.5.1 and 5.5.2: mix-and-match attack, by length and hash.
  const bytes = known
    ? remembered!
    : fetchMetadata(repository, 'snapshot', expected, limits.snapshot, '5.5.2');
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

/** 5.6, for the top-level role and for every delegated one. */
function updateTargets(
  options: ClientOptions,
  time: number,
  snapshot: Snapshot,
  role: string,
  keys: KeyTable,
  roleKeys: RoleKeys,
): Targets {
  const { repository, store } = options;
  const what = `${role}.json`;
  const expected = snapshot.meta.get(role);
  if (expected === undefined) throw refuse('missing', 'snapshot.json', `does not list ${what}`, '5.6.1');
  const remembered = store.get(what);
  const known = isSame(remembered, expected);
  // 5.6.1 and 5.6.2: mix-and-match attack, by length and hash.
  const bytes = known ? remembered! : fetchMetadata(repository, role, expected, limits.targets, '5.6.2');
  const envelope: Envelope = openEnvelope(bytes, what);
  // 5.6.3: arbitrary software attack.
  requireSignatures(envelope, keys, roleKeys, '5.6.3');
  const targets = parseTargets(envelope.signed, what);
  // 5.6.4: mix-and-match and rollback attack, by version.
  requireVersion(targets, expected.version, what, '5.6.4');
  // 5.6.5: freeze attack.
  requireFresh(targets, what, time, options, '5.6.5');
  // 5.6.6.
  if (!known) store.put(what, bytes);
  return targets;
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
    if (visited.has(next.role) || visited.size >= limits.delegations) continue;
    visited.add(next.role);
    const targets = next.load();
    const found = targets.targets.get(name);
    if (found !== undefined) return { ...found, name, role: next.role };
    // 5.6.7.2: those below this role, in their order, before those that were waiting.
    const below = [];
    for (const delegation of targets.delegations) {
      if (!delegation.paths.some((pattern) => matchesPattern(name, pattern))) continue;
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

/** 5.7, for a small target: its bytes, with the length and the hash that its role signed. */
export function fetchTarget({ options }: Client, { name, length, sha256 }: FoundTarget): Uint8Array {
  if (length > limits.target) throw refuse('too-large', name, `has ${length} bytes`, '5.7');
  const path = targetPath(name, sha256);
  const bytes = requirePresent(fetchBounded(options.repository, path, length), name, '5.7.3');
  requireSame(bytes, { length, sha256 }, name, '5.7.3');
  return bytes;
}

function fetchMetadata(
  repository: Repository,
  role: string,
  expected: FileMeta,
  limit: number,
  clause: string,
): Uint8Array {
  const what = `${role}.json`;
  if ((expected.length ?? 0) > limit) throw refuse('too-large', what, `has ${expected.length} bytes`, clause);
  const path = metadataPath(role, expected.version);
  const bytes = requirePresent(fetchBounded(repository, path, expected.length ?? limit), what, clause);
  requireSame(bytes, expected, what, clause);
  return bytes;
}

/** The fetcher's limit, held here too. */
function fetchBounded(repository: Repository, path: string, maxSize: number): Uint8Array | undefined {
  const bytes = repository.fetch(path, maxSize);
  if (bytes !== undefined && bytes.length > maxSize) {
    throw refuse('too-large', path, `has more than ${maxSize} bytes`);
  }
  return bytes;
}

function requirePresent(bytes: Uint8Array | undefined, what: string, clause: string): Uint8Array {
  if (bytes === undefined) throw refuse('missing', what, 'is not in the repository', clause);
  return bytes;
}

function requireSame(
  bytes: Uint8Array,
  { length, sha256 }: Partial<FileMeta>,
  what: string,
  clause: string,
): void {
  if (length !== undefined && bytes.length !== length) {
    throw refuse('mismatch', what, `has ${bytes.length} bytes where ${length} are listed`, clause);
  }
  if (sha256 !== undefined && sha256Hex(bytes) !== sha256) {
    throw refuse('mismatch', what, 'has another hash than is listed', clause);
  }
}

/** Whether what is remembered is what is listed; without a hash that cannot be told. */
function isSame(bytes: Uint8Array | undefined, { length, sha256 }: FileMeta): bytes is Uint8Array {
  if (bytes === undefined || sha256 === undefined) return false;
  return (length === undefined || length === bytes.length) && sha256Hex(bytes) === sha256;
}

function requireVersion({ version }: Common, expected: number, what: string, clause: string): void {
  if (version === expected) return;
  throw refuse('mismatch', what, `has version ${version} where ${expected} is listed`, clause);
}

function requireNotOlder(
  now: { version: number },
  before: { version: number },
  what: string,
  clause: string,
): void {
  if (now.version >= before.version) return;
  throw refuse(
    'rollback',
    what,
    `has version ${now.version}, older than ${before.version} seen before`,
    clause,
  );
}

function requireFresh(
  { expires }: Common,
  what: string,
  time: number,
  { waiveExpiry }: ClientOptions,
  clause: string,
): void {
  if (time < expires || waiveExpiry) return;
  throw refuse('expired', what, `expired at ${formatTime(expires)}, and now is ${formatTime(time)}`, clause);
}

/** What the store has, if today's keys vouch for it; whether it has expired does not matter for comparing. */
function readTrusted<T>(store: TrustedStore, name: string, read: (bytes: Uint8Array) => T): T | undefined {
  const bytes = store.get(name);
  return bytes === undefined ? undefined : attempt(() => read(bytes));
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}
