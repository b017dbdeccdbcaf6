// Where things lie below the cache's root. Other rooms go through cache.ts and never make these paths themselves.
import { join } from 'node:path';
import { type Digest, digestHex } from '../base/digest.ts';

export const rooms = ['blobs', 'results', 'partial', 'tmp'] as const;

export function blobPath(root: string, digest: Digest): string {
  const hex = digestHex(digest);
  return join(root, 'blobs', 'sha256', hex.slice(0, 2), hex);
}

/** `kind` is a short kebab-case word of the program's own, never of the user's. */
export function resultPath(root: string, kind: string, key: Digest): string {
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(kind))
    throw new Error(`not a kind of result: ${JSON.stringify(kind)}`);
  return join(root, 'results', kind, `${digestHex(key)}.json`);
}

/** Unpacked host tools, a directory for each set; the room `tools` fills it. */
export const toolsDirectory = (root: string): string => join(root, 'tools');
/** Of the machines that run from here, a directory for each; the room `run` fills it. */
export const machinesDirectory = (root: string): string => join(root, 'machines');
export const partialDirectory = (root: string): string => join(root, 'partial');
export const temporaryDirectory = (root: string): string => join(root, 'tmp');
