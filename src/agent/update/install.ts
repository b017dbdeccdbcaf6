// A release out of the repository as what slots/fill.ts fills a slot with: blocks that the running slot has are copied from
// it, the rest is fetched. A cut in between is continued at the last batch that is on the medium. The first blocks of root
// and hash are not held back as `stage` does: nobody reads them before the boot archive is there, and it comes when both
// have been read back.
import type { ReleasePart } from '../../contract/release-manifest.ts';
import { slotRole } from '../../slots/constants.ts';
import { targetPath } from '../../tuf/names.ts';
import { AgentError } from '../host/host.ts';
import { armOther } from '../slots/arm.ts';
import { repairState } from '../slots/env-store.ts';
import { fillOther, type SlotContent, type SlotSource } from '../slots/fill.ts';
import { findChunkRoad } from './chunk-road.ts';
import { fetchTree } from './fetch-tree.ts';
import { Damaged, type Job, type UpdateRelease } from './job.ts';
import type { UpdateMachine } from './machine.ts';
import { forgetProgress, readProgress, recordInstalled, writeProgress } from './records.ts';
import { writeBoot, writeFirstBlock } from './write-boot.ts';
import { writeRoot } from './write-root.ts';

const tries = 3;

/** Fills and verifies the slot that does not run. It stays disarmed. */
export function fillSlot(machine: UpdateMachine, release: UpdateRelease): void {
  fillOther(machine, repositorySource(machine, release));
}

/** The commit point. */
export function armSlot(machine: UpdateMachine, { manifest, digest }: UpdateRelease): void {
  const { version, roothash: rootHash, epoch } = manifest;
  recordInstalled(machine.host, { version, rootHash, epoch, manifest: digest });
  armOther(machine, { version, rootHash, tries });
  forgetProgress(machine.host);
}

function repositorySource(machine: UpdateMachine, release: UpdateRelease): SlotSource {
  const { manifest, url } = release;
  const addressOf = (part: ReleasePart) =>
    `${url}/${targetPath(manifest.parts[part].target, manifest.parts[part].sha256)}`;
  return {
    parts: manifest.parts,
    open(target) {
      const chunks = findChunkRoad(machine, release);
      const tree = fetchTree(machine, manifest, addressOf('hash'), chunks);
      return contentOf(machine, { ...release, target, tree, addressOf, delta: true, chunks });
    },
  };
}

function contentOf(machine: UpdateMachine, job: Job): SlotContent {
  const { host, running, reach } = machine;
  const { manifest, tree, digest } = job;
  return {
    tree: { roothash: manifest.roothash, salt: tree.salt, dataBlocks: tree.dataBlocks },
    begin(takeOut) {
      if (isBegun(machine, job)) return;
      forgetProgress(host);
      takeOut();
      writeProgress(host, { manifest: digest, source: '', done: 0 });
    },
    writeRest() {
      for (let way = job; !tryWrite(machine, way); ) {
        forgetProgress(host);
        way = way.chunks === undefined ? { ...way, delta: false } : { ...way, chunks: undefined };
        const how = way.delta ? 'by the leaves of the hash trees' : `with nothing from slot ${running.slot}`;
        host.print(`once more, ${how}`);
      }
      return ['root', 'hash'];
    },
    writeFirst() {
      writeFirstBlock(machine, job);
      reach('begin boot');
      host.print(`${manifest.version}: reading back all that was written`);
    },
  };
}

/** Whether this very release is already half in the slot, and the slot is disarmed. */
function isBegun({ host, partitions, running }: UpdateMachine, { target, digest }: Job): boolean {
  const { state } = repairState(partitions, running.slot);
  return state[target] === 'none' && readProgress(host)?.manifest === digest;
}

/** False where what was copied has to be fetched after all. */
function tryWrite(machine: UpdateMachine, job: Job): boolean {
  try {
    write(machine, job);
    return true;
  } catch (error) {
    if (!(error instanceof Damaged) || !job.delta) throw error;
    machine.host.print(error.message);
    return false;
  }
}

/** All but the first block of boot; root and hash are what the manifest says, or Damaged is thrown. */
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
      { code: 'release-damaged', fault: 'integrity' },
    );
  }
}
