// A release into the slot that does not run, and that slot on trial. The order of writes is what the machine's life
// hangs on: disarm → erase the boot archive's beginning → write all but the first blocks → flush → first blocks → flush →
// read everything back and verify, or erase again → record → arm. At every instant before the last step the machine boots the running
// slot; from the moment env1 is written it boots the new one, which has been verified by then.

import { archByUname } from '../../base/arch.ts';
import {
  imageName,
  parseReleaseManifest,
  type ReleaseManifest,
  type ReleasePart,
  releaseParts,
} from '../../contract/release-manifest.ts';
import { otherSlot, type SlotName, slotRole } from '../../slots/constants.ts';
import { arm, disarm } from '../../slots/state.ts';
import { hashImageSize } from '../../verity/hash-tree.ts';
import { blockSize } from '../../verity/superblock.ts';
import { AgentError, type Host, runOrThrow } from '../host/host.ts';
import { repairState, writeState } from './env-store.ts';
import type { SlotMachine } from './machine.ts';
import { digestCommand } from './partitions.ts';
import { eraseBoot, proveOrErase, requireDigest, requireRootHash } from './read-back.ts';
import { readRecords, recordStaged } from './records.ts';

export interface StageOptions {
  /** With boot.img, root.img, hash.img and manifest.json. */
  readonly from: string;
  /** Starts that a trial gets. */
  readonly tries: 1 | 2 | 3;
  /** Also a release that has been rolled back on this machine. */
  readonly force: boolean;
}

export function stage(machine: SlotMachine, { from, tries, force }: StageOptions): void {
  const { host, partitions, running, reach } = machine;
  const target = otherSlot(running.slot);
  const manifest = readManifest(host, from);
  checkRelease(machine, target, manifest, force);
  checkFiles(host, from, manifest);
  const { state, lost } = repairState(partitions, running.slot);
  if (lost || state[running.slot] !== 'good')
    throw new AgentError(
      `slot ${running.slot}, which runs, is ${state[running.slot]} and not good: confirm it first, or wait until its health is known`,
    );

  const disarmed = disarm(state, target);
  writeState(partitions, disarmed, (copy) => reach(`disarm ${copy}`));
  const role = (part: ReleasePart) => slotRole(part, target);
  eraseBoot(partitions, target);
  reach('erase boot');
  for (const part of releaseParts) {
    const { size } = manifest.parts[part];
    const rest = { offset: blockSize, size: Math.max(0, size - blockSize) };
    partitions.copy(`${from}/${imageName(part)}`, role(part), rest);
    reach(`write ${part}`);
  }
  for (const part of releaseParts) partitions.flush(role(part));
  reach('flush');
  proveOrErase(partitions, target, () => {
    for (const part of ['root', 'hash', 'boot'] as const) {
      const first = { offset: 0, size: Math.min(blockSize, manifest.parts[part].size) };
      partitions.copy(`${from}/${imageName(part)}`, role(part), first);
      partitions.flush(role(part));
      reach(`begin ${part}`);
    }
    verify(machine, target, manifest);
  });
  reach('verify');
  const { version, roothash: rootHash } = manifest;
  recordStaged(host, { slot: target, version, rootHash, bootId: running.bootId, tries });
  reach('record pending');
  writeState(partitions, arm(disarmed, target, tries), (copy) => reach(`arm ${copy}`));
  host.print(`${version} is in slot ${target} and will be tried at the next boot`);
}

function readManifest(host: Host, from: string): ReleaseManifest {
  const text = host.readText(`${from}/manifest.json`);
  if (text === undefined) throw new AgentError(`${from} holds no release: manifest.json is missing`);
  return parseReleaseManifest(text);
}

/** Everything that can be known before the first byte is written. */
function checkRelease(
  { host, partitions }: SlotMachine,
  target: SlotName,
  manifest: ReleaseManifest,
  force: boolean,
) {
  const os = /^IMAGE_ID="?([^"\n]*)"?$/m.exec(host.readText('/usr/lib/os-release') ?? '')?.[1];
  if (manifest.os !== os)
    throw new AgentError(`this is a release of ${manifest.os}, and this machine runs ${os}`);
  const arch = archByUname(runOrThrow(host, ['uname', '-m']).trim());
  if (manifest.arch !== arch)
    throw new AgentError(`this is a release for ${manifest.arch}, and this machine is ${arch}`);
  const { parts, dataBlocks, roothash, version } = manifest;
  if (dataBlocks * blockSize !== parts.root.size || hashImageSize(dataBlocks) !== parts.hash.size)
    throw new AgentError(
      `the manifest contradicts itself: ${dataBlocks} blocks and root image of ${parts.root.size} bytes`,
    );
  for (const part of releaseParts) {
    const room = partitions.sizeOf(slotRole(part, target));
    if (parts[part].size > room)
      throw new AgentError(
        `${imageName(part)} has ${parts[part].size} bytes, its partition ${room}: a larger disk layout is needed`,
      );
  }
  if (!force && readRecords(host).failed.some(({ rootHash }) => rootHash === roothash))
    throw new AgentError(`${version} was rolled back on this machine before; --force tries it again`);
}

/** Before the other slot's content goes: a release that is damaged where it lies must not cost it. */
function checkFiles(host: Host, from: string, { parts }: ReleaseManifest): void {
  for (const part of releaseParts) {
    const { size, sha256 } = parts[part];
    const path = `${from}/${imageName(part)}`;
    const found = Number(host.run(['stat', '-c', '%s', path]).output);
    if (found !== size)
      throw new AgentError(`${path} has ${found || 'no'} bytes, and the manifest says ${size}`);
    const digest = runOrThrow(host, digestCommand(path, size)).slice(0, 64);
    if (digest !== sha256)
      throw new AgentError(`${path} is damaged: sha256 ${digest}, and the manifest says ${sha256}`);
  }
}

/** From the medium: each partition's digest, that the boot archive asks for this root hash, and the kernel's word on it. */
function verify({ partitions }: SlotMachine, target: SlotName, manifest: ReleaseManifest): void {
  for (const part of releaseParts) requireDigest(partitions, slotRole(part, target), manifest.parts[part]);
  requireRootHash(partitions, target, manifest.roothash);
  partitions.verify(target, manifest);
}
