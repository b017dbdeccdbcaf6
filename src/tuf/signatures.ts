// The signed envelope of every metadata file, and the one question that trust comes down to: have enough of a role's
// keys signed these bytes? Nothing of what is signed is interpreted before the answer.

import { listField, textField } from '../base/fields.ts';
import type { Json } from '../base/json.ts';
import { encodeCanonical, encodeSigned, parseAnyJson } from './canonical.ts';
import { tufFields } from './fields.ts';
import type { KeyId, KeyTable, PublicKey } from './keys.ts';
import { refuse } from './refuse.ts';

export interface Signature {
  readonly keyid: KeyId;
  /** As its kind of key has it, in hex; empty for a signature that is still to come. */
  readonly sig: string;
}

export interface Envelope {
  /** As an error names it: `stable.json`. */
  readonly what: string;
  readonly signatures: readonly Signature[];
  readonly signed: Json;
}

/** Who may sign for a role, and how many must. */
export interface RoleKeys {
  readonly keyids: readonly KeyId[];
  readonly threshold: number;
}

/**
 * Whether this key has made this signature of the message. In hex: of Ed25519 its 64 bytes, of ECDSA DER's, over the SHA-256
 * of the message. Never throws for what is wrong with them.
 */
export type Verify = (key: PublicKey, message: Uint8Array, signature: string) => boolean;

/** In form; envelopes may have some of kinds that are not known here. */
export const isSignature = (text: string): boolean => /^(?:[0-9a-f]{2}){8,72}$/.test(text);

export function openEnvelope(bytes: Uint8Array, what: string): Envelope {
  const fields = tufFields(parseAnyJson(bytes, what), what);
  const signatures = listField(fields, 'signatures', 64).map((value) => {
    const signature = tufFields(value, `${what}: signature`);
    // Of kinds that are not known here, which may be long and may be no hex, too.
    return {
      keyid: textField(signature, 'keyid', /^[^\0-\x1f]+$/, 256),
      sig: textField(signature, 'sig', /^/, 1 << 17),
    };
  });
  // 4.2.1: two of one key would be counted twice by somebody.
  if (new Set(signatures.map(({ keyid }) => keyid)).size < signatures.length)
    throw refuse('malformed', what, 'has two signatures of one key', '4.2');
  return { what, signatures, signed: tufFields(fields.values.signed, `${what}: signed`).values as Json };
}

/** The file's bytes. */
export function writeEnvelope({ signatures, signed }: Omit<Envelope, 'what'>): Uint8Array {
  return encodeCanonical({ signatures: signatures.map(({ keyid, sig }) => ({ keyid, sig })), signed });
}

/**
 * Which of a role's keys have signed. A key counts once, however often and under however many names it signed: what is
 * counted is distinct public keys.
 */
export function validSigners(envelope: Envelope, keys: KeyTable, role: RoleKeys, verify: Verify): Set<KeyId> {
  const message = encodeSigned(envelope.signed, envelope.what);
  const signers = new Map<string, KeyId>();
  for (const { keyid, sig } of envelope.signatures) {
    const key = role.keyids.includes(keyid) ? keys.get(keyid) : undefined;
    if (key === undefined || sig === '' || signers.has(key)) continue;
    if (verify(key, message, sig)) signers.set(key, keyid);
    if (signers.size >= role.threshold) break;
  }
  return new Set(signers.values());
}

export function requireSignatures(
  envelope: Envelope,
  keys: KeyTable,
  role: RoleKeys,
  { verify, clause }: { readonly verify: Verify; readonly clause: string },
): void {
  const { size } = validSigners(envelope, keys, role, verify);
  if (size >= role.threshold) return;
  const evidence = `has ${size} valid signature${size === 1 ? '' : 's'} of its role's keys where ${role.threshold} are needed`;
  throw refuse('signatures', envelope.what, evidence, clause);
}
