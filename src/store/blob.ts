// A blob: bytes that are known by their digest and size, and what is known of one before it has come.
import type { Digest } from '../base/digest.ts';
import { CatamaranError } from '../base/errors.ts';

export interface Blob {
  readonly digest: Digest;
  /** In bytes. */
  readonly size: number;
}

/**
 * What is known of a blob beforehand; `what` names it in errors. `derived`: it is made from what the cache has, and not
 * worth waiting for the disk. After a power cut it may be damaged, which is found out as for any other blob.
 */
export type ExpectedBlob = Partial<Blob> & { readonly what?: string; readonly derived?: true };

/** Fails with fault 'integrity' where `found` is not what was expected. */
export function requireExpected(found: Blob, expected: ExpectedBlob): void {
  const what = expected.what ?? 'a blob';
  if (expected.size !== undefined && found.size !== expected.size) {
    throw new CatamaranError('integrity', {
      code: 'blob-size',
      message: `${what} has the wrong size: expected ${expected.size} bytes, got ${found.size}`,
      hint: 'Fetch it again; if it stays so, the source holds another file than the one that was promised.',
    });
  }
  if (expected.digest !== undefined && found.digest !== expected.digest) {
    throw new CatamaranError('integrity', {
      code: 'blob-digest',
      message: `${what} has the wrong digest: expected ${expected.digest}, got ${found.digest}`,
      hint: 'Fetch it again; if it stays so, the source holds another file than the one that was promised.',
    });
  }
}
