// Ed25519 by signify of component:updater. In QuickJS a signature took 17 ms, and a second on a machine that is emulated; and
// the code for it was half of the updater. The form of signify's files is base 64 of `Ed`, a number that ties key and
// signature together, and the bytes of RFC 8032, below a line of comment.
import { encodeBase64 } from '../../base/base64.ts';
import { bytesOfHex } from '../../tuf/hex.ts';
import { verifyP256 } from '../../tuf/p256.ts';
import { isSignature, type Verify } from '../../tuf/signatures.ts';
import { AgentError, type Host } from '../host/host.ts';

const room = '/run/catamaran/update/signify';
const algorithm = '4564';
const anyNumber = '00'.repeat(8);
/** RFC 8032, 5.1: no S is as large. signify would take some that are. */
const groupOrder = (1n << 252n) + 27742317777372353535851937790883648493n;

export function openVerifier(host: Host): Verify {
  const [key, signature, message] = ['key', 'signature', 'message'].map((name) => `${room}/${name}`);
  return (publicKey, bytes, text) => {
    if (!isSignature(text)) return false;
    if (publicKey.length !== 64) return verifyInScript(publicKey, bytes, text);
    if (text.length !== 128 || readScalar(text.slice(64)) >= groupOrder) return false;
    host.writeFile(key!, fileOf(publicKey));
    host.writeFile(signature!, fileOf(text));
    host.writeFile(message!, bytes);
    const command = ['signify-openbsd', '-V', '-q', '-p', key!, '-x', signature!, '-m', message!] as const;
    const { status, output } = host.run(command);
    if (status === 0) return true;
    if (status === 1 && output.includes('signature verification failed')) return false;
    throw new AgentError(`signify-openbsd ended with status ${status}: ${output.trim().slice(-300)}`, {
      code: 'program-failed',
      hint: 'It comes with component:updater: build the image again.',
    });
  };
}

/** ECDSA on P-256, which nothing here knows but this program: a second or two for each, on a machine that is emulated. */
const verifyInScript: Verify = (key, message, signature) => {
  try {
    return verifyP256(bytesOfHex(key), message, bytesOfHex(signature));
  } catch {
    return false;
  }
};

const fileOf = (hex: string): string =>
  `untrusted comment: -\n${encodeBase64(bytesOfHex(`${algorithm}${anyNumber}${hex}`))}\n`;

/** Little-endian. */
const readScalar = (hex: string): bigint => BigInt(`0x${hex.match(/../g)!.reverse().join('')}`);
