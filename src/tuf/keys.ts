// Public keys: Ed25519 (RFC 8032), with which we sign, and ECDSA on P-256 (FIPS 186-5), which others sign with; named by the
// SHA-256 of their canonical JSON, as TUF's section 4.2 defines. Keys of other kinds are passed over, so that a fleet can
// move from one kind to another: first its keys are listed, then the machines learn to count them.
import { decodeBase64 } from '../base/base64.ts';
import { type Fields, objectField, textField } from '../base/fields.ts';
import type { Json } from '../base/json.ts';
import { encodeCanonical, encodeSigned } from './canonical.ts';
import { requireText, tufFields } from './fields.ts';
import { hexOf, sha256Hex } from './hex.ts';
import { refuse } from './refuse.ts';

/** 64 lower-case hex digits, of kinds that are known here. */
export type KeyId = string;
/** Lower-case hex digits: 64 are an Ed25519 key, 130 an uncompressed point of P-256. */
export type PublicKey = string;
export type KeyTable = ReadonlyMap<KeyId, PublicKey>;

const hex32 = /^[0-9a-f]{64}$/;

/** An Ed25519 key as metadata has it. */
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
    const key = parseKey(tufFields(value, `${what}: key ${JSON.stringify(keyid)}`));
    if (key === undefined) continue;
    requireText(keyid, hex32, `${what}: key id`);
    if (sha256Hex(encodeSigned(value, what)) !== keyid) {
      throw refuse('malformed', what, `gives a key a foreign id, ${keyid}`, '4.2');
    }
    table.set(keyid, key);
  }
  return table;
}

function parseKey(fields: Fields): PublicKey | undefined {
  const { keytype, scheme } = fields.values;
  const publicOf = (form: RegExp) => textField(objectField(fields, 'keyval'), 'public', form);
  if (keytype === 'ed25519' && scheme === 'ed25519') return publicOf(hex32);
  // The second one is what programs wrote before specification 1.0.9.
  const ecdsa = keytype === 'ecdsa' || keytype === 'ecdsa-sha2-nistp256';
  if (!ecdsa || scheme !== 'ecdsa-sha2-nistp256') return undefined;
  const point = pointOf(publicOf(/^-----BEGIN PUBLIC KEY-----[A-Za-z0-9+/=\s]+-----END PUBLIC KEY-----\s*$/));
  if (point === undefined) throw refuse('malformed', fields.what, 'is no P-256 key in PEM', '4.2');
  return point;
}

/** RFC 5480: SubjectPublicKeyInfo of id-ecPublicKey on secp256r1, before the uncompressed point. */
const p256Head = '3059301306072a8648ce3d020106082a8648ce3d030107034200';

function pointOf(pem: string): PublicKey | undefined {
  const bytes = decodeBase64(pem.replace(/-----[A-Z ]+-----/g, ''));
  const hex = bytes === undefined ? '' : hexOf(bytes);
  return hex.startsWith(`${p256Head}04`) && hex.length === p256Head.length + 130
    ? hex.slice(p256Head.length)
    : undefined;
}
