// SHA-512 of small files, for repositories of others that sign it beside SHA-256. Apart, for few machines meet one.
import { sha512 } from '@noble/hashes/sha2.js';
import { hexOf } from './hex.ts';

export function sha512Hex(bytes: Uint8Array): string {
  return hexOf(sha512(bytes));
}
