// Content digests in the form of the OCI image specification: `sha256:` and 64 lower-case hex digits.
import { CatamaranError } from './errors.ts';

declare const brand: unique symbol;
export type Digest = `sha256:${string}` & { readonly [brand]: 'Digest' };

export function isDigest(text: string): text is Digest {
  return /^sha256:[0-9a-f]{64}$/.test(text);
}

/** `what` names the source of the text in the error. */
export function parseDigest(text: string, what = 'a digest'): Digest {
  if (isDigest(text)) return text;
  throw new CatamaranError('integrity', {
    code: 'digest-malformed',
    message: `${what} is not "sha256:" and 64 lower-case hex digits: ${JSON.stringify(text.slice(0, 100))}`,
  });
}

export function digestFromHex(hex: string, what?: string): Digest {
  return parseDigest(`sha256:${hex}`, what);
}

export function digestHex(digest: Digest): string {
  return digest.slice('sha256:'.length);
}
