// A new repository: keys for every role, and the first version of everything. Nothing of it is a repository before its
// timestamp.json is there, so an attempt that was cut short is simply made again.
import { CatamaranError } from '../base/errors.ts';
import { findCoveredChannel, isChannelName, releasesRole, timestampPath } from '../tuf/names.ts';
import { finishFirst, type Holders, makeFirstDrafts } from './change/first-version.ts';
import type { PublishOutcome } from './change/publisher.ts';
import { type Config, writeConfig } from './repository/config.ts';
import { openDisk, type RepositoryDisk } from './repository/disk.ts';
import type { SigningKey } from './repository/draft.ts';
import { alreadyPending, readPending } from './repository/draft.ts';
import { withLock } from './repository/lock.ts';
import { requireNotHalf } from './repository/state.ts';
import { createKey, readKeyring } from './signing/keyring.ts';

/** How many keys a role has, and how many of them must sign. */
export interface Quorum {
  readonly threshold: number;
  readonly keys: number;
}

export interface InitRequest {
  readonly directory: string;
  readonly keys: string;
  readonly config: Omit<Config, 'names'>;
  readonly root: Quorum;
  readonly channels: ReadonlyMap<string, Quorum>;
  /** Seconds since the epoch. */
  readonly now: number;
  /** Where keys are elsewhere: keep what is to be signed, rather than fail. */
  readonly signLater?: boolean;
  /** For tests; the directory's own otherwise. */
  readonly disk?: RepositoryDisk;
}

export interface InitAnswer {
  readonly created: readonly string[];
  /** By role: the names of its keys, and how many must sign. */
  readonly roles: ReadonlyMap<string, { readonly keys: readonly string[]; readonly threshold: number }>;
  readonly outcome: PublishOutcome;
}

export async function initRepository(request: InitRequest): Promise<InitAnswer> {
  const { directory, config, channels, now, signLater = false } = request;
  const disk = request.disk ?? openDisk(directory);
  requireNames(config.os, [...channels.keys()]);
  return withLock(directory, async () => {
    if ((await disk.read(timestampPath)) !== undefined) throw existsAlready(directory);
    await requireNotHalf(directory, disk);
    const [waiting] = await readPending(disk);
    if (waiting) throw alreadyPending(waiting.role);
    const { keyring, created, holders } = await gatherKeys(request);
    const names = Object.fromEntries(keyring.map(({ id, name }) => [id, name]));
    const whole = { ...config, names };
    const drafts = makeFirstDrafts(whole, [...channels.keys()], holders, now);
    const outcome = await finishFirst({ disk, keyring, now, signLater }, whole, drafts, () =>
      writeConfig(disk, whole),
    );
    const roles = [...holders].map(
      ([role, { keys, threshold }]) => [role, { keys: keys.map(({ name }) => name), threshold }] as const,
    );
    return { created, roles: new Map(roles), outcome };
  });
}

/** Keys that are in the directory are taken; others are made. By role, in the order in which people are told. */
async function gatherKeys({ keys: directory, root, channels }: InitRequest) {
  const keyring = await readKeyring(directory);
  const created: string[] = [];
  const take = async (name: string): Promise<SigningKey> => {
    const present = keyring.find((key) => key.name === name);
    if (present) return present;
    const key = await createKey(directory, name);
    keyring.push(key);
    created.push(name);
    return key;
  };
  const takeQuorum = async (role: string, { keys: count, threshold }: Quorum): Promise<Holders> => {
    const names = count === 1 ? [role] : Array.from({ length: count }, (_, index) => `${role}-${index + 1}`);
    const keys: SigningKey[] = [];
    for (const name of names) keys.push(await take(name));
    requireDistinct(role, keys);
    return { keys, threshold };
  };
  const one = { keys: 1, threshold: 1 };
  const top = { root: await takeQuorum('root', root), targets: await takeQuorum('targets', one) };
  const below: [string, Holders][] = [[releasesRole, await takeQuorum(releasesRole, one)]];
  for (const [channel, quorum] of channels) below.push([channel, await takeQuorum(channel, quorum)]);
  const online = { keys: [await take('online')], threshold: 1 };
  const holders = new Map([...Object.entries({ ...top, snapshot: online, timestamp: online }), ...below]);
  return { keyring, created, holders };
}

/** Two names for one key would be a threshold of two that one person meets. */
function requireDistinct(role: string, keys: readonly SigningKey[]): void {
  const twin = keys.find(({ id }, index) => keys.findIndex((other) => other.id === id) < index);
  if (twin === undefined) return;
  throw new CatamaranError('usage', {
    code: 'release-key-taken',
    message: `${twin.name} is the same key as another one of ${role}, and a key counts once`,
    hint: 'Remove the copy; `catamaran release init` makes what is not there.',
  });
}

function requireNames(os: string, channels: readonly string[]): void {
  const foreign = channels.find((name) => !isChannelName(name) || name === 'online');
  if (foreign !== undefined) {
    throw new CatamaranError('usage', {
      code: 'release-channel-name',
      message: `a channel cannot be called ${JSON.stringify(foreign)}`,
      hint: 'Use lower-case letters, digits and "-", beginning with a letter, and no name of a role.',
    });
  }
  const covered = findCoveredChannel(channels);
  if (covered !== undefined) {
    const [name, other] = covered;
    throw new CatamaranError('usage', {
      code: 'release-channel-name',
      message: `whoever signs for the channel ${name} could sign for ${other} too: a pointer’s name begins with its channel’s`,
      hint: `Call one of them otherwise: ${name}, and ${other.slice(name.length + 1)}.`,
    });
  }
  if (!/^[a-z][a-z0-9-]{0,62}$/.test(os) || os === 'channel' || os.startsWith('channel-')) {
    throw new CatamaranError('usage', {
      code: 'release-os-name',
      message: `an OS cannot be called ${JSON.stringify(os)} in a repository`,
      hint: 'Give the spec’s os.id: lower-case letters, digits and "-"; "channel" is taken.',
    });
  }
}

function existsAlready(directory: string): CatamaranError {
  return new CatamaranError('usage', {
    code: 'release-exists',
    message: `there is a repository in ${directory} already`,
    hint: 'Name another directory with --repo. A repository is never made anew over an old one: machines trust its root.',
  });
}
