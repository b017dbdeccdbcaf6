// What the cache holds, for people: counts and bytes by kind.
import type { Dirent, Stats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { byName } from '../base/order.ts';
import { errorCode } from './disk.ts';
import { partialDirectory, temporaryDirectory, toolsDirectory } from './layout.ts';

export interface KindInfo {
  /** `blobs`, `tools`, `partial`, `tmp`, or `results/KIND`. */
  readonly kind: string;
  readonly count: number;
  readonly bytes: number;
}

export interface CacheEntry {
  readonly kind: string;
  readonly path: string;
  readonly name: string;
  readonly stats: Stats;
}

export async function cacheInfo(root: string): Promise<KindInfo[]> {
  const kinds = new Map<string, { count: number; bytes: number }>();
  for await (const { kind, path, stats } of cacheEntries(root)) {
    const sum = kinds.get(kind) ?? { count: 0, bytes: 0 };
    sum.count += 1;
    sum.bytes += await sizeBelow(path, stats);
    kinds.set(kind, sum);
  }
  return [...kinds].sort(([a], [b]) => byName(a, b)).map(([kind, sum]) => ({ kind, ...sum }));
}

/** Every blob, result, set of tools, partial download and temporary thing. Others may come and go meanwhile. */
export async function* cacheEntries(root: string): AsyncGenerator<CacheEntry> {
  const blobs = join(root, 'blobs', 'sha256');
  for (const prefix of await list(blobs)) yield* entriesOf('blobs', join(blobs, prefix.name));
  const results = join(root, 'results');
  for (const kind of await list(results)) yield* entriesOf(`results/${kind.name}`, join(results, kind.name));
  yield* entriesOf('tools', toolsDirectory(root));
  yield* entriesOf('partial', partialDirectory(root));
  yield* entriesOf('tmp', temporaryDirectory(root));
}

async function* entriesOf(kind: string, directory: string): AsyncGenerator<CacheEntry> {
  for (const { name } of await list(directory)) {
    const path = join(directory, name);
    const stats = await lstat(path).catch(absent);
    if (stats !== undefined) yield { kind, path, name, stats };
  }
}

async function list(directory: string): Promise<Dirent[]> {
  const found = (await readdir(directory, { withFileTypes: true }).catch(absent)) ?? [];
  return found.sort((a, b) => byName(a.name, b.name));
}

/** In bytes; of a directory, all that is in it. */
export async function sizeBelow(path: string, stats: Stats): Promise<number> {
  if (!stats.isDirectory()) return stats.size;
  let sum = 0;
  for await (const entry of entriesOf('', path)) sum += await sizeBelow(entry.path, entry.stats);
  return sum;
}

function absent(thrown: unknown): undefined {
  if (errorCode(thrown) !== 'ENOENT' && errorCode(thrown) !== 'ENOTDIR') throw thrown;
}
