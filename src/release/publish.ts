// The one way in which a repository changes. Everything is made and signed first, then verified as a machine that is up
// to date would verify it, and then written in an order in which each file is invisible until the last one, timestamp:
// targets → roles → snapshot → timestamp. At any instant a machine sees the old repository or the new one.
import { CatamaranError } from '../base/errors.ts';
import { canonicalJson, type Json } from '../base/json.ts';
import { byName } from '../base/order.ts';
import { isAbandoned } from '../store/owner.ts';
import { refresh } from '../tuf/client.ts';
import { formatTime, type JsonObject } from '../tuf/fields.ts';
import { sha256Hex } from '../tuf/hex.ts';
import { type FileMeta, parseRoot, parseTargets, type Root } from '../tuf/metadata.ts';
import { metadataPath, type TopRole, targetPath, timestampPath } from '../tuf/names.ts';
import { daysOf, readConfig } from './config.ts';
import { type Disk, privateDirectory } from './disk.ts';
import {
  type Demand,
  type Draft,
  draftBytes,
  findShortage,
  makeDraft,
  notEnough,
  readPending,
  removePending,
  type Shortage,
  signDraft,
  writePending,
} from './draft.ts';
import type { Key } from './keyring.ts';
import { createMemory, openDirectory } from './local.ts';
import { withLock } from './lock.ts';
import { requireNewest } from './served.ts';
import { readState, type State } from './state.ts';

export interface Publisher {
  readonly directory: string;
  readonly disk: Disk;
  readonly keyring: readonly Key[];
  /** Seconds since the epoch. */
  readonly now: number;
  /** Where signatures are missing: keep what is to be signed, rather than fail. */
  readonly signLater: boolean;
  /** The URL at which machines read the repository: a copy here that is older than the one there is refused. */
  readonly against?: string | undefined;
}

/** A file that is to lie in `targets/`: bytes, or the path of what is copied. */
export interface NewTarget {
  readonly name: string;
  readonly sha256: string;
  readonly source: Uint8Array | string;
}

export interface Change {
  readonly files?: readonly NewTarget[];
  /** What the next version of each role says, beside its version and expiry, which are set here. */
  readonly roles: ReadonlyMap<string, JsonObject>;
}

export interface Outcome {
  readonly state: 'published' | 'waiting';
  /** The roles that got a new version. */
  readonly roles: readonly string[];
  /** What is missing, by role, while it waits; keys by their names. */
  readonly shortages: readonly Shortage[];
}

const secondsPerDay = 86_400;

/** Works out a change from what there is, and publishes it; all under the lock. */
export async function publish(
  publisher: Publisher,
  makeChange: (state: State) => Promise<Change>,
): Promise<Outcome> {
  return locked(publisher, async (state) => {
    const change = await makeChange(state);
    const pending = (await readPending(publisher.disk)).map(({ role }) => role);
    const clash = [...change.roles.keys()].find((role) => pending.includes(role));
    if (clash !== undefined) throw alreadyPending(clash);
    for (const file of change.files ?? []) await putTarget(publisher.disk, file);
    const drafts = [...change.roles].map(([role, signed]) =>
      makeDraft(role, nextVersion(state, role, signed, publisher.now)),
    );
    return commit(publisher, state, drafts);
  });
}

/** Publishes what waits, after adding the signatures that can be made here. */
export async function publishPending(publisher: Publisher): Promise<Outcome> {
  return locked(publisher, async (state) => {
    const drafts = await readPending(publisher.disk);
    const stale = drafts.find(({ role, version }) => version !== versionOf(state, role) + 1);
    if (stale !== undefined) throw stalePending(stale);
    return commit(publisher, state, drafts);
  });
}

async function locked<T>(publisher: Publisher, action: (state: State) => Promise<T>): Promise<T> {
  const { directory, disk, now } = publisher;
  await readConfig(disk, directory);
  return withLock(directory, async () => {
    await redo(disk);
    const state = await readState(directory, disk, now);
    if (publisher.against !== undefined) await requireNewest(publisher.against, state);
    await sweep(disk, state);
    return action(state);
  });
}

async function commit(publisher: Publisher, state: State, unsigned: readonly Draft[]): Promise<Outcome> {
  const { disk, keyring, now, signLater } = publisher;
  const before = state.client.root;
  const rootDraft = unsigned.find(({ role }) => role === 'root');
  const after = rootDraft ? parseRoot(rootDraft.signed as Json, 'root.json') : before;

  const targetsDraft = unsigned.find(({ role }) => role === 'targets');
  const targets = targetsDraft
    ? parseTargets(targetsDraft.signed as Json, 'targets.json')
    : state.roles.get('targets')!.parsed;
  const demandOf = (role: string): Demand => {
    if (role === 'targets') return topDemand(after, 'targets');
    const delegation = targets.delegations.find(({ name }) => name === role)!;
    return { ...delegation, keys: targets.keys };
  };

  // Root must be signed by the old one and the new one; targets is, where that can be done (orderFiles says why).
  const wishesOf = ({ role }: Pick<Draft, 'role'>): Demand[] =>
    role === 'root' || role === 'targets'
      ? [topDemand(before, role), topDemand(after, role)]
      : [demandOf(role)];
  const drafts: Draft[] = [];
  const shortages: Shortage[] = [];
  for (const draft of unsigned) {
    const { role } = draft;
    const signed = await signDraft(draft, wishesOf(draft), keyring);
    const shortage = findShortage(signed, role === 'root' ? wishesOf(draft) : [demandOf(role)]);
    if (shortage) shortages.push(shortage);
    drafts.push(signed);
  }

  // What is online is made last, and only for what is complete.
  const online = shortages.length === 0 ? await makeOnline(publisher, state, drafts, before, after) : [];
  for (const draft of online) {
    const shortage = findShortage(draft, [topDemand(after, draft.role as TopRole)]);
    if (shortage) shortages.push(shortage);
  }
  if (shortages.length > 0) {
    const nameOf = nameKey(keyring, state.config.names);
    if (!signLater) throw notEnough(shortages[0]!, nameOf);
    await writePending(disk, drafts, wishesOf);
    return {
      state: 'waiting',
      roles: drafts.map(({ role }) => role),
      shortages: shortages.map((shortage) => ({ ...shortage, missing: shortage.missing.map(nameOf) })),
    };
  }

  const all = [...drafts, ...online];
  const rootFirst = !oldRootWillDo(all, before);
  const files = orderFiles(all, rootFirst);
  await rehearse(publisher, state, files);
  await requireUnchanged(disk, state);
  if (rootFirst) await writeRedo(disk, files);
  for (const [path, bytes] of files) {
    if (path === timestampPath) {
      await requireUnchanged(disk, state);
      await disk.replace(path, bytes);
    } else await disk.create(path, bytes);
  }
  if (rootFirst) await disk.remove(redoPath);
  const published = drafts.map(({ role }) => role);
  const finished = (await readPending(disk))
    .map(({ role }) => role)
    .filter((role) => published.includes(role));
  await removePending(disk, finished);
  return { state: 'published', roles: published, shortages: [] };

  async function makeOnline(
    { keyring: keys }: Publisher,
    { client, roles, config }: State,
    complete: readonly Draft[],
    old: Root,
    next: Root,
  ): Promise<Draft[]> {
    const meta = new Map([...roles.keys()].map((role) => [role, client.snapshot.meta.get(role)!]));
    for (const draft of complete) if (draft.role !== 'root') meta.set(draft.role, metaOf(draft));
    const make = async (role: 'snapshot' | 'timestamp', version: number, files: Record<string, Json>) => {
      const draft = makeDraft(role, {
        ...commonFields(role, version, expiryOf(now, daysOf(config, role))),
        meta: files,
      });
      const demands = [topDemand(old, role), topDemand(next, role)];
      return signDraft(draft, demands, keys);
    };
    const entries = [...meta].sort(([a], [b]) => byName(a, b));
    const halfLife = (daysOf(config, 'snapshot') * secondsPerDay) / 2;
    const keep = complete.length === 0 && client.snapshot.expires - now > halfLife;
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
}

/** Whether machines that have not seen the new root yet accept the rest. */
function oldRootWillDo(drafts: readonly Draft[], before: Root): boolean {
  return drafts
    .filter(({ role }) => role === 'targets' || role === 'snapshot' || role === 'timestamp')
    .every((draft) => findShortage(draft, [topDemand(before, draft.role as TopRole)]) === undefined);
}

/**
 * Root is the exception to the order, for it is seen at once. Where the rest is signed so that machines with the old root
 * accept it too, root comes last, and a cut before it does no harm. Where it cannot be, because an old key is lost, root
 * comes first: machines wait until the rest is there, and the next command writes it, from the redo file.
 */
function orderFiles(drafts: readonly Draft[], rootFirst: boolean): [string, Uint8Array][] {
  const rank = ({ role }: Draft): number => {
    if (role === 'root') return rootFirst ? 0 : 9;
    return { timestamp: 4, snapshot: 3, targets: 2 }[role] ?? 1;
  };
  return [...drafts]
    .sort((a, b) => rank(a) - rank(b) || byName(a.role, b.role))
    .map((draft) => [pathOf(draft), draftBytes(draft)]);
}

const redoPath = `${privateDirectory}/redo.json`;

async function writeRedo(disk: Disk, files: readonly (readonly [string, Uint8Array])[]): Promise<void> {
  const entries = files.map(([path, bytes]) => [path, Buffer.from(bytes).toString()]);
  await disk.replace(redoPath, Buffer.from(JSON.stringify(entries)));
}

/** Ends what a publisher began that was cut between root and timestamp. Everything in it had been verified. */
async function redo(disk: Disk): Promise<void> {
  const bytes = await disk.read(redoPath);
  if (bytes === undefined) return;
  for (const [path, text] of JSON.parse(Buffer.from(bytes).toString()) as [string, string][]) {
    const wanted = Buffer.from(text);
    const present = await disk.read(path);
    if (present === undefined || Buffer.compare(present, wanted) !== 0) await disk.replace(path, wanted);
  }
  await disk.remove(redoPath);
}

/** A machine that has seen everything so far, and one that has seen nothing, must both accept what is to be written. */
async function rehearse(
  { disk, now }: Publisher,
  state: State,
  files: readonly (readonly [string, Uint8Array])[],
): Promise<void> {
  const planned = new Map(files);
  const present = openDirectory(state.directory);
  const repository = {
    fetch: (path: string, maxSize: number) => planned.get(path) ?? present.fetch(path, maxSize),
  };
  const firstRoot = (await disk.read(metadataPath('root', 1)))!;
  const options = { firstRoot, now, waiveExpiry: true } as const;
  const seen = createMemory();
  refresh({ ...options, repository: present, store: seen });
  refresh({ ...options, repository, store: seen });
  const client = refresh({ ...options, repository, store: createMemory() });
  const { delegations, keys } = client.targets;
  for (const delegation of delegations) {
    const meta = client.snapshot.meta.get(delegation.name);
    const path = metadataPath(delegation.name, meta?.version ?? 0);
    const bytes = planned.get(path) ?? (await disk.read(path));
    const shortage = bytes && findShortageOf(delegation.name, bytes, { ...delegation, keys });
    if (bytes === undefined || shortage) throw unsignedRole(delegation.name);
  }
}

function findShortageOf(role: string, bytes: Uint8Array, demand: Demand): Shortage | undefined {
  const { signatures, signed } = JSON.parse(Buffer.from(bytes).toString()) as Draft;
  return findShortage({ role, version: 0, signatures, signed }, [demand]);
}

/** Another publisher's timestamp since this one began: its lock has been broken, or the directory is shared. */
async function requireUnchanged(disk: Disk, { timestamp }: State): Promise<void> {
  const now = await disk.read(timestampPath);
  if (now !== undefined && Buffer.compare(now, timestamp) === 0) return;
  throw new CatamaranError('environment', {
    code: 'release-conflict',
    message: 'another publisher has published in the meantime',
    hint: 'Let one publisher work at a time, then run the command again.',
  });
}

/** What a publisher that was killed has left: versions that no snapshot lists, drafts that are published, half files. */
async function sweep(disk: Disk, { client, rootSigned, roles }: State): Promise<void> {
  for (const { role, signed } of await readPending(disk)) {
    const current = role === 'root' ? rootSigned : roles.get(role)?.signed;
    if (canonicalJson(signed as Json) === canonicalJson((current ?? null) as Json)) {
      await removePending(disk, [role]);
    }
  }
  for (const file of await disk.list('metadata')) {
    const [, version, role = ''] = /^(\d+)\.([a-z0-9_-]+)\.json$/.exec(file) ?? [];
    if (version === undefined || role === 'root') continue;
    const known = role === 'snapshot' ? client.snapshot.version : client.snapshot.meta.get(role)?.version;
    if (Number(version) > (known ?? 0)) await disk.remove(`metadata/${file}`);
  }
  for (const name of await disk.list(`${privateDirectory}/aside`)) {
    if (isAbandoned(name)) await disk.remove(`${privateDirectory}/aside/${name}`);
  }
  for (const name of await disk.list(privateDirectory)) {
    const owner = /^claim\.([\d-]+?)(?:\.stale)?$/.exec(name)?.[1];
    if (owner !== undefined && isAbandoned(owner)) await disk.remove(`${privateDirectory}/${name}`);
  }
}

async function putTarget(disk: Disk, { name, sha256, source }: NewTarget): Promise<void> {
  const path = targetPath(name, sha256);
  if (typeof source === 'string') return disk.copyIn(source, path, sha256);
  // Content-addressed: one that is there already was made by an attempt before this one.
  const present = await disk.read(path);
  if (present === undefined) return disk.create(path, source);
  if (sha256Hex(present) !== sha256) return disk.replace(path, source);
}

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

function nextVersion(state: State, role: string, signed: JsonObject, now: number): JsonObject {
  const version = versionOf(state, role) + 1;
  return { ...signed, ...commonFields(role, version, expiryOf(now, daysOf(state.config, role))) };
}

function versionOf({ client, roles }: State, role: string): number {
  return role === 'root' ? client.root.version : (roles.get(role)?.version ?? 0);
}

function pathOf({ role, version }: Draft): string {
  return role === 'timestamp' ? timestampPath : metadataPath(role, version);
}

function metaOf(draft: Draft): FileMeta {
  const bytes = draftBytes(draft);
  return { version: draft.version, length: bytes.length, sha256: sha256Hex(bytes) };
}

function metaJson({ version, length, sha256 }: FileMeta): Json {
  return { version, length, ...(sha256 === undefined ? {} : { hashes: { sha256 } }) };
}

/** As people call a key: by its file here, or by its file where the repository was made. */
export function nameKey(
  keyring: readonly Key[],
  names: Readonly<Record<string, string>>,
): (id: string) => string {
  return (id) => keyring.find((key) => key.id === id)?.name ?? names[id] ?? `key ${id.slice(0, 12)}…`;
}

function alreadyPending(role: string): CatamaranError {
  return new CatamaranError('usage', {
    code: 'release-pending',
    message: `${role} has a version that waits for signatures`,
    hint: 'Finish it with `catamaran release sign`, or drop it with `catamaran release sign --discard`.',
  });
}

function stalePending({ role, version }: Draft): CatamaranError {
  return new CatamaranError('usage', {
    code: 'release-pending-stale',
    message: `version ${version} of ${role}, which waits for signatures, is out of date: another one has been published`,
    hint: 'Drop it with `catamaran release sign --discard` and run the command again that made it.',
  });
}

function unsignedRole(role: string): CatamaranError {
  return new CatamaranError('internal', {
    code: 'release-role-unsigned',
    message: `${role} would be left without the signatures that it needs`,
  });
}
