// A blob that was there a moment ago: another process's gc, or a damaged disk.
import type { Digest } from '../base/digest.ts';
import { CatamaranError } from '../base/errors.ts';

export function lostBlob(digest: Digest): CatamaranError {
  return new CatamaranError('integrity', {
    code: 'cache-blob-lost',
    message: `the cache lost a blob while it was in use: ${digest}`,
    hint: 'Build again: what is missing is made anew. If it happens again, check the disk under the cache.',
  });
}
