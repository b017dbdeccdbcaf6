// New versions of roles before they are published: what is to be signed, by whom, and who has signed. Where a threshold
// needs people who are elsewhere, drafts wait in `.publisher/pending/`, one file for each role; every such file can be
// carried away, signed, and brought back.
import { CatamaranError, messageOf } from '../../base/errors.ts';
import { type JsonObject, numberField, textField } from '../../base/fields.ts';
import type { Json } from '../../base/json.ts';
import { byName } from '../../base/order.ts';
import { encodeCanonical } from '../../tuf/canonical.ts';
import { tufFields } from '../../tuf/fields.ts';
import type { KeyId, KeyTable, PublicKey } from '../../tuf/keys.ts';
import {
  type Envelope,
  openEnvelope,
  type RoleKeys,
  type Signature,
  validSigners,
  writeEnvelope,
} from '../../tuf/signatures.ts';
import { verifySignature } from '../../tuf/verify-signature.ts';
import { privateDirectory, type RepositoryDisk } from './disk.ts';

/** What signs: the keyring has them. */
export interface SigningKey {
  /** The file's, without its ending. */
  readonly name: string;
  readonly id: KeyId;
  readonly public: PublicKey;
  /** Answers with 128 hex digits. Absent where only the public half is here. */
  readonly sign?: (message: Uint8Array) => Promise<string>;
}

export interface RoleDraft {
  readonly role: string;
  readonly version: number;
  readonly signed: JsonObject;
  readonly signatures: readonly Signature[];
}

/** A threshold of a set of keys. Root, and roles that root rotates, have two that must both be met. */
export interface Demand extends RoleKeys {
  readonly keys: KeyTable;
}

const pendingDirectory = `${privateDirectory}/pending`;
const pendingPath = (role: string) => `${pendingDirectory}/${role}.json`;

export function makeDraft(role: string, signed: JsonObject): RoleDraft {
  return { role, version: signed.version as number, signed, signatures: [] };
}

/** Adds a signature of each key that the demands name and that is at hand. */
export async function signDraft(
  draft: RoleDraft,
  demands: readonly Demand[],
  keyring: readonly SigningKey[],
): Promise<RoleDraft> {
  const wanted = new Set(demands.flatMap(({ keyids }) => keyids));
  const message = encodeCanonical(draft.signed as Json);
  const signatures = draft.signatures.filter(({ keyid, sig }) => wanted.has(keyid) && sig !== '');
  for (const key of keyring) {
    if (!wanted.has(key.id) || key.sign === undefined) continue;
    if (signatures.some(({ keyid }) => keyid === key.id)) continue;
    signatures.push({ keyid: key.id, sig: await key.sign(message) });
  }
  return { ...draft, signatures: signatures.sort((a, b) => byName(a.keyid, b.keyid)) };
}

export interface Shortage {
  readonly role: string;
  readonly have: number;
  readonly need: number;
  /** Who could sign and has not. */
  readonly missing: readonly KeyId[];
}

/** The first demand that a draft does not meet yet. */
export function findShortage(draft: RoleDraft, demands: readonly Demand[]): Shortage | undefined {
  for (const demand of demands) {
    const signers = validSigners(envelopeOf(draft), demand.keys, demand, verifySignature);
    if (signers.size >= demand.threshold) continue;
    const missing = demand.keyids.filter((keyid) => !signers.has(keyid));
    return { role: draft.role, have: signers.size, need: demand.threshold, missing };
  }
  return undefined;
}

/** The bytes to publish. */
export function draftBytes({ signatures, signed }: RoleDraft): Uint8Array {
  return writeEnvelope({ signatures: signatures.filter(({ sig }) => sig !== ''), signed: signed as Json });
}

export function parseDraft(role: string, bytes: Uint8Array, what: string): RoleDraft {
  const envelope = openEnvelope(bytes, what);
  const fields = tufFields(envelope.signed, what);
  const version = numberField(fields, 'version', 1);
  textField(fields, '_type', /^(?:root|targets|snapshot|timestamp)$/);
  return { role, version, signed: fields.values, signatures: envelope.signatures };
}

export async function listPending(disk: RepositoryDisk): Promise<string[]> {
  const files = await disk.list(pendingDirectory);
  return files.filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -'.json'.length));
}

export async function readPending(disk: RepositoryDisk): Promise<RoleDraft[]> {
  const drafts: RoleDraft[] = [];
  for (const role of await listPending(disk)) {
    const bytes = await disk.read(pendingPath(role));
    if (bytes !== undefined) drafts.push(readDraft(role, bytes));
  }
  return drafts;
}

function readDraft(role: string, bytes: Uint8Array): RoleDraft {
  const path = pendingPath(role);
  try {
    return parseDraft(role, bytes, path);
  } catch (cause) {
    throw new CatamaranError(
      'integrity',
      {
        code: 'release-pending-damaged',
        message: `${path}, which waits for signatures, is damaged: ${messageOf(cause)}`,
        hint: 'Put a sound copy of it there, or drop what waits with `catamaran release sign --discard`.',
      },
      { cause },
    );
  }
}

/** With an empty slot for each key that may still sign, so that the file alone says whom it waits for. */
export async function writePending(
  disk: RepositoryDisk,
  drafts: readonly RoleDraft[],
  wanted: (draft: RoleDraft) => readonly Demand[],
): Promise<void> {
  for (const draft of drafts) {
    const present = draft.signatures.filter(({ sig }) => sig !== '');
    const absent = new Set(wanted(draft).flatMap(({ keyids }) => keyids));
    for (const { keyid } of present) absent.delete(keyid);
    const slots = [...absent].sort(byName).map((keyid) => ({ keyid, sig: '' }));
    const bytes = writeEnvelope({ signatures: [...present, ...slots], signed: draft.signed as Json });
    await disk.replace(pendingPath(draft.role), bytes);
  }
}

/** Fills the empty slots of one file that was carried here, and says which. */
export async function signSlots(
  bytes: Uint8Array,
  keyring: readonly SigningKey[],
  what: string,
): Promise<{ bytes: Uint8Array; signed: string[] }> {
  const envelope = openEnvelope(bytes, what);
  const message = encodeCanonical(envelope.signed);
  const names: string[] = [];
  const signatures: Signature[] = [];
  for (const slot of envelope.signatures) {
    const key = slot.sig === '' ? keyring.find(({ id, sign }) => id === slot.keyid && sign) : undefined;
    if (key) names.push(key.name);
    signatures.push(key?.sign ? { keyid: key.id, sig: await key.sign(message) } : slot);
  }
  return { bytes: writeEnvelope({ signatures, signed: envelope.signed }), signed: names };
}

export async function removePending(disk: RepositoryDisk, roles: readonly string[]): Promise<void> {
  for (const role of roles) await disk.remove(pendingPath(role));
}

export function notEnough(
  { role, have, need, missing }: Shortage,
  nameOf: (id: KeyId) => string,
  hint = 'Give their keys with --keys, or run it with --sign-later and let the others run `catamaran release sign`.',
): CatamaranError {
  return new CatamaranError('usage', {
    code: 'release-signatures-missing',
    message: `${role} has ${have} of ${need} signatures; ${missing.map(nameOf).join(', ')} could sign`,
    hint,
  });
}

export function alreadyPending(role: string): CatamaranError {
  return new CatamaranError('usage', {
    code: 'release-pending',
    message: `${role} has a version that waits for signatures`,
    hint: 'Finish it with `catamaran release sign`, or drop it with `catamaran release sign --discard`.',
  });
}

function envelopeOf({ role, signed, signatures }: RoleDraft): Envelope {
  return { what: `${role}.json`, signed: signed as Json, signatures };
}
