// What the machine knows of both releases by their chunks. The index of a release that it installs is kept on the data
// partition, for it is that of what runs after the reboot; a machine that has none, because it was installed from an
// image, fetches it once. Without one of the two, or in any doubt, the leaves of the hash trees are compared.
import { CatamaranError } from '../../base/errors.ts';
import {
  type ChunkIndex,
  chunkIndexHead,
  readChunkIndex,
  requireChunkSizes,
  sizeOfChunkIndex,
} from '../../contract/chunk-index.ts';
import { malformedDocument } from '../../contract/document.ts';
import {
  chunkIndexLimit,
  releaseParts,
  type SignedManifest,
  type TargetFileRef,
} from '../../contract/release-manifest.ts';
import { slotRole } from '../../slots/constants.ts';
import { targetPath } from '../../tuf/names.ts';
import { chunkGap, sizeOfChunks } from '../../verity/chunk-delta.ts';
import type { Host } from '../host/host.ts';
import { digestFile } from './digest-file.ts';
import { spool } from './durable.ts';
import { fetchWhole } from './fetch-ranges.ts';
import type { ChunkRoad, UpdateRelease } from './job.ts';
import { findKeptChunks, keepChunks } from './kept-chunks.ts';
import type { UpdateMachine } from './machine.ts';

export function findChunkRoad(machine: UpdateMachine, release: UpdateRelease): ChunkRoad | undefined {
  const { host, running } = machine;
  const { manifest } = release;
  if (manifest.chunks === undefined) return undefined;
  try {
    const old = oldPath(machine, release);
    if (old === undefined) return undefined;
    const road = {
      fresh: readIndex(host, fetchIndex(machine, release, manifest.roothash, manifest.chunks)),
      old: readIndex(host, old),
      source: `${running.rootHash} chunks ${old.slice(-64)} ${chunkGap}`,
    };
    requireChunkSizes(road.fresh, manifest.parts, manifest.chunks.target);
    requireInside(machine, road.old);
    return road;
  } catch (error) {
    if (!(error instanceof CatamaranError)) throw error;
    host.print(`${error.message}; comparing the leaves of the hash trees instead`);
    return undefined;
  }
}

function oldPath(machine: UpdateMachine, release: UpdateRelease): string | undefined {
  const { host, running } = machine;
  const kept = findKeptChunks(host, running.rootHash);
  if (kept !== undefined) return kept;
  const manifest: SignedManifest | undefined = release.findRunning?.();
  if (manifest?.chunks === undefined || manifest.roothash !== running.rootHash) return undefined;
  return fetchIndex(machine, release, running.rootHash, manifest.chunks);
}

/** The path of one that has this hash. */
function fetchIndex(
  machine: UpdateMachine,
  { url, manifest }: UpdateRelease,
  rootHash: string,
  { target, size, sha256 }: TargetFileRef,
): string {
  const { host, running } = machine;
  const kept = findKeptChunks(host, rootHash);
  if (kept?.endsWith(sha256)) return kept;
  if (size > chunkIndexLimit) throw malformedDocument(target, `has ${size} bytes: more than is read`);
  const path = `${spool}/chunks.${sha256}`;
  if (digestFile(host, path) !== sha256)
    fetchWhole(machine, `${url}/${targetPath(target, sha256)}`, size, path);
  if (digestFile(host, path) !== sha256)
    throw malformedDocument(target, 'has another hash than its manifest says');
  keepChunks(host, { path, size, rootHash, sha256 }, [running.rootHash, manifest.roothash]);
  return path;
}

function readIndex(host: Host, path: string): ChunkIndex {
  const size = sizeOfChunkIndex(host.readBytes(path, 0, chunkIndexHead), path);
  if (size > chunkIndexLimit) throw malformedDocument(path, `has ${size} bytes: more than is read`);
  return readChunkIndex(host.readBytes(path, 0, size), path);
}

/** Nothing is looked for behind the end of a partition. */
function requireInside({ partitions, running }: UpdateMachine, index: ChunkIndex): void {
  for (const part of releaseParts) {
    const size = sizeOfChunks(index[part]);
    if (size > partitions.sizeOf(slotRole(part, running.slot)))
      throw malformedDocument('the chunk index of what runs', `has ${size} bytes of ${part}`);
  }
}
