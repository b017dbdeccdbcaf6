// Which bytes of the new root image the running slot has, and which are to be fetched: by the chunks of both where they are
// known, else by the leaves of both hash trees. Always the same for the same two releases, so that what a cut has left can
// be gone on with.
import { slotRole } from '../../slots/constants.ts';
import { hexOf } from '../../tuf/hex.ts';
import { type ChunkPlan, planChunks } from '../../verity/chunk-delta.ts';
import { defaultGap, leafPlace, planDelta } from '../../verity/delta.ts';
import { hashImageSize } from '../../verity/hash-tree.ts';
import { digestSize, parseSuperblock, verityBlockSize } from '../../verity/superblock.ts';
import type { Job } from './job.ts';
import type { UpdateMachine } from './machine.ts';

export interface RootPlan extends ChunkPlan {
  /** What it depends on beside the new release; empty where nothing is copied. */
  readonly source: string;
}

export function planRootMoves(machine: UpdateMachine, { tree, manifest, delta, chunks }: Job): RootPlan {
  const { host, running } = machine;
  if (chunks !== undefined)
    return { source: chunks.source, ...planChunks(chunks.fresh.root, chunks.old.root) };
  const { offset, size } = leafPlace(manifest.parts.hash.size, tree.dataBlocks);
  const old = delta ? runningLeaves(machine, tree.salt) : new Uint8Array(0);
  const fresh = host.readBytes(tree.path, offset, size);
  const source = old.length > 0 ? `${running.rootHash} ${defaultGap}` : '';
  const { copies, ranges } = planDelta(fresh, old);
  return {
    source,
    copies: copies.map(({ from, to, count }) => ({
      from: inBytes(from),
      to: inBytes(to),
      size: inBytes(count),
    })),
    ranges: ranges.map(({ at, count }) => ({ offset: inBytes(at), size: inBytes(count) })),
  };
}

const inBytes = (blocks: number): number => blocks * verityBlockSize;

/** None where the salt is another one, for then no leaf can be the same. */
function runningLeaves({ partitions, running }: UpdateMachine, salt: string): Uint8Array {
  const role = slotRole('hash', running.slot);
  const superblock = parseSuperblock(partitions.read(role, 0, verityBlockSize));
  if (superblock === undefined || superblock.dataBlocks < 2 || hexOf(superblock.salt) !== salt)
    return new Uint8Array(0);
  const imageSize = hashImageSize(superblock.dataBlocks);
  const { offset, size } = leafPlace(imageSize, superblock.dataBlocks);
  if (imageSize > partitions.sizeOf(role) || size % digestSize !== 0) return new Uint8Array(0);
  return partitions.read(role, offset, size);
}
