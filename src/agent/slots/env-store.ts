// The slot state on its partition: two copies, written one after the other, each read back from the medium before the
// next is touched. At any instant one of them is valid. GRUB and the initrd write in the same order.
import { envNames, envOffsets, envSize } from '../../slots/constants.ts';
import { chooseState, currentState, parseEnv, serialiseEnv } from '../../slots/env.ts';
import type { SlotState } from '../../slots/state.ts';
import { AgentError } from '../host/host.ts';
import type { Partitions } from './partitions.ts';

export interface StoredState {
  /** What the boot loader goes by. */
  readonly state: SlotState;
  /** Neither copy is valid: `state` is what is assumed then. */
  readonly lost: boolean;
  /** Both copies say the same. */
  readonly whole: boolean;
}

export function readSlotState(partitions: Partitions): StoredState {
  const [first, second] = envOffsets.map((offset) => partitions.read('ab-state', offset, envSize)) as [
    Uint8Array,
    Uint8Array,
  ];
  const copies = [parseEnv(first), parseEnv(second)];
  return {
    state: currentState(first, second),
    lost: chooseState(first, second) === undefined,
    whole: copies.every((copy) => copy && JSON.stringify(copy) === JSON.stringify(copies[0])),
  };
}

/** `written` is called after each copy. Throws when a copy does not read as it was written: the other one still counts. */
export function writeState(
  partitions: Partitions,
  state: SlotState,
  written: (copy: (typeof envNames)[number]) => void = () => {},
): void {
  const bytes = serialiseEnv(state);
  envNames.forEach((name, index) => {
    const offset = envOffsets[index]!;
    partitions.write('ab-state', offset, bytes);
    const found = partitions.read('ab-state', offset, envSize);
    if (found.some((byte, at) => byte !== bytes[at]))
      throw new AgentError(
        `${name} of the slot state does not read as it was written; the disk may be failing`,
        { code: 'disk-read-back', hint: 'Look at the disk.' },
      );
    written(name);
  });
}

/**
 * A copy that is invalid or older becomes like the other one. With both lost nothing is known: the running slot is taken
 * as good, because it runs; of the other one nothing is claimed.
 */
export function repairState(partitions: Partitions, running: 'A' | 'B'): StoredState {
  const stored = readSlotState(partitions);
  if (stored.whole) return stored;
  const state: SlotState = stored.lost
    ? { gen: 1, first: running, A: running === 'A' ? 'good' : 'bad', B: running === 'B' ? 'good' : 'bad' }
    : { ...stored.state, gen: stored.state.gen + 1 };
  writeState(partitions, state);
  return { state, lost: false, whole: true };
}
