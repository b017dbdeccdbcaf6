// A finished output, and how it is known again: the file's size, time and inode are remembered with the key of the step
// that wrote it, so that an untouched one is neither written nor hashed again.
import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Digest } from '../base/digest.ts';
import type { Step } from '../plan/step.ts';
import { type Cache, digestOf as digestOfHash, hashFile } from '../store/cache.ts';
import { digestOf } from '../store/digest-of.ts';

export interface Artifact {
  readonly path: string;
  readonly format: string;
  readonly digest: Digest;
  /** Of the file, in bytes. */
  readonly size: number;
  /** It was there already. */
  readonly cached: boolean;
  /** In bytes: what a machine needs that unpacks all of it into memory. */
  readonly memory?: number;
}

interface Record {
  readonly key: string;
  readonly file: string;
  readonly digest: Digest;
  readonly memory?: number;
}

export async function findArtifact(
  cache: Cache,
  step: Step,
  path: string,
  format: string,
): Promise<Artifact | undefined> {
  const file = await fingerprint(path);
  const known = (await cache.result('artifact', recordKey(path))) as Record | undefined;
  if (!file || !known || known.key !== step.key || known.file !== file.print) return undefined;
  const { digest, memory } = known;
  return { path, format, digest, size: file.size, cached: true, ...(memory !== undefined && { memory }) };
}

export async function recordArtifact(
  cache: Cache,
  step: Step,
  path: string,
  format: string,
  facts: Pick<Artifact, 'memory'> = {},
): Promise<Artifact> {
  const hash = createHash('sha256');
  await hashFile(path, hash);
  const digest = digestOfHash(hash);
  const file = await fingerprint(path);
  if (!file) throw new Error(`${path} is gone again`);
  await cache.putResult('artifact', recordKey(path), { key: step.key, file: file.print, digest, ...facts });
  return { path, format, digest, size: file.size, cached: false, ...facts };
}

const recordKey = (path: string): Digest => digestOf(resolve(path));

async function fingerprint(path: string): Promise<{ size: number; print: string } | undefined> {
  try {
    const { size, mtimeNs, ino, dev } = await stat(path, { bigint: true });
    return { size: Number(size), print: [size, mtimeNs, ino, dev].join(' ') };
  } catch {
    return undefined;
  }
}
