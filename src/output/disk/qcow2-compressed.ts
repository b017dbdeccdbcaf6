// QCOW2 with compressed clusters, as `qemu-img convert -c` makes it: what a cloud's image store should hold. The tables come
// first and say how long each cluster is; so what shrinks goes to a file beside the output before the output begins. What
// does not, as most of a disk, is read again from where it is.
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DiskImage } from '../../disk/disk.ts';
import { isZero, readBlocks } from '../write/blocks.ts';
import { copyContent } from '../write/copy-extent.ts';
import { deflateRaw, isDense } from '../write/deflate.ts';
import type { OutputFile, WrittenFile } from '../write/output-file.ts';
import { withScratch } from '../write/scratch.ts';
import { copyRange, type Span, spansOf } from '../write/spans.ts';
import { type OutputOptions, writeOutput } from '../write/write-output.ts';
import {
  clusterSize,
  compressedEntry,
  layoutMetadata,
  plainEntry,
  renderMetadata,
} from './qcow2-metadata.ts';

/** "compression_type": QEMU unpacks with a window of 4 KiB. */
const windowBits = 12;

/** A cluster that is a cluster of the file, or bytes [start, start + size) of all that were compressed. */
type Cluster =
  | { readonly index: number; readonly plain: true }
  | { readonly index: number; readonly plain: false; readonly start: number; readonly size: number };

export async function writeCompressedQcow2(
  disk: DiskImage,
  path: string,
  options: OutputOptions = {},
): Promise<WrittenFile> {
  return writeOutput(
    path,
    (file) =>
      withScratch(path, async (directory) => {
        const packed = join(directory, 'clusters');
        const clusters = await packClusters(disk, packed, options);
        await assemble(disk, clusters, packed, file, options.signal);
      }),
    options,
  );
}

/** Writes what shrinks to `path`. Clusters of zeros are left out. */
async function packClusters(disk: DiskImage, path: string, options: OutputOptions): Promise<Cluster[]> {
  const clusters: Cluster[] = [];
  await writeOutput(path, async (file) => {
    let end = 0;
    for await (const { index, bytes } of readBlocks(disk, clusterSize, options)) {
      if (isZero(bytes)) continue;
      const compressed = isDense(bytes) ? bytes : deflateRaw(bytes, windowBits);
      const plain = compressed.length >= clusterSize;
      clusters.push(plain ? { index, plain } : { index, plain, start: end, size: compressed.length });
      if (plain) continue;
      await file.write(compressed, end);
      end += compressed.length;
    }
  });
  return clusters;
}

/** Metadata, the plain clusters, and then all that was compressed. */
async function assemble(
  disk: DiskImage,
  clusters: readonly Cluster[],
  packed: string,
  file: OutputFile,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { size } = await stat(packed);
  const plain = clusters.filter((cluster) => cluster.plain).map(({ index }) => index);
  const dataClusters = plain.length + Math.ceil(size / clusterSize);
  const layout = layoutMetadata(disk.size, spansOf(disk, clusterSize), dataClusters);
  let host = layout.dataAt * clusterSize;
  const packedAt = host + plain.length * clusterSize;
  const { entries, references } = refer(clusters, host, packedAt);
  await file.write(renderMetadata(layout, entries, references), 0);
  for (const { first, end } of runsOf(plain)) {
    const range = { from: first * clusterSize, to: end * clusterSize };
    await copyRange(disk, range, file, host, { signal });
    host += range.to - range.from;
  }
  const content = { at: 'file', path: packed, offset: 0, size } as const;
  await copyContent(content, { start: 0, size }, file, packedAt, { signal });
  await file.extend(layout.totalClusters * clusterSize);
}

/** Numbers in order to runs of neighbours. */
function runsOf(numbers: readonly number[]): Span[] {
  const runs: { first: number; end: number }[] = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last?.end === number) last.end += 1;
    else runs.push({ first: number, end: number + 1 });
  }
  return runs;
}

/** L2 entries; and how many compressed clusters each cluster of the file has bytes of. */
function refer(clusters: readonly Cluster[], plainAt: number, packedAt: number) {
  const entries: [number, bigint][] = [];
  const references = new Map<number, number>();
  let host = plainAt;
  for (const cluster of clusters) {
    if (cluster.plain) {
      entries.push([cluster.index, plainEntry(host)]);
      host += clusterSize;
      continue;
    }
    const begin = packedAt + cluster.start;
    entries.push([cluster.index, compressedEntry(begin, cluster.size)]);
    const last = Math.floor((begin + cluster.size - 1) / clusterSize);
    for (let at = Math.floor(begin / clusterSize); at <= last; at += 1)
      references.set(at, (references.get(at) ?? 0) + 1);
  }
  return { entries, references };
}
