// A finished output, and how it is known again: the file's size, time and inode are remembered with the key of the step
// that wrote it, so that an untouched one is neither written nor hashed again. Outputs are not flushed, and a power cut may
// leave less of one than its size says; so one that was written before the machine was last started is hashed once.
import { createHash } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Digest } from '../base/digest.ts';
import type { Step } from '../engine/step.ts';
import type { Cache } from '../store/cache.ts';
import { digestOf } from '../store/digest-of.ts';
import { digestOfHash, hashFile } from '../store/hash-file.ts';
import { printOf, type WrittenFile } from './write/output-file.ts';

/** What is known of an output once it has been made. */
interface ArtifactFacts {
  /** In bytes: what a machine needs that unpacks all of it into memory. */
  readonly memory?: number;
  /** In bytes: the smallest disk that it can be written to. */
  readonly disk?: number;
  readonly uncompressed?: { readonly digest: Digest; readonly size: number };
}

export interface Artifact extends ArtifactFacts {
  readonly path: string;
  readonly format: string;
  readonly digest: Digest;
  /** Of the file, in bytes. */
  readonly size: number;
  /** It was there already. */
  readonly cached: boolean;
}

interface Record extends ArtifactFacts {
  readonly key: string;
  readonly file: string;
  /** The kernel's name for the time since the machine was started. */
  readonly boot: string;
  readonly digest: Digest;
}

export async function findArtifact(
  cache: Cache,
  step: Step,
  path: string,
  format: string,
): Promise<Artifact | undefined> {
  const stats = await statsOf(path);
  const known = (await cache.result('artifact', recordKey(path))) as Record | undefined;
  if (!stats || !known || known.key !== step.key || known.file !== printOf(stats)) return undefined;
  const boot = await bootId();
  if (known.boot !== boot) {
    if ((await digestOfFile(path)) !== known.digest) return undefined;
    await cache.putResult('artifact', recordKey(path), { ...known, boot });
  }
  const { key: _, file: __, boot: ___, ...facts } = known;
  return { path, format, size: Number(stats.size), cached: true, ...facts };
}

export async function recordArtifact(
  cache: Cache,
  step: Step,
  path: string,
  format: string,
  { digest, size, print, uncompressed }: WrittenFile,
  made: Pick<Artifact, 'memory' | 'disk'> = {},
): Promise<Artifact> {
  const facts = { ...made, ...(uncompressed && { uncompressed: { ...uncompressed } }) };
  const record = { key: step.key, file: print, boot: await bootId(), digest, ...facts };
  await cache.putResult('artifact', recordKey(path), record);
  return { path, format, digest, size, cached: false, ...facts };
}

const recordKey = (path: string): Digest => digestOf(resolve(path));

const bootId = async (): Promise<string> =>
  (await readFile('/proc/sys/kernel/random/boot_id', 'latin1')).trim();

async function digestOfFile(path: string): Promise<Digest> {
  const hash = createHash('sha256');
  await hashFile(path, hash);
  return digestOfHash(hash);
}

async function statsOf(path: string): Promise<BigIntStats | undefined> {
  try {
    return await stat(path, { bigint: true });
  } catch {
    return undefined;
  }
}
