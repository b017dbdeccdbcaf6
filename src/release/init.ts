// A new repository: keys for every role, the first root, and a first version of everything else. Nothing of it is a
// repository before its timestamp.json is there, so an attempt that was cut short is simply made again.
import { CatamaranError } from '../base/errors.ts';
import type { Json } from '../base/json.ts';
import type { JsonObject } from '../tuf/fields.ts';
import { sha256Hex } from '../tuf/hex.ts';
import { keyJson } from '../tuf/keys.ts';
import { parseRoot, parseTargets } from '../tuf/metadata.ts';
import { isChannelName, metadataPath, releasesRole, type TopRole, timestampPath } from '../tuf/names.ts';
import { type Config, daysOf, writeConfig } from './config.ts';
import { type Disk, openDisk } from './disk.ts';
import {
  type Demand,
  type Draft,
  draftBytes,
  findShortage,
  makeDraft,
  notEnough,
  signDraft,
} from './draft.ts';
import { createKey, type Key, readKeyring } from './keyring.ts';
import { withLock } from './lock.ts';
import { commonFields, expiryOf, nameKey, topDemand } from './publish.ts';

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
  /** For tests; the directory's own otherwise. */
  readonly disk?: Disk;
}

export interface InitAnswer {
  readonly created: readonly string[];
  /** By role: the names of its keys, and how many must sign. */
  readonly roles: ReadonlyMap<string, { readonly keys: readonly string[]; readonly threshold: number }>;
}

export async function initRepository(request: InitRequest): Promise<InitAnswer> {
  const { directory, config, channels } = request;
  const disk = request.disk ?? openDisk(directory);
  requireNames(config.os, [...channels.keys()]);
  return withLock(directory, async () => {
    if ((await disk.read(timestampPath)) !== undefined) throw existsAlready(directory);
    const { keyring, created, keysOf } = await gatherKeys(request);
    for (const file of await disk.list('metadata')) await disk.remove(`metadata/${file}`);

    const rolesJson = (names: readonly string[]) =>
      Object.fromEntries(names.map((role) => [role, roleJson(keysOf(role))]));
    const top: TopRole[] = ['root', 'targets', 'snapshot', 'timestamp'];
    const root = {
      consistent_snapshot: true,
      keys: keyTable(top.flatMap((role) => keysOf(role).keys)),
      roles: rolesJson(top),
    };
    const delegated = [releasesRole, ...channels.keys()];
    const targets = {
      targets: {},
      delegations: {
        keys: keyTable(delegated.flatMap((role) => keysOf(role).keys)),
        roles: delegated.map((role) => ({
          name: role,
          ...roleJson(keysOf(role)),
          paths: [role === releasesRole ? `${config.os}-*` : `channel-${role}-*`],
          terminating: true,
        })),
      },
    };
    const files = await signAll(
      { ...request, config: { ...config, names: {} } },
      keyring,
      root,
      targets,
      delegated,
    );
    const names = Object.fromEntries(keyring.map(({ id, name }) => [id, name]));
    await writeConfig(disk, { ...config, names });
    for (const [path, bytes] of files) {
      await (path === timestampPath ? disk.replace(path, bytes) : disk.create(path, bytes));
    }
    const roles = [...top, ...delegated].map((role) => {
      const { keys, threshold } = keysOf(role);
      return [role, { keys: keys.map(({ name }) => name), threshold }] as const;
    });
    return { created, roles: new Map(roles) };
  });
}

const initHint =
  'A new repository needs as many keys of each role here as must sign; hand them out, or rotate them, afterwards.';

interface Holders {
  readonly keys: readonly Key[];
  readonly threshold: number;
}

/** Keys that are in the directory are taken; others are made. */
async function gatherKeys({ keys: directory, root, channels }: InitRequest) {
  const keyring = await readKeyring(directory);
  const created: string[] = [];
  const holders = new Map<string, Holders>();
  const take = async (name: string): Promise<Key> => {
    const present = keyring.find((key) => key.name === name);
    if (present) return present;
    const key = await createKey(directory, name);
    keyring.push(key);
    created.push(name);
    return key;
  };
  const takeQuorum = async (role: string, { keys: count, threshold }: Quorum): Promise<void> => {
    const names = count === 1 ? [role] : Array.from({ length: count }, (_, index) => `${role}-${index + 1}`);
    const keys: Key[] = [];
    for (const name of names) keys.push(await take(name));
    holders.set(role, { keys, threshold });
  };
  await takeQuorum('root', root);
  for (const role of ['targets', releasesRole]) await takeQuorum(role, { keys: 1, threshold: 1 });
  for (const [channel, quorum] of channels) await takeQuorum(channel, quorum);
  const online = { keys: [await take('online')], threshold: 1 };
  holders.set('snapshot', online);
  holders.set('timestamp', online);
  return { keyring, created, keysOf: (role: string) => holders.get(role)! };
}

async function signAll(
  { config, now }: { config: Config; now: number },
  keyring: readonly Key[],
  root: JsonObject,
  targets: JsonObject,
  delegated: readonly string[],
): Promise<[string, Uint8Array][]> {
  const fields = (role: string) => commonFields(role, 1, expiryOf(now, daysOf(config, role)));
  const rootSigned = { ...root, ...fields('root') };
  const trusted = parseRoot(rootSigned as Json, 'root.json');
  const targetsSigned = { ...targets, ...fields('targets') };
  const { delegations, keys } = parseTargets(targetsSigned as Json, 'targets.json');
  const sign = async (role: string, signed: JsonObject, demand: Demand): Promise<Draft> => {
    const draft = await signDraft(makeDraft(role, signed), [demand], keyring);
    const shortage = findShortage(draft, [demand]);
    if (shortage) throw notEnough(shortage, nameKey(keyring, {}), initHint);
    return draft;
  };
  const drafts = [await sign('root', rootSigned, topDemand(trusted, 'root'))];
  for (const role of delegated) {
    const demand = { ...delegations.find(({ name }) => name === role)!, keys };
    drafts.push(await sign(role, { targets: {}, ...fields(role) }, demand));
  }
  drafts.push(await sign('targets', targetsSigned, topDemand(trusted, 'targets')));
  const listed = drafts.filter(({ role }) => role !== 'root');
  const meta = Object.fromEntries(listed.map((draft) => [`${draft.role}.json`, fileMeta(draft)]));
  const snapshot = await sign('snapshot', { meta, ...fields('snapshot') }, topDemand(trusted, 'snapshot'));
  const timestamp = await sign(
    'timestamp',
    { meta: { 'snapshot.json': fileMeta(snapshot) }, ...fields('timestamp') },
    topDemand(trusted, 'timestamp'),
  );
  return [...drafts, snapshot, timestamp].map((draft) => [
    draft.role === 'timestamp' ? timestampPath : metadataPath(draft.role, 1),
    draftBytes(draft),
  ]);
}

function fileMeta(draft: Draft): Json {
  const bytes = draftBytes(draft);
  return { version: draft.version, length: bytes.length, hashes: { sha256: sha256Hex(bytes) } };
}

function keyTable(keys: readonly Key[]): Record<string, Json> {
  return Object.fromEntries(keys.map((key) => [key.id, keyJson(key.public)]));
}

function roleJson({ keys, threshold }: Holders): { keyids: string[]; threshold: number } {
  return { keyids: keys.map(({ id }) => id).sort(), threshold };
}

function requireNames(os: string, channels: readonly string[]): void {
  const foreign = channels.find((name) => !isChannelName(name) || name === 'online');
  if (foreign !== undefined) {
    throw new CatamaranError('usage', {
      code: 'release-channel-name',
      message: `a channel cannot be called ${JSON.stringify(foreign)}`,
      hint: 'Use lower-case letters and digits, beginning with a letter, and no name of a role.',
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
