// Signatures in JavaScript, for those who have an engine that compiles it: the publisher, and tests. A machine lets a program
// of its own do it where that can (agent/update/verify.ts).
import { ed25519 } from '@noble/curves/ed25519.js';
import { bytesOfHex } from './hex.ts';
import { verifyP256 } from './p256.ts';
import { isSignature, type Verify } from './signatures.ts';

export const verifySignature: Verify = (key, message, signature) => {
  if (!isSignature(signature)) return false;
  try {
    const [bytes, point] = [bytesOfHex(signature), bytesOfHex(key)];
    return key.length === 64
      ? ed25519.verify(bytes, message, point, { zip215: false })
      : verifyP256(point, message, bytes);
  } catch {
    return false;
  }
};
