// Makes a repository smaller: releases that are neither new nor pointed at are signed out, and files that no metadata
// names are removed. What is signed out now goes with the next run, so that machines that are fetching it still can.
// Root's versions stay for ever: a machine that was off for years follows them one by one.
import { imageKinds, metadataPath, releasesRole, targetPath } from '../tuf/names.ts';
import { compareReleaseVersions } from '../tuf/version.ts';
import { publish } from './change/publish.ts';
import type { Publisher } from './change/publisher.ts';
import type { RepositoryDisk } from './repository/disk.ts';
import { readPending } from './repository/draft.ts';
import { withLock } from './repository/lock.ts';
import {
  channelsOf,
  listPointers,
  listReleases,
  readRepositoryState,
  type State,
} from './repository/state.ts';

export interface GcAnswer {
  /** Versions that are no longer signed. */
  readonly dropped: readonly string[];
  /** Paths of the files that are gone. */
  readonly removed: readonly string[];
}

/** Keeps the newest `keep` versions, and all that a channel points at or steps over. */
export async function collectReleases(keep: number, publisher: Publisher): Promise<GcAnswer> {
  const { directory, disk, now } = publisher;
  const before = await readRepositoryState(directory, disk, now);
  const dropped = await findDropped(before, disk, keep);
  const versions = [...new Set(dropped.map(({ manifest }) => manifest.version))];
  if (dropped.length > 0) {
    await publish({ ...publisher, signLater: false }, async (state) => {
      const role = state.roles.get(releasesRole)!;
      const targets = { ...(role.signed.targets as Record<string, never>) };
      for (const { name, manifest } of dropped) {
        delete targets[name];
        for (const kind of imageKinds) delete targets[manifest.parts[kind].target];
        if (manifest.chunks !== undefined) delete targets[manifest.chunks.target];
      }
      return { roles: new Map([[releasesRole, { ...role.signed, targets }]]) };
    });
  }
  const removed = await withLock(directory, async () => {
    const live = new Set([
      ...liveFiles(before),
      ...liveFiles(await readRepositoryState(directory, disk, now)),
    ]);
    for (const path of await pendingTargets(disk)) live.add(path);
    const gone: string[] = [];
    for (const room of ['metadata', 'targets']) {
      for (const file of await disk.list(room)) {
        const path = `${room}/${file}`;
        if (live.has(path) || file.endsWith('.root.json')) continue;
        await disk.remove(path);
        gone.push(path);
      }
    }
    return gone;
  });
  return { dropped: versions, removed };
}

async function findDropped(state: State, disk: RepositoryDisk, keep: number) {
  const releases = await listReleases(state, disk);
  const versions = [...new Set(releases.map(({ manifest }) => manifest.version))];
  const kept = new Set(versions.sort((a, b) => compareReleaseVersions(b, a)).slice(0, keep));
  for (const channel of channelsOf(state)) {
    for (const { release, stones } of await listPointers(state, disk, channel)) {
      for (const { version } of [release, ...stones]) kept.add(version);
    }
  }
  return releases.filter(({ manifest }) => !kept.has(manifest.version));
}

function liveFiles({ client, roles }: State): string[] {
  const metadata = [...client.snapshot.meta].map(([role, { version }]) => metadataPath(role, version));
  const targets = [...roles.values()].flatMap(({ parsed }) =>
    [...parsed.targets].map(([name, { sha256 }]) => targetPath(name, sha256)),
  );
  const snapshot = metadataPath('snapshot', client.snapshot.version);
  return ['metadata/timestamp.json', snapshot, ...metadata, ...targets];
}

/** What waits for signatures may name files already. */
async function pendingTargets(disk: RepositoryDisk): Promise<string[]> {
  return (await readPending(disk)).flatMap(({ signed }) =>
    Object.entries((signed.targets ?? {}) as Record<string, { hashes: { sha256: string } }>).map(
      ([name, { hashes }]) => targetPath(name, hashes.sha256),
    ),
  );
}
