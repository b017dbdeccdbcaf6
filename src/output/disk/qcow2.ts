// QCOW2 version 3, QEMU's docs/interop/qcow2.rst: what OpenStack and QEMU take. Uncompressed clusters of 64 KiB in the
// order of the guest's disk, those that hold only holes not allocated. Every offset follows from the list of extents:
// one pass, no seeking back, the same bytes each time.
import type { Disk } from '../../disk/disk.ts';
import { sizeOf } from '../../tree/content.ts';
import { defineFormat } from '../format.ts';
import { copyContent } from '../write/copy-extent.ts';
import type { WrittenFile } from '../write/output-file.ts';
import { type OutputOptions, writeOutput } from '../write/write-output.ts';
import { ofDisk } from './compose.ts';

const clusterBits = 16;
const clusterSize = 1 << clusterBits;
const entriesPerL2 = clusterSize / 8;
/** refcount_order 4: 16 bits each. */
const refcountsPerBlock = clusterSize / 2;
const headerLength = 104;
/** Bit 63 of an L1 or L2 entry: the refcount is exactly one. */
const copied = 1n << 63n;

export const qcow2 = defineFormat({
  name: 'qcow2',
  summary: 'a disk with two slots, verity and a data partition, for QEMU, libvirt, Proxmox and OpenStack',
  module: 'output/disk/qcow2',
  files: ['.qcow2'],
  named: 'os',
  sbom: false,
  boots: { disk: 'qcow2' },
  plan: ofDisk((disk) => [(path, options) => writeQcow2(disk, path, options)]),
});

export async function writeQcow2(
  disk: Disk,
  path: string,
  options: OutputOptions = {},
): Promise<WrittenFile> {
  return writeOutput(
    path,
    async (file) => {
      const plan = planClusters(disk);
      await file.write(metadata(disk, plan), 0);
      for (const { offset, content } of disk.extents) {
        const size = sizeOf(content);
        for (let start = 0; start < size; ) {
          const run = runAt(plan, offset + start);
          const length = Math.min(size - start, run.guestEnd - (offset + start));
          await copyContent(content, { start, size: length }, file, run.host, options);
          start += length;
        }
      }
      await file.extend(plan.totalClusters * clusterSize);
    },
    options,
  );
}

/** Guest clusters [first, end) that lie one after the other in the file, from host cluster `host`. */
interface Run {
  readonly first: number;
  readonly end: number;
  readonly host: number;
}

interface ClusterPlan {
  readonly refcountTableClusters: number;
  readonly refcountBlocks: number;
  readonly l1Entries: number;
  readonly l1Clusters: number;
  /** Which L2 tables there are: indices into L1. */
  readonly l2Tables: readonly number[];
  readonly runs: readonly Run[];
  readonly totalClusters: number;
}

/** Layout of the file: header, refcount table, refcount blocks, L1, L2 tables, data. */
function planClusters(disk: Disk): ClusterPlan {
  const spans: { first: number; end: number }[] = [];
  for (const { offset, content } of disk.extents) {
    const first = Math.floor(offset / clusterSize);
    const end = Math.ceil((offset + sizeOf(content)) / clusterSize);
    const last = spans.at(-1);
    if (last && first <= last.end) last.end = Math.max(last.end, end);
    else spans.push({ first, end });
  }
  const tables = new Set<number>();
  for (const { first, end } of spans) {
    for (let table = Math.floor(first / entriesPerL2); table * entriesPerL2 < end; table++) tables.add(table);
  }
  const l2Tables = [...tables].sort((a, b) => a - b);
  const l1Entries = Math.max(1, Math.ceil(disk.size / (clusterSize * entriesPerL2)));
  const l1Clusters = Math.ceil((l1Entries * 8) / clusterSize);
  const dataClusters = spans.reduce((sum, { first, end }) => sum + end - first, 0);
  const counted = 1 + l1Clusters + l2Tables.length + dataClusters;
  const { refcountTableClusters, refcountBlocks } = planRefcounts(counted);
  let host = counted - dataClusters + refcountTableClusters + refcountBlocks;
  const runs = spans.map(({ first, end }) => {
    const run = { first, end, host };
    host += end - first;
    return run;
  });
  return {
    refcountTableClusters,
    refcountBlocks,
    l1Entries,
    l1Clusters,
    l2Tables,
    runs,
    totalClusters: host,
  };
}

/** The refcount structures count themselves: grow them until they are enough. */
function planRefcounts(others: number): { refcountTableClusters: number; refcountBlocks: number } {
  let refcountTableClusters = 1;
  let refcountBlocks = 1;
  for (;;) {
    const blocks = Math.ceil((others + refcountTableClusters + refcountBlocks) / refcountsPerBlock);
    const tables = Math.ceil((blocks * 8) / clusterSize);
    if (blocks <= refcountBlocks && tables <= refcountTableClusters)
      return { refcountTableClusters, refcountBlocks };
    refcountBlocks = Math.max(blocks, refcountBlocks);
    refcountTableClusters = Math.max(tables, refcountTableClusters);
  }
}

function metadata(disk: Disk, plan: ClusterPlan): Uint8Array {
  const { refcountTableClusters, refcountBlocks, l1Entries, l1Clusters, l2Tables, runs, totalClusters } =
    plan;
  const refcountTable = clusterSize;
  const refcountBlock = refcountTable + refcountTableClusters * clusterSize;
  const l1 = refcountBlock + refcountBlocks * clusterSize;
  const l2 = l1 + l1Clusters * clusterSize;
  const bytes = Buffer.alloc(l2 + l2Tables.length * clusterSize);
  bytes.write('QFI\xfb', 0, 'latin1');
  bytes.writeUInt32BE(3, 4);
  bytes.writeUInt32BE(clusterBits, 20);
  bytes.writeBigUInt64BE(BigInt(disk.size), 24);
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
    bytes.writeUInt16BE(1, refcountBlock + cluster * 2);
  const tableAt = new Map(l2Tables.map((table, index) => [table, l2 + index * clusterSize]));
  for (const [table, at] of tableAt) bytes.writeBigUInt64BE(BigInt(at) | copied, l1 + table * 8);
  for (const { first, end, host } of runs) {
    for (let cluster = first; cluster < end; cluster++) {
      const at = tableAt.get(Math.floor(cluster / entriesPerL2))! + (cluster % entriesPerL2) * 8;
      bytes.writeBigUInt64BE(BigInt((host + cluster - first) * clusterSize) | copied, at);
    }
  }
  return bytes;
}

/** The place in the file of a byte of the guest's disk, and where the run that it lies in ends. */
function runAt({ runs }: ClusterPlan, guest: number): { host: number; guestEnd: number } {
  const cluster = Math.floor(guest / clusterSize);
  const run = runs.find(({ first, end }) => cluster >= first && cluster < end);
  if (!run) throw new RangeError(`no cluster for byte ${guest}`);
  return { host: run.host * clusterSize + guest - run.first * clusterSize, guestEnd: run.end * clusterSize };
}
