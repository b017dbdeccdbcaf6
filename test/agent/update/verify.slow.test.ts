// The device's way to verify: the real signify says the same as another implementation of Ed25519, of good signatures and of
// those in which a bit is wrong; and it never says yes where it cannot be asked.
import { generateKeyPairSync, sign } from 'node:crypto';
import { expect, test } from 'vitest';
import { openVerifier } from '../../../src/agent/update/verify.ts';
import { hexOf } from '../../../src/tuf/hex.ts';
import { verifySignature } from '../../../src/tuf/verify-signature.ts';
import { temporaryDirectory } from '../../release/support/workplace.ts';
import { sandboxHost } from './support/sandbox-host.ts';
import { sandboxPrograms } from './support/sandbox-programs.ts';

function signed(message: Uint8Array) {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const key = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32).toString('hex');
  return { key, signature: sign(null, message, privateKey).toString('hex') };
}

/** The lowest bit of a byte is another one. */
function flip(hex: string, byte: number): string {
  const bytes = Buffer.from(hex, 'hex');
  bytes[byte]! ^= 1;
  return bytes.toString('hex');
}

/** RFC 8032, section 7.1, test 2. */
const known = {
  key: '3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c',
  message: Uint8Array.of(0x72),
  signature:
    '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
};
const groupOrder = (1n << 252n) + 27742317777372353535851937790883648493n;

async function openMachine() {
  const host = sandboxHost(await temporaryDirectory(), await sandboxPrograms());
  return { host, verify: openVerifier(host) };
}

test('what is signed, whatever its length; and not with one bit changed, in key, message or signature', async () => {
  const { verify } = await openMachine();
  expect(verify(known.key, known.message, known.signature)).toBe(true);
  for (const size of [0, 1, 1000, 100_000]) {
    const message = new Uint8Array(size).fill(7);
    const { key, signature } = signed(message);
    const other = size === 0 ? Uint8Array.of(0) : message.with(size - 1, 6);
    const cases = [
      [key, message, signature],
      [key, other, signature],
      [flip(key, 3), message, signature],
      ...[0, 31, 32, 63].map((byte) => [key, message, flip(signature, byte)] as const),
      ['00'.repeat(32), message, signature],
      [key, message, '00'.repeat(64)],
      [key, message, 'ff'.repeat(64)],
    ] as const;
    expect(cases.map((each) => verify(...each))).toEqual(cases.map((each) => verifySignature(...each)));
    expect(cases.map((each) => verify(...each))).toEqual(cases.map((_, index) => index === 0));
  }
});

test('a signature whose S is the same in the group, and larger, is another one', async () => {
  const { verify } = await openMachine();
  const scalar = BigInt(`0x${Buffer.from(known.signature.slice(64), 'hex').reverse().toString('hex')}`);
  const larger = Buffer.from((scalar + groupOrder).toString(16).padStart(64, '0'), 'hex').reverse();
  const signature = known.signature.slice(0, 64) + hexOf(larger);
  expect(verify(known.key, known.message, signature)).toBe(false);
});

test('where signify cannot be started or does not answer, there is no answer', async () => {
  const { host, verify } = await openMachine();
  host.intercept = () => ({ status: 127, output: 'signify-openbsd: not found' });
  const ask = () => verify(known.key, known.message, known.signature);
  expect(ask).toThrow('signify-openbsd ended with status 127: signify-openbsd: not found');
  host.intercept = () => ({ status: 137, output: '' });
  expect(ask).toThrow('status 137');
  host.intercept = () => ({ status: 1, output: 'signify: open of key: No space left on device' });
  expect(ask).toThrow('No space left');
});
