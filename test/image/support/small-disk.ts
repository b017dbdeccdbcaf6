// A disk of a few MiB with a release in slot A, made by our own writers; and copies of it that are not as they should be.
import { createHash, hash } from 'node:crypto';
import { open, readFile, writeFile } from 'node:fs/promises';
import { writeBootArchive } from '../../../src/disk/boot-archive.ts';
import { printSums } from '../../../src/disk/boot-sums.ts';
import { assembleDisk, type DiskImage } from '../../../src/disk/disk.ts';
import { layoutDisk, partitionOf, partitionTable } from '../../../src/disk/disk-layout.ts';
import { concatenate } from '../../../src/disk/sparse.ts';
import { writeStatePartition } from '../../../src/disk/state-partition.ts';
import type { GptPartition } from '../../../src/gpt/entry.ts';
import { sectorSize } from '../../../src/gpt/geometry.ts';
import { writeGpt } from '../../../src/gpt/write.ts';
import type { PartitionRole } from '../../../src/slots/constants.ts';
import { freshState } from '../../../src/slots/state.ts';
import { contentOf } from '../../../src/tree/content.ts';
import { buildHashTree, leafDigests } from '../../../src/verity/hash-tree.ts';

export const MiB = 1 << 20;
export const layout = layoutDisk({
  osId: 'lighthouse',
  arch: 'amd64',
  sizes: { slot: MiB, data: MiB, boot: MiB, esp: 64 * MiB },
});
const salt = Buffer.alloc(32, 1);
const segment = Buffer.alloc(40960, 'segment');
const sha256 = (bytes: Uint8Array): Uint8Array => hash('sha256', bytes, 'buffer');

export interface DiskChanges {
  /** Members of the manifest that are other than they should be. */
  readonly manifest?: Record<string, unknown>;
  readonly cmdline?: string;
  /** Kernel arguments for another root than the one that is there. */
  readonly dataBlocks?: number;
  readonly sums?: string;
}

export async function makeDisk(changes: DiskChanges = {}): Promise<DiskImage> {
  const tree = buildHashTree(leafDigests(segment, salt, sha256), { uuid: new Uint8Array(16), salt }, sha256);
  const verity = {
    rootHash: Buffer.from(tree.rootHash).toString('hex'),
    salt: salt.toString('hex'),
    dataBlocks: changes.dataBlocks ?? 10,
  };
  const digest = createHash('sha256').update(segment).digest('hex');
  const manifest = {
    os: 'lighthouse',
    version: '1.4.0',
    arch: 'amd64',
    roothash: verity.rootHash,
    salt: verity.salt,
    dataBlocks: verity.dataBlocks,
    segments: [{ name: 'base', offset: 0, size: segment.length, sha256: digest }],
    ...changes.manifest,
  };
  const files = { kernel: contentOf(Buffer.alloc(9000, 'k')), initrd: contentOf(Buffer.alloc(5000, 'i')) };
  const sums = changes.sums ?? (await printSums(files));
  const cmdline = changes.cmdline ?? 'quiet';
  return assembleDisk(layout, {
    'ab-state': writeStatePartition(freshState, { size: MiB, serial: 1, mtime: 0 }),
    'boot-a': writeBootArchive({ ...files, cmdline, mtime: 0, verity, manifest, sums }),
    'root-a': concatenate([segment]),
    'hash-a': concatenate([tree.image]),
  });
}

export const offsetOf = (role: PartitionRole): number => partitionOf(layout, role).offset;

export type Patch = readonly [at: number, bytes: Uint8Array];

/** A copy at `path`, with other bytes in some places. */
export async function patch(source: string, path: string, patches: readonly Patch[]): Promise<string> {
  await writeFile(path, await readFile(source));
  return patchInPlace(path, patches);
}

export async function patchInPlace(path: string, patches: readonly Patch[]): Promise<string> {
  const file = await open(path, 'r+');
  try {
    for (const [at, bytes] of patches) await file.write(bytes, 0, bytes.length, at);
  } finally {
    await file.close();
  }
  return path;
}

/** The disk's table, changed; on a larger disk with `sectors`. */
export function tableWith(
  partitions: Partial<Record<PartitionRole, Partial<GptPartition>>>,
  sectors = layout.size / sectorSize,
): { readonly primary: Patch; readonly backup: Patch; readonly size: number } {
  const table = partitionTable(layout);
  const { primary, backup } = writeGpt({
    ...table,
    sectors,
    partitions: table.partitions.map((each) => ({ ...each, ...partitions[each.label as PartitionRole] })),
  });
  const size = sectors * sectorSize;
  return { primary: [0, primary], backup: [size - backup.length, backup], size };
}
