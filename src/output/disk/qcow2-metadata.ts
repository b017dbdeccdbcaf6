// What a QCOW2 file of version 3 begins with, QEMU's docs/interop/qcow2.rst: header, refcount table and blocks, L1, L2
// tables; clusters of 64 KiB. Sizes follow from how many clusters of data there will be, so that data can come behind.
import type { Span } from '../write/spans.ts';

const clusterBits = 16;
export const clusterSize = 1 << clusterBits;
const entriesPerL2 = clusterSize / 8;
/** refcount_order 4: 16 bits each. */
const refcountsPerBlock = clusterSize / 2;
const headerLength = 104;
/** Bit 63 of an L1 or L2 entry: the refcount is exactly one. */
const copied = 1n << 63n;

export interface MetadataLayout {
  /** Of the guest's disk, in bytes. */
  readonly size: number;
  readonly l1Entries: number;
  /** Which L2 tables there are: indices into L1. */
  readonly l2Tables: readonly number[];
  readonly refcountTableClusters: number;
  readonly refcountBlocks: number;
  /** In clusters from the file's beginning: where the data begins, and where the file ends. */
  readonly dataAt: number;
  readonly totalClusters: number;
}

/** `spans`: the guest's clusters that L2 tables must have room for. `dataClusters`: of the file. */
export function layoutMetadata(size: number, spans: readonly Span[], dataClusters: number): MetadataLayout {
  const tables = new Set<number>();
  for (const { first, end } of spans) {
    for (let table = Math.floor(first / entriesPerL2); table * entriesPerL2 < end; table++) tables.add(table);
  }
  const l2Tables = [...tables].sort((a, b) => a - b);
  const l1Entries = Math.max(1, Math.ceil(size / (clusterSize * entriesPerL2)));
  const others = 1 + clustersOf(l1Entries) + l2Tables.length;
  const refcounts = planRefcounts(others + dataClusters);
  const dataAt = others + refcounts.refcountTableClusters + refcounts.refcountBlocks;
  return { size, l1Entries, l2Tables, ...refcounts, dataAt, totalClusters: dataAt + dataClusters };
}

/** Of a table with entries of 8 bytes. */
const clustersOf = (entries: number): number => Math.ceil((entries * 8) / clusterSize);

/** The refcount structures count themselves: grow them until they are enough. */
function planRefcounts(others: number): { refcountTableClusters: number; refcountBlocks: number } {
  let refcountTableClusters = 1;
  let refcountBlocks = 1;
  for (;;) {
    const blocks = Math.ceil((others + refcountTableClusters + refcountBlocks) / refcountsPerBlock);
    const tables = clustersOf(blocks);
    if (blocks <= refcountBlocks && tables <= refcountTableClusters)
      return { refcountTableClusters, refcountBlocks };
    refcountBlocks = Math.max(blocks, refcountBlocks);
    refcountTableClusters = Math.max(tables, refcountTableClusters);
  }
}

/** An L2 entry: the place in the file, in bytes, of a cluster that is there as it is. */
export const plainEntry = (host: number): bigint => BigInt(host) | copied;

/** "Compressed Clusters Descriptor": the place in bytes, and how many sectors of 512 bytes follow the one that it is in. */
export function compressedEntry(host: number, size: number): bigint {
  const sectors = Math.floor((host + size - 1) / 512) - Math.floor(host / 512);
  return (1n << 62n) | (BigInt(sectors) << BigInt(62 - (clusterBits - 8))) | BigInt(host);
}

/**
 * `entries`: guest clusters and their L2 entries. `references`: how many L2 entries need a cluster of the file, where that
 * is not one.
 */
export function renderMetadata(
  layout: MetadataLayout,
  entries: Iterable<readonly [cluster: number, entry: bigint]>,
  references: ReadonlyMap<number, number> = new Map(),
): Uint8Array {
  const { refcountTableClusters, refcountBlocks, l1Entries, l2Tables, dataAt, totalClusters } = layout;
  const refcountTable = clusterSize;
  const refcountBlock = refcountTable + refcountTableClusters * clusterSize;
  const l1 = refcountBlock + refcountBlocks * clusterSize;
  const l2 = l1 + clustersOf(l1Entries) * clusterSize;
  const bytes = Buffer.alloc(dataAt * clusterSize);
  bytes.write('QFI\xfb', 0, 'latin1');
  bytes.writeUInt32BE(3, 4);
  bytes.writeUInt32BE(clusterBits, 20);
  bytes.writeBigUInt64BE(BigInt(layout.size), 24);
  bytes.writeUInt32BE(l1Entries, 36);
  bytes.writeBigUInt64BE(BigInt(l1), 40);
  bytes.writeBigUInt64BE(BigInt(refcountTable), 48);
  bytes.writeUInt32BE(refcountTableClusters, 56);
  bytes.writeUInt32BE(4, 96);
  bytes.writeUInt32BE(headerLength, 100);
  for (let block = 0; block < refcountBlocks; block++) {
    bytes.writeBigUInt64BE(BigInt(refcountBlock + block * clusterSize), refcountTable + block * 8);
  }
  for (let cluster = 0; cluster < totalClusters; cluster++)
    bytes.writeUInt16BE(references.get(cluster) ?? 1, refcountBlock + cluster * 2);
  const tableAt = new Map(l2Tables.map((table, index) => [table, l2 + index * clusterSize]));
  for (const [table, at] of tableAt) bytes.writeBigUInt64BE(BigInt(at) | copied, l1 + table * 8);
  for (const [cluster, entry] of entries) {
    const table = tableAt.get(Math.floor(cluster / entriesPerL2))!;
    bytes.writeBigUInt64BE(entry, table + (cluster % entriesPerL2) * 8);
  }
  return bytes;
}
