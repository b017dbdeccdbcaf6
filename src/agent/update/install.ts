// A release out of the repository into the slot that does not run. The order of writes is that of slots/stage.ts; what is
// different is where the bytes come from: blocks that the running slot has are copied from it, the rest is fetched.
// Disarm → erase the boot archive's beginning → root, hash, boot but for its first block → flush → read back → first block
// of boot → flush → read back, dm-verity's word → (armSlot) record → arm. At every instant before the last step the
// machine boots what it runs. A cut in between is continued at the last batch that is on the medium. The first blocks of
// root and hash are not held back as `stage` does: nobody reads them before the boot archive is there, and it comes when
// both have been read back.

import { releaseParts } from '../../contract/release-manifest.ts';
import { otherSlot, type SlotName, slotRole } from '../../slots/constants.ts';
import { arm, disarm } from '../../slots/state.ts';
import { hexOf } from '../../tuf/hex.ts';
import type { Manifest } from '../../tuf/manifest.ts';
import { targetPath } from '../../tuf/names.ts';
import { hashImageSize } from '../../verity/hash-tree.ts';
import { blockSize, parseSuperblock } from '../../verity/superblock.ts';
import { AgentError } from '../host/host.ts';
import { repairState, writeState } from '../slots/env-store.ts';
import { eraseBoot, proveOrErase, requireDigest, requireRootHash } from '../slots/read-back.ts';
import { recordStaged } from '../slots/records.ts';
import { digestFile } from './digest-file.ts';
import { spool } from './durable.ts';
import { fetchWhole } from './fetch-ranges.ts';
import { Damaged, type Job, type Release, type Tree } from './job.ts';
import type { UpdateMachine } from './machine.ts';
import { forgetProgress, readProgress, recordInstalled, writeProgress } from './records.ts';
import { writeBoot, writeFirstBlock } from './write-boot.ts';
import { writeRoot } from './write-root.ts';

/** Fills and verifies the slot that does not run. It stays disarmed. */
export function fillSlot(machine: UpdateMachine, release: Release): void {
  const { host, partitions, running, reach } = machine;
  const { manifest, url } = release;
  const target = otherSlot(running.slot);
  requireRoom(machine, target, manifest);
  requireGood(machine);
  const addressOf = (part: 'boot' | 'root' | 'hash') =>
    `${url}/${targetPath(manifest.parts[part].target, manifest.parts[part].sha256)}`;
  const tree = fetchTree(machine, manifest, addressOf('hash'));
  const job: Job = { ...release, target, tree, addressOf, delta: true };
  if (!isBegun(machine, job)) begin(machine, job);
  // Also where an attempt before this one had come to its end: while anything is written there is nothing to boot.
  eraseBoot(partitions, target);
  reach('erase boot');
  try {
    write(machine, job);
  } catch (error) {
    if (!(error instanceof Damaged)) throw error;
    host.print(`${error.message}; once more, with nothing from slot ${running.slot}`);
    forgetProgress(host);
    write(machine, { ...job, delta: false });
  }
  for (const part of releaseParts) partitions.flush(slotRole(part, target));
  reach('flush');
  writeFirstBlock(machine, job);
  reach('begin boot');
  host.print(`${manifest.version}: reading back all that was written`);
  verifyAll(machine, job);
  reach('verify');
}

const tries = 3;

/** The commit point. */
export function armSlot(machine: UpdateMachine, { manifest, digest }: Release): void {
  const { host, partitions, running, reach } = machine;
  const { version, rootHash, epoch } = manifest;
  const slot = otherSlot(running.slot);
  const { state } = repairState(partitions, running.slot);
  if (state[slot] !== 'none')
    throw new AgentError(`slot ${slot} has become ${state[slot]} while it was being filled`);
  recordInstalled(host, { version, rootHash, epoch, manifest: digest });
  recordStaged(host, { slot, version, rootHash, bootId: running.bootId, tries });
  reach('record pending');
  writeState(partitions, arm(state, slot, tries), (copy) => reach(`arm ${copy}`));
  forgetProgress(host);
  host.print(`${version} is in slot ${slot} and will be tried at the next boot`);
}

/** Everything that can be known before the first byte is written. */
function requireRoom({ partitions }: UpdateMachine, target: SlotName, { parts }: Manifest): void {
  const { root, hash } = parts;
  if (root.size % blockSize !== 0 || hashImageSize(root.size / blockSize) !== hash.size)
    throw new AgentError(`the manifest contradicts itself: a root image of ${root.size} bytes`);
  for (const part of releaseParts) {
    const room = partitions.sizeOf(slotRole(part, target));
    if (parts[part].size > room)
      throw new AgentError(
        `the ${part} image has ${parts[part].size} bytes, its partition ${room}: a larger disk layout is needed`,
      );
  }
}

function requireGood({ partitions, running }: UpdateMachine): void {
  const { state, lost } = repairState(partitions, running.slot);
  if (lost || running.rescue || state[running.slot] !== 'good')
    throw new AgentError(
      `slot ${running.slot}, which runs, is ${state[running.slot]} and not good: confirm it first, or wait until its health is known`,
    );
}

function fetchTree(machine: UpdateMachine, { parts }: Manifest, url: string): Tree {
  const { host } = machine;
  const { size, sha256 } = parts.hash;
  const path = `${spool}/hash.img`;
  if (digestFile(host, path) !== sha256) fetchWhole(machine, url, size, path);
  if (digestFile(host, path) !== sha256) {
    host.removeFile(path);
    throw new AgentError(`${url} is damaged: it has another hash than its manifest says`);
  }
  const superblock = parseSuperblock(host.readBytes(path, 0, blockSize));
  if (superblock === undefined || superblock.dataBlocks * blockSize !== parts.root.size)
    throw new AgentError(`${url} is no hash tree of the root image`);
  return { path, dataBlocks: superblock.dataBlocks, salt: hexOf(superblock.salt) };
}

/** Whether this very release is already half in the slot, and the slot is disarmed. */
function isBegun({ host, partitions, running }: UpdateMachine, { target, digest }: Job): boolean {
  const { state } = repairState(partitions, running.slot);
  return state[target] === 'none' && readProgress(host)?.manifest === digest;
}

function begin({ host, partitions, running, reach }: UpdateMachine, { target, digest }: Job): void {
  const { state } = repairState(partitions, running.slot);
  forgetProgress(host);
  writeState(partitions, disarm(state, target), (copy) => reach(`disarm ${copy}`));
  writeProgress(host, { manifest: digest, source: '', done: 0 });
}

/** All but the first block of boot; each partition is what the manifest says, or Damaged is thrown. */
function write(machine: UpdateMachine, job: Job): void {
  const { host, partitions, reach } = machine;
  const { target, manifest, tree } = job;
  writeRoot(machine, job);
  reach('write root');
  partitions.copy(tree.path, slotRole('hash', target), { offset: 0, size: manifest.parts.hash.size });
  reach('write hash');
  writeBoot(machine, job);
  reach('write boot');
  for (const part of ['root', 'hash'] as const) {
    const role = slotRole(part, target);
    partitions.flush(role);
    const { size, sha256 } = manifest.parts[part];
    if (partitions.digest(role, size) === sha256) continue;
    if (job.delta) throw new Damaged(`${role} does not read as it should`);
    forgetProgress(host);
    throw new AgentError(
      `${role} does not read as it was fetched; the repository is damaged, or this disk is failing`,
    );
  }
}

function verifyAll(machine: UpdateMachine, job: Job): void {
  const { partitions } = machine;
  const { target, manifest, tree } = job;
  proveOrErase(partitions, target, () => {
    verifyBoot(machine, job);
    const { salt, dataBlocks } = tree;
    partitions.verify(target, { roothash: manifest.rootHash, salt, dataBlocks });
  });
}

/** From the medium: its digest, and that it asks for this root hash. */
function verifyBoot({ partitions }: UpdateMachine, { target, manifest }: Job): void {
  requireDigest(partitions, slotRole('boot', target), manifest.parts.boot);
  requireRootHash(partitions, target, manifest.rootHash);
}
