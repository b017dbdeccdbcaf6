// ECDSA on P-256 with SHA-256 (FIPS 186-5). The curve is made when the first such signature is met: few fleets have one, and
// QuickJS takes its time.
import { type ECDSA, ecdsa, weierstrass } from '@noble/curves/abstract/weierstrass.js';
import { sha256 } from '@noble/hashes/sha2.js';

/** SP 800-186, 3.2.1.3. */
const parameters = {
  p: 0xffffffff00000001000000000000000000000000ffffffffffffffffffffffffn,
  n: 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n,
  h: 1n,
  a: 0xffffffff00000001000000000000000000000000fffffffffffffffffffffffcn,
  b: 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604bn,
  Gx: 0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296n,
  Gy: 0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5n,
};

let curve: ECDSA | undefined;

/** `signature` is DER's, and may have either of the two values that a signer may choose; `point` is uncompressed. */
export function verifyP256(point: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  if (curve === undefined) {
    mendBigInt();
    curve = ecdsa(weierstrass(parameters), sha256);
  }
  return curve.verify(signature, message, point, { format: 'der', lowS: false });
}

/**
 * QuickJS (2025-04-26) writes a zero before numbers that fill their last word, in bases that are powers of two; the library
 * counts bits by that.
 */
function mendBigInt(): void {
  if (parameters.p.toString(2).length === 256) return;
  const toText = BigInt.prototype.toString;
  BigInt.prototype.toString = function mended(this: bigint, radix?: number): string {
    return toText.call(this, radix).replace(/^(-?)0+(?=.)/, '$1');
  };
}
