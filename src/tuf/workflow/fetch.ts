// Files of the repository into memory, none longer than it may be.
import type { FileMeta } from '../metadata.ts';
import { metadataPath } from '../names.ts';
import { refuse } from '../refuse.ts';
import type { Repository } from './options.ts';
import { requirePresent, requireSame } from './require.ts';

/** In bytes. */
export const metadataLimits = {
  root: 512_000,
  timestamp: 16_384,
  snapshot: 2_000_000,
  targets: 5_000_000,
  /** Of a target that is read into memory. */
  target: 1_000_000,
} as const;

export function fetchMetadata(
  repository: Repository,
  role: string,
  expected: FileMeta,
  limit: number,
  clause: string,
): Uint8Array {
  const what = `${role}.json`;
  if ((expected.length ?? 0) > limit) throw refuse('too-large', what, `has ${expected.length} bytes`, clause);
  const path = metadataPath(role, expected.version);
  const bytes = requirePresent(fetchBounded(repository, path, expected.length ?? limit), what, clause);
  requireSame(bytes, expected, what, clause);
  return bytes;
}

/** The fetcher's limit, held here too. */
export function fetchBounded(repository: Repository, path: string, maxSize: number): Uint8Array | undefined {
  const bytes = repository.fetch(path, maxSize);
  if (bytes !== undefined && bytes.length > maxSize) {
    throw refuse('too-large', path, `has more than ${maxSize} bytes`);
  }
  return bytes;
}
