// What there is to know of a repository at a glance: channels, releases, roles with their keys and expiries, and what
// waits for signatures.
import type { ReleaseVersion } from '../base/flavour.ts';
import type { KeyId } from '../tuf/keys.ts';
import type { ChannelPointer } from '../tuf/pointer.ts';
import { shareAt } from '../tuf/rollout.ts';
import { compareReleaseVersions } from '../tuf/version.ts';
import { daysOf } from './repository/config.ts';
import type { RepositoryDisk } from './repository/disk.ts';
import { readPending } from './repository/draft.ts';
import {
  channelsOf,
  listPointers,
  listReleases,
  readRepositoryState,
  type State,
} from './repository/state.ts';

export interface ChannelStatus {
  readonly channel: string;
  readonly pointer: ChannelPointer | undefined;
  /** Of the fleet, in ten-thousandths. */
  readonly share: number;
}

export interface ReleaseStatus {
  readonly version: ReleaseVersion;
  readonly arch: string;
  readonly epoch: number;
  readonly minFrom: string | undefined;
  /** In bytes, of the three images. */
  readonly size: number;
  /** The channels that point at it. */
  readonly channels: readonly string[];
}

export interface RoleStatus {
  readonly role: string;
  readonly version: number;
  /** Seconds since the epoch. */
  readonly expires: number;
  readonly state: 'fresh' | 'soon' | 'expired';
  readonly keys: readonly KeyId[];
  readonly threshold: number;
}

export interface RepositoryStatus {
  readonly os: string;
  /** What people call the keys, by key id. */
  readonly names: Readonly<Record<string, string>>;
  readonly channels: readonly ChannelStatus[];
  /** Newest first. */
  readonly releases: readonly ReleaseStatus[];
  readonly roles: readonly RoleStatus[];
  /** Roles with a version that waits for signatures, and how many it has. */
  readonly pending: readonly {
    readonly role: string;
    readonly version: number;
    readonly signatures: number;
  }[];
}

const secondsPerDay = 86_400;

/** `now`: seconds since the epoch. */
export async function readRepositoryStatus(
  directory: string,
  disk: RepositoryDisk,
  now: number,
): Promise<RepositoryStatus> {
  const state = await readRepositoryState(directory, disk, now);
  const channels: ChannelStatus[] = [];
  for (const channel of channelsOf(state)) {
    const pointers = await listPointers(state, disk, channel);
    const entries = pointers.map((pointer) => ({
      channel,
      pointer,
      share: pointer.halted ? 0 : shareAt(pointer.rollout, now),
    }));
    channels.push(...(entries.length > 0 ? entries : [{ channel, pointer: undefined, share: 0 }]));
  }
  const releases = (await listReleases(state, disk)).map(({ sha256, manifest }) => ({
    version: manifest.version,
    arch: manifest.arch,
    epoch: manifest.epoch,
    minFrom: manifest.minFrom,
    size: Object.values(manifest.parts).reduce((sum, part) => sum + part.size, 0),
    channels: channels
      .filter(({ pointer }) => pointer?.release.manifest.sha256 === sha256)
      .map(({ channel }) => channel),
  }));
  releases.sort((a, b) => compareReleaseVersions(b.version, a.version));
  const pending = (await readPending(disk)).map(({ role, version, signatures }) => ({
    role,
    version,
    signatures: signatures.filter(({ sig }) => sig !== '').length,
  }));
  const { os, names } = state.config;
  return { os, names, channels, releases, roles: listRoles(state, now), pending };
}

function listRoles({ client, config, roles }: State, now: number): RoleStatus[] {
  const { root, snapshot, timestamp } = client;
  const rows = [
    { role: 'root', ...root, ...root.roles.root },
    { role: 'timestamp', ...timestamp, ...root.roles.timestamp },
    { role: 'snapshot', ...snapshot, ...root.roles.snapshot },
    ...[...roles.values()].map(({ name, version, expires, keys }) => ({
      role: name,
      version,
      expires,
      ...keys,
    })),
  ];
  return rows.map(({ role, version, expires, keyids, threshold }) => {
    const soon = (daysOf(config, role) * secondsPerDay) / 4;
    const state = now >= expires ? 'expired' : expires - now < soon ? 'soon' : 'fresh';
    return { role, version, expires, state, keys: keyids, threshold };
  });
}
