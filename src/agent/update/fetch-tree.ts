// The new release's hash image on the spool, whole and of the hash that its manifest says: what the running slot's hash
// partition has of it is taken from there. It comes first, for the root image is compared and proven by it.
import type { SignedManifest } from '../../contract/release-manifest.ts';
import { slotRole } from '../../slots/constants.ts';
import { hexOf } from '../../tuf/hex.ts';
import { planChunks } from '../../verity/chunk-delta.ts';
import { parseSuperblock, verityBlockSize } from '../../verity/superblock.ts';
import { AgentError } from '../host/host.ts';
import { deviceOf } from '../slots/device.ts';
import { copyFromRunning } from './copy-running.ts';
import { digestFile } from './digest-file.ts';
import { spool } from './durable.ts';
import { fetchRanges, fetchWhole, makeBatches, RangesRefused } from './fetch-ranges.ts';
import { type ChunkRoad, Damaged, type SpooledTree } from './job.ts';
import type { UpdateMachine } from './machine.ts';

const path = `${spool}/hash.img`;

export function fetchTree(
  machine: UpdateMachine,
  { parts }: SignedManifest,
  url: string,
  chunks: ChunkRoad | undefined,
): SpooledTree {
  const { host } = machine;
  const { size, sha256 } = parts.hash;
  if (chunks !== undefined && digestFile(host, path) !== sha256) putTogether(machine, url, size, chunks);
  if (digestFile(host, path) !== sha256) {
    if (chunks !== undefined) host.print(`${url}: its chunks do not make it; fetching all of it`);
    fetchWhole(machine, url, size, path);
  }
  if (digestFile(host, path) !== sha256) {
    host.removeFile(path);
    throw new AgentError(`${url} is damaged: it has another hash than its manifest says`, {
      code: 'release-damaged',
      fault: 'integrity',
      hint: 'Copy the repository again.',
    });
  }
  const superblock = parseSuperblock(host.readBytes(path, 0, verityBlockSize));
  if (superblock === undefined || superblock.dataBlocks * verityBlockSize !== parts.root.size)
    throw new AgentError(`${url} is no hash tree of the root image`, {
      code: 'release-damaged',
      fault: 'integrity',
      hint: 'Publish the release again.',
    });
  return { path, dataBlocks: superblock.dataBlocks, salt: hexOf(superblock.salt) };
}

/** What comes of it is seen by its hash. */
function putTogether(machine: UpdateMachine, url: string, size: number, { fresh, old }: ChunkRoad): void {
  const { host, running } = machine;
  const { copies, ranges } = planChunks(fresh.hash, old.hash);
  host.writeFile(path, new Uint8Array(size));
  try {
    copyFromRunning(machine, deviceOf(host, slotRole('hash', running.slot)), path, copies);
    for (const batch of makeBatches(ranges)) fetchRanges(machine, url, batch, path);
  } catch (error) {
    if (!(error instanceof RangesRefused || error instanceof Damaged)) throw error;
  }
}
