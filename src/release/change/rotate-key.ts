// Puts a new key in the place of an old one, in every role that the old one signs for, and signs those roles again.
// Machines follow: root by its chain of versions, delegated roles by targets.
import { CatamaranError } from '../../base/errors.ts';
import type { JsonObject } from '../../base/fields.ts';
import { type KeyId, keyJson } from '../../tuf/keys.ts';
import { topRoles } from '../../tuf/names.ts';
import { readConfig, writeConfig } from '../repository/config.ts';
import type { SigningKey } from '../repository/draft.ts';
import { readRepositoryState, type State } from '../repository/state.ts';
import { publish } from './publish.ts';
import type { Publisher, PublishOutcome } from './publisher.ts';

export interface RotateAnswer {
  readonly outcome: PublishOutcome;
  /** The roles that the old key signed for. */
  readonly roles: readonly string[];
}

interface KeyedRole extends JsonObject {
  readonly keyids: readonly KeyId[];
}

export async function rotateKey(
  { old, replacement }: { readonly old: KeyId; readonly replacement: SigningKey },
  publisher: Publisher,
): Promise<RotateAnswer> {
  let affected: string[] = [];
  const outcome = await publish(publisher, async (state) => {
    const changes = new Map<string, JsonObject>();
    const top = replaceInRoot(state, old, replacement);
    const delegated = replaceInTargets(state, old, replacement);
    affected = [...top.affected, ...delegated.affected];
    if (affected.length === 0) throw unknownKey(old);
    if (top.affected.length > 0) changes.set('root', top.signed);
    const targets = state.roles.get('targets')!.signed;
    if (delegated.affected.length > 0) changes.set('targets', delegated.signed);
    else if (top.affected.includes('targets')) changes.set('targets', targets);
    for (const role of delegated.affected) changes.set(role, state.roles.get(role)!.signed);
    return { roles: changes };
  });
  const config = await readConfig(publisher.disk, publisher.directory);
  const names = { ...config.names, [replacement.id]: replacement.name };
  await writeConfig(publisher.disk, { ...config, names });
  return { outcome, roles: affected };
}

/** Throws where the key signs for no role; before a new one is made in its place. */
export async function requireSigner(old: KeyId, { directory, disk, now }: Publisher): Promise<void> {
  const { client, roles } = await readRepositoryState(directory, disk, now);
  const named = [...Object.values(client.root.roles), ...[...roles.values()].map(({ keys }) => keys)];
  if (!named.some(({ keyids }) => keyids.includes(old))) throw unknownKey(old);
}

function replaceInRoot({ rootSigned }: State, old: KeyId, key: SigningKey) {
  const before = rootSigned.roles as unknown as Record<string, KeyedRole>;
  const affected = topRoles.filter((role) => before[role]!.keyids.includes(old));
  const roles = Object.fromEntries(topRoles.map((role) => [role, replaceIn(before[role]!, old, key.id)]));
  const keys = pruneKeys(rootSigned.keys as JsonObject, key, Object.values(roles));
  return { affected, signed: { ...rootSigned, keys, roles } as JsonObject };
}

function replaceInTargets({ roles }: State, old: KeyId, key: SigningKey) {
  const { signed } = roles.get('targets')!;
  const table = signed.delegations as JsonObject;
  const before = table.roles as unknown as readonly (KeyedRole & { name: string })[];
  const affected = before.filter(({ keyids }) => keyids.includes(old)).map(({ name }) => name);
  const after = before.map((role) => replaceIn(role, old, key.id));
  const keys = pruneKeys(table.keys as JsonObject, key, after);
  return { affected, signed: { ...signed, delegations: { ...table, keys, roles: after } } as JsonObject };
}

function replaceIn<R extends KeyedRole>(role: R, old: KeyId, fresh: KeyId): R {
  if (!role.keyids.includes(old)) return role;
  if (role.keyids.includes(fresh)) throw keyTaken();
  return { ...role, keyids: role.keyids.map((keyid) => (keyid === old ? fresh : keyid)).sort() };
}

/** Only keys that a role still names. */
function pruneKeys(table: JsonObject, key: SigningKey, roles: readonly KeyedRole[]): JsonObject {
  const named = new Set(roles.flatMap(({ keyids }) => keyids));
  const all = { ...table, [key.id]: keyJson(key.public) };
  return Object.fromEntries(Object.entries(all).filter(([keyid]) => named.has(keyid)));
}

function unknownKey(old: KeyId): CatamaranError {
  return new CatamaranError('usage', {
    code: 'release-key-unknown',
    message: `key ${old} signs for no role`,
    hint: '`catamaran release status` lists the keys of each role.',
  });
}

function keyTaken(): CatamaranError {
  return new CatamaranError('usage', {
    code: 'release-key-taken',
    message: 'the new key signs for that role already, and a key counts once',
    hint: 'Name a new key; `catamaran release rotate-key OLD NEW` makes it when there is none of that name.',
  });
}
