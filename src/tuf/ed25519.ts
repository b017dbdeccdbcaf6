// Ed25519 (RFC 8032) in JavaScript, for those who have an engine that compiles it: the publisher, and tests. A machine lets a
// program of its own do it (agent/update/verify.ts).
import { ed25519 } from '@noble/curves/ed25519.js';
import { bytesOfHex } from './hex.ts';
import type { Verify } from './signatures.ts';

export const verifySignature: Verify = (key, message, signature) => {
  try {
    return ed25519.verify(bytesOfHex(signature), message, bytesOfHex(key), { zip215: false });
  } catch {
    return false;
  }
};
