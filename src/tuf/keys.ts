// Public keys: Ed25519 alone (RFC 8032), named by the SHA-256 of their canonical JSON, as TUF's section 4.2 defines.
import { type Fields, objectField, textField } from '../base/fields.ts';
import type { Json } from '../base/json.ts';
import { encodeCanonical } from './canonical.ts';
import { requireText, tufFields } from './fields.ts';
import { sha256Hex } from './hex.ts';
import { refuse } from './refuse.ts';

/** 64 lower-case hex digits. */
export type KeyId = string;
/** 64 lower-case hex digits: the raw key. */
export type PublicKey = string;
export type KeyTable = ReadonlyMap<KeyId, PublicKey>;

const hex32 = /^[0-9a-f]{64}$/;

/** A key as metadata has it. */
export function keyJson(key: PublicKey): { readonly [name: string]: Json } {
  return { keytype: 'ed25519', keyval: { public: key }, scheme: 'ed25519' };
}

export function keyIdOf(key: PublicKey): KeyId {
  return sha256Hex(encodeCanonical(keyJson(key)));
}

/** Of a `keys` object; keys of other kinds are left out, for they can verify nothing here. */
export function parseKeys(entries: readonly [string, Json][], what: string): KeyTable {
  const table = new Map<KeyId, PublicKey>();
  for (const [keyid, value] of entries) {
    requireText(keyid, hex32, `${what}: key id`);
    if (sha256Hex(encodeCanonical(value)) !== keyid) {
      throw refuse('malformed', what, `gives a key a foreign id, ${keyid}`, '4.2');
    }
    const key = parseKey(tufFields(value, `${what}: key ${keyid}`));
    if (key !== undefined) table.set(keyid, key);
  }
  return table;
}

function parseKey(fields: Fields): PublicKey | undefined {
  const { keytype, scheme } = fields.values;
  if (keytype !== 'ed25519' || scheme !== 'ed25519') return undefined;
  return textField(objectField(fields, 'keyval'), 'public', hex32);
}
