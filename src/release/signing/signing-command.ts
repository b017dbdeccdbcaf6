// A key that a program holds: it gets the message on its standard input and prints the signature. Whatever it prints is
// checked before it is used; one that never ends is ended.
import { CatamaranError } from '../../base/errors.ts';
import type { PublicKey } from '../../tuf/keys.ts';
import { verifySignature } from '../../tuf/verify-signature.ts';

export type Words = readonly [program: string, ...string[]];

/** In milliseconds: somebody may have to find a card and type a number. */
export const commandPatience = 300_000;

/** For what a child of the program still holds open after the program has ended. */
const farewell = 1000;

/** Answers with 128 hex digits. */
export async function signByCommand(
  [program, ...words]: Words,
  message: Uint8Array,
  key: { readonly name: string; readonly public: PublicKey },
  patience: number,
): Promise<string> {
  const { execa } = await import('execa');
  const running = execa(program, words, {
    input: message,
    reject: false,
    timeout: patience,
    maxBuffer: 65_536,
  });
  running.once('exit', () => {
    setTimeout(() => {
      running.stdout.destroy();
      running.stderr.destroy();
    }, farewell).unref();
  });
  const { failed, timedOut, shortMessage, stderr, stdout } = await running;
  const signature = (stdout ?? '').trim();
  if (!failed && /^[0-9a-f]{128}$/.test(signature) && verifySignature(key.public, message, signature))
    return signature;
  const said = `${shortMessage ?? ''} ${(stderr ?? '').trim().slice(0, 500)}`.trim();
  const failure = timedOut ? `it did not end within ${patience / 1000} seconds` : said;
  throw new CatamaranError('environment', {
    code: 'release-signing-failed',
    message: `the signing command of key ${key.name} failed: ${failed ? failure : 'what it printed is no signature of that key'}`,
    hint: `It gets the bytes to sign on its standard input and prints 128 hex digits. Try it by hand: ${[program, ...words].join(' ')}`,
  });
}
