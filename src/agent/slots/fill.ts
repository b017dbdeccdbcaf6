// A release into a slot, wherever its bytes come from. The order of writes is what the machine's life hangs on: disarm → erase
// the boot archive's beginning → write all but the first blocks → flush → first blocks, that of the boot archive last →
// read back what has not been yet, dm-verity's word, or erase again → (arm.ts) record → arm. At every instant before the
// last step the machine boots what it runs; from the moment env1 is written it boots the new release, which has been
// verified by then.
import {
  type PartImage,
  type ReleasePart,
  releaseParts,
  type VerityTree,
} from '../../contract/release-manifest.ts';
import { otherSlot, type SlotName, slotRole } from '../../slots/constants.ts';
import { disarm } from '../../slots/state.ts';
import { hashImageSize } from '../../verity/hash-tree.ts';
import { verityBlockSize } from '../../verity/superblock.ts';
import { AgentError } from '../host/host.ts';
import { repairState, writeState } from './env-store.ts';
import type { SlotMachine } from './machine.ts';
import type { Partitions } from './partitions.ts';
import { eraseBoot, proveOrErase, requireDigest, requireRootHash } from './read-back.ts';

type Parts = Readonly<Record<ReleasePart, PartImage>>;

export interface SlotSource {
  readonly parts: Parts;
  /** Before anything of the slot goes: throws where the source itself is damaged. */
  open(target: SlotName): SlotContent;
}

export interface SlotContent {
  readonly tree: VerityTree;
  /** Has the slot taken out of the choice, unless a part of this very release stands there since it was. */
  begin(takeOut: () => void): void;
  /** All but the blocks that `writeFirst` adds. Gives the parts that it has read back already, from the medium. */
  writeRest(): readonly ReleasePart[];
  /** The blocks that were held back, the boot archive's first one last; each is on the medium before the next. */
  writeFirst(): void;
}

/** Fills and verifies the slot that does not run. It stays out of the choice until it is armed. */
export function fillOther(machine: SlotMachine, source: SlotSource): void {
  const { partitions, running, reach } = machine;
  const target = otherSlot(running.slot);
  requireRoom(partitions, target, source.parts);
  requireGood(machine);
  const content = source.open(target);
  content.begin(() => {
    const { state } = repairState(partitions, running.slot);
    writeState(partitions, disarm(state, target), (copy) => reach(`disarm ${copy}`));
  });
  fill(machine, target, source.parts, content);
}

/** A slot that nothing starts: none that runs, and none that the slot state lets be chosen. */
export function fill(
  { partitions, reach }: Pick<SlotMachine, 'partitions' | 'reach'>,
  target: SlotName,
  parts: Parts,
  { tree, writeRest, writeFirst }: SlotContent,
): void {
  // Also where an attempt before this one had come to its end: while anything is written there is nothing to boot.
  eraseBoot(partitions, target);
  reach('erase boot');
  const proven = writeRest();
  for (const part of releaseParts) partitions.flush(slotRole(part, target));
  reach('flush');
  proveOrErase(partitions, target, () => {
    writeFirst();
    for (const part of releaseParts) {
      if (!proven.includes(part)) requireDigest(partitions, slotRole(part, target), parts[part]);
    }
    requireRootHash(partitions, target, tree.roothash);
    partitions.verify(target, tree);
  });
  reach('verify');
}

function requireRoom(partitions: Partitions, target: SlotName, parts: Parts): void {
  const { root, hash } = parts;
  if (root.size % verityBlockSize !== 0 || hashImageSize(root.size / verityBlockSize) !== hash.size)
    throw new AgentError(`the manifest contradicts itself: a root image of ${root.size} bytes`, {
      code: 'release-malformed',
      fault: 'integrity',
      hint: 'Build or publish the release again.',
    });
  for (const part of releaseParts) {
    const room = partitions.sizeOf(slotRole(part, target));
    if (parts[part].size > room)
      throw new AgentError(
        `the ${part} image has ${parts[part].size} bytes, its partition ${room}: a larger disk layout is needed`,
        { code: 'release-too-large', hint: 'Install the machine anew with a larger disk.slot.' },
      );
  }
}

/** Else the only good slot would be the one that is written over. */
function requireGood({ partitions, running }: SlotMachine): void {
  const { state, lost } = repairState(partitions, running.slot);
  if (lost || running.rescue || state[running.slot] !== 'good')
    throw new AgentError(
      `slot ${running.slot}, which runs, is ${state[running.slot]} and not good: confirm it first, or wait until its health is known`,
      { code: 'slot-not-good', fault: 'usage' },
    );
}
