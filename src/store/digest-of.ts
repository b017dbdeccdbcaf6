import { createHash } from 'node:crypto';
import { type Digest, digestFromHex } from '../base/digest.ts';
import { canonicalJson, type Json } from '../base/json.ts';

/** Of a value's canonical JSON. */
export function digestOf(value: Json): Digest {
  return digestFromHex(createHash('sha256').update(canonicalJson(value)).digest('hex'));
}
