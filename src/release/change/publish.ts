// The one way in which a repository changes. Everything is made and signed first, then verified as a machine that is up
// to date would verify it, and then written in an order in which each file is invisible until the last one, timestamp:
// targets → roles → snapshot → timestamp. At any instant a machine sees the old repository or the new one.
import { CatamaranError } from '../../base/errors.ts';
import type { JsonObject } from '../../base/fields.ts';
import { sha256Hex } from '../../tuf/hex.ts';
import { type TopRole, targetPath } from '../../tuf/names.ts';
import { readConfig } from '../repository/config.ts';
import type { RepositoryDisk } from '../repository/disk.ts';
import {
  alreadyPending,
  findShortage,
  makeDraft,
  notEnough,
  type RoleDraft,
  readPending,
  removePending,
  type Shortage,
  writePending,
} from '../repository/draft.ts';
import { withLock } from '../repository/lock.ts';
import { nextVersion, topDemand, versionOf } from '../repository/role-fields.ts';
import { requireNewest } from '../repository/served.ts';
import { readRepositoryState, type State } from '../repository/state.ts';
import { sweep } from '../repository/sweep.ts';
import { collectSignatures } from '../signing/collect-signatures.ts';
import { makeOnline } from './online.ts';
import { nameKey, type Publisher, type PublishOutcome } from './publisher.ts';
import { rehearse } from './rehearse.ts';
import { planFiles, redo, writeFiles } from './write-files.ts';

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

/** Works out a change from what there is, and publishes it; all under the lock. */
export async function publish(
  publisher: Publisher,
  makeChange: (state: State) => Promise<Change>,
): Promise<PublishOutcome> {
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
export async function publishPending(publisher: Publisher): Promise<PublishOutcome> {
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
    const state = await readRepositoryState(directory, disk, now);
    if (publisher.against !== undefined) await requireNewest(publisher.against, state, publisher.transport);
    await sweep(disk, state);
    return action(state);
  });
}

async function commit(
  publisher: Publisher,
  state: State,
  unsigned: readonly RoleDraft[],
): Promise<PublishOutcome> {
  const { disk, keyring } = publisher;
  const collected = await collectSignatures(state, unsigned, keyring);
  const { drafts, wishesOf, before, after } = collected;
  const shortages: Shortage[] = [...collected.shortages];
  const online = shortages.length === 0 ? await makeOnline(publisher, state, collected) : [];
  for (const draft of online) {
    const shortage = findShortage(draft, [topDemand(after, draft.role as TopRole)]);
    if (shortage) shortages.push(shortage);
  }
  const roles = drafts.map(({ role }) => role);
  if (shortages.length > 0) {
    const nameOf = nameKey(keyring, state.config.names);
    if (!publisher.signLater) throw notEnough(shortages[0]!, nameOf);
    await writePending(disk, drafts, wishesOf);
    const named = shortages.map((shortage) => ({ ...shortage, missing: shortage.missing.map(nameOf) }));
    return { state: 'waiting', roles, shortages: named };
  }
  const plan = planFiles([...drafts, ...online], before);
  await rehearse(publisher, state, plan);
  await writeFiles(disk, plan, state);
  const waited = (await readPending(disk)).map(({ role }) => role);
  await removePending(
    disk,
    waited.filter((role) => roles.includes(role)),
  );
  return { state: 'published', roles, shortages: [] };
}

async function putTarget(disk: RepositoryDisk, { name, sha256, source }: NewTarget): Promise<void> {
  const path = targetPath(name, sha256);
  if (typeof source === 'string') return disk.copyIn(source, path, sha256);
  // Content-addressed: one that is there already was made by an attempt before this one.
  const present = await disk.read(path);
  if (present === undefined) return disk.create(path, source);
  if (sha256Hex(present) !== sha256) return disk.replace(path, source);
}

function stalePending({ role, version }: RoleDraft): CatamaranError {
  return new CatamaranError('usage', {
    code: 'release-pending-stale',
    message: `version ${version} of ${role}, which waits for signatures, is out of date: another one has been published`,
    hint: 'Drop it with `catamaran release sign --discard` and run the command again that made it.',
  });
}
