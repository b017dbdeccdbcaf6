// Whether a text was signed by somebody whom we trust. OpenPGP itself is openpgp's; it is loaded when it is first
// needed, because most commands never need it.
import { messageOf } from '../base/errors.ts';
import type { Clearsigned } from './clearsign.ts';
import type { TrustedKey } from './trusted-key.ts';

export type SignatureVerdict =
  | { readonly trusted: true; readonly signers: readonly string[] }
  /** Why no signature counts, each with the key that it names. */
  | { readonly trusted: false; readonly reasons: readonly string[] };

/** Trusted if at least one signature is valid, at `now`, by one of `keys`: others may be by keys unknown to us. */
export async function verifyOpenPgp(
  signed: Clearsigned,
  keys: readonly TrustedKey[],
  now: Date | 'any time',
): Promise<SignatureVerdict> {
  const openpgp = await import('openpgp');
  const verificationKeys = await Promise.all(
    keys.map(async (trusted) => {
      const key = await openpgp.readKey({ armoredKey: trusted.armored });
      const fingerprint = key.getFingerprint().toUpperCase();
      if (fingerprint === trusted.fingerprint) return key;
      throw new Error(
        `the key "${trusted.name}" has the fingerprint ${fingerprint}, not ${trusted.fingerprint}`,
      );
    }),
  );
  try {
    const signature = await openpgp.readSignature({ armoredSignature: signed.signature });
    // With null it looks at no clock, which its types do not know.
    const date = now === 'any time' ? (null as unknown as Date) : now;
    const message = await openpgp.createMessage({ text: signed.text });
    const { signatures } = await openpgp.verify({ message, signature, verificationKeys, date });
    const signers: string[] = [];
    const reasons: string[] = [];
    for (const { keyID, verified } of signatures) {
      const name = keyID.toHex().toUpperCase();
      try {
        await verified;
        signers.push(name);
      } catch (thrown) {
        reasons.push(`${name}: ${messageOf(thrown)}`);
      }
    }
    return signers.length > 0 ? { trusted: true, signers } : { trusted: false, reasons };
  } catch (thrown) {
    return { trusted: false, reasons: [messageOf(thrown)] };
  }
}
