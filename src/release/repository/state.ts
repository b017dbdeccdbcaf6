// What a repository holds now, read by the client's own workflow from its first root on, so that nothing is ever built
// upon files that a machine would refuse. Only expiry is waived: an expired repository is mended by publishing.
import { CatamaranError } from '../../base/errors.ts';
import type { JsonObject } from '../../base/fields.ts';
import type { Json } from '../../base/json.ts';
import { readSignedManifest, type SignedManifest } from '../../contract/release-manifest.ts';
import { type Client, refresh } from '../../tuf/client.ts';
import { parseTargets, type Targets } from '../../tuf/metadata.ts';
import { metadataPath, pointerName, releasesRole, targetPath, timestampPath } from '../../tuf/names.ts';
import { type ChannelPointer, parsePointer } from '../../tuf/pointer.ts';
import type { RoleKeys } from '../../tuf/signatures.ts';
import { openEnvelope, requireSignatures } from '../../tuf/signatures.ts';
import { verifySignature } from '../../tuf/verify-signature.ts';
import { type Config, defaultDays, findConfig, readConfig } from './config.ts';
import type { RepositoryDisk } from './disk.ts';
import { readPending } from './draft.ts';
import { createMemory, openDirectory } from './local.ts';

/** A role that signs targets: `targets`, `releases` or a channel. */
export interface RoleState {
  readonly name: string;
  readonly version: number;
  /** Seconds since the epoch. */
  readonly expires: number;
  readonly signed: JsonObject;
  readonly parsed: Targets;
  readonly keys: RoleKeys;
}

export interface State {
  readonly directory: string;
  readonly config: Config;
  readonly client: Client;
  readonly rootSigned: JsonObject;
  /** By name. */
  readonly roles: ReadonlyMap<string, RoleState>;
  /** The bytes of timestamp.json, to see whether somebody else has published since. */
  readonly timestamp: Uint8Array;
}

/** `now`: seconds since the epoch. */
export async function readRepositoryState(
  directory: string,
  disk: RepositoryDisk,
  now: number,
): Promise<State> {
  const known = await findConfig(disk);
  const timestamp = await disk.read(timestampPath);
  const firstRoot = await disk.read(metadataPath('root', 1));
  if (timestamp === undefined || firstRoot === undefined) throw await incomplete(directory, disk);
  const store = createMemory();
  const client = refresh({
    verify: verifySignature,
    repository: openDirectory(directory),
    store,
    firstRoot,
    now,
    waiveExpiry: true,
  });
  const rootBytes = store.get('root.json') ?? firstRoot;
  const roles = new Map<string, RoleState>();
  const top = { name: 'targets', keys: client.root.keys, ...client.root.roles.targets };
  const targets = await readRole(disk, client, top);
  roles.set('targets', targets);
  for (const delegation of targets.parsed.delegations) {
    roles.set(delegation.name, await readRole(disk, client, { ...delegation, keys: targets.parsed.keys }));
  }
  const config = known ?? { os: osOf(targets.parsed), days: defaultDays, names: {} };
  return { directory, config, client, rootSigned: signedOf(rootBytes, 'root.json'), roles, timestamp };
}

async function readRole(
  disk: RepositoryDisk,
  { snapshot }: Client,
  { name, keys, ...roleKeys }: RoleKeys & { name: string; keys: Targets['keys'] },
): Promise<RoleState> {
  const meta = snapshot.meta.get(name);
  const bytes = meta && (await disk.read(metadataPath(name, meta.version)));
  if (bytes === undefined) throw missing(metadataPath(name, meta?.version ?? 0));
  const envelope = openEnvelope(bytes, `${name}.json`);
  requireSignatures(envelope, keys, roleKeys, { verify: verifySignature, clause: '5.6.3' });
  const parsed = parseTargets(envelope.signed, `${name}.json`);
  const { keyids, threshold } = roleKeys;
  const { version, expires } = parsed;
  const signed = envelope.signed as JsonObject;
  return { name, version, expires, signed, parsed, keys: { keyids, threshold } };
}

function signedOf(bytes: Uint8Array, what: string): JsonObject {
  return openEnvelope(bytes, what).signed as JsonObject;
}

export function channelsOf({ roles }: Pick<State, 'roles'>): string[] {
  return [...roles.keys()].filter((name) => name !== 'targets' && name !== releasesRole);
}

export function requireChannel(state: State, channel: string): RoleState {
  const role = channelsOf(state).includes(channel) ? state.roles.get(channel) : undefined;
  if (role !== undefined) return role;
  throw new CatamaranError('usage', {
    code: 'release-no-channel',
    message: `there is no channel ${JSON.stringify(channel)} in ${state.directory}`,
    hint: `Name one of ${channelsOf(state).join(', ')}.`,
  });
}

/** Every release for every architecture, from the manifests that the releases role signs; in the order of their names. */
export async function listReleases(
  state: State,
  disk: RepositoryDisk,
): Promise<{ name: string; sha256: string; size: number; manifest: SignedManifest }[]> {
  const releases = [];
  for (const [name, { sha256, length }] of state.roles.get(releasesRole)!.parsed.targets) {
    if (!name.endsWith('.manifest.json')) continue;
    const bytes = await readTarget(disk, name, sha256);
    releases.push({ name, sha256, size: length, manifest: readSignedManifest(bytes, name) });
  }
  return releases;
}

/** What a channel points at, by architecture in sorted order. */
export async function listPointers(
  state: State,
  disk: RepositoryDisk,
  channel: string,
): Promise<ChannelPointer[]> {
  const pointers: ChannelPointer[] = [];
  for (const [name, { sha256 }] of requireChannel(state, channel).parsed.targets) {
    const pointer = parsePointer(await readTarget(disk, name, sha256), name);
    if (name === pointerName(channel, pointer.arch)) pointers.push(pointer);
  }
  return pointers;
}

async function readTarget(disk: RepositoryDisk, name: string, sha256: string): Promise<Uint8Array> {
  const bytes = await disk.read(targetPath(name, sha256));
  if (bytes === undefined) throw missing(targetPath(name, sha256));
  return bytes;
}

export function targetJson(length: number, sha256: string): Json {
  return { length, hashes: { sha256 } };
}

function missing(path: string): CatamaranError {
  return new CatamaranError('integrity', {
    code: 'release-file-missing',
    message: `the repository lacks ${path}, which is signed`,
    hint: 'Restore the file from another copy of the repository.',
  });
}

/** Of the pattern of names that the releases role may sign. */
function osOf({ delegations }: Targets): string {
  return delegations.find(({ name }) => name === releasesRole)?.paths[0]?.replace(/-\*$/, '') ?? '';
}

async function incomplete(directory: string, disk: RepositoryDisk): Promise<CatamaranError> {
  await requireNotHalf(directory, disk);
  await readConfig(disk, directory);
  const waits = (await readPending(disk)).length > 0;
  return new CatamaranError('usage', {
    code: 'release-unfinished',
    message: `the repository in ${directory} was never finished: it has no timestamp.json or no first root`,
    hint: waits
      ? 'It waits for signatures: finish it with `catamaran release sign`.'
      : 'Run `catamaran release init` again with the same keys.',
  });
}

/** An init that was cut leaves first versions and nothing else; what has more than that and no timestamp is a half copy. */
export async function requireNotHalf(directory: string, disk: RepositoryDisk): Promise<void> {
  const later = (await disk.list('metadata')).find((file) => /^(?!1\.)\d+\./.test(file));
  const target = (await disk.list('targets'))[0];
  if (later === undefined && target === undefined) return;
  throw new CatamaranError('integrity', {
    code: 'release-half-copied',
    message: `${directory} is half of a repository: it has ${later ? `metadata/${later}` : `targets/${target}`}, but lacks ${timestampPath} or the first root`,
    hint: 'Copy the rest of it, timestamp.json last.',
  });
}
