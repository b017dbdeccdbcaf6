// A trial that the boot loader has passed over because it could not lower its count: told from the count that is left and
// from the starts that have come as far as user space. Nothing is known of such a release, so nothing is held against it.
import { otherSlot, type SlotName } from '../../slots/constants.ts';
import type { SlotState, SlotStatus } from '../../slots/state.ts';
import type { Pending } from './records.ts';
import type { Running } from './running.ts';

export const untriedReason = 'the boot loader could not write the count of its starts, and did not start it';

/** What the initrd gives a good slot that it puts on probation; nothing is pending then. */
const probationTries = 3;

/** Starts that a trial has left; undefined: it is none. */
export function triesLeft(status: SlotStatus): number | undefined {
  const tries = /^try([0-3])$/.exec(status)?.[1];
  return tries === undefined ? undefined : Number(tries);
}

/** Whether the slot that does not run was first, and no start of it was counted for this boot. */
export function isUntried(state: SlotState, running: Running, pending: Pending | undefined): boolean {
  const slot = otherSlot(running.slot);
  const left = triesLeft(state[slot]);
  if (!left || state.first !== slot) return false;
  if (pending === undefined) return left === probationTries;
  if (pending.slot !== slot || pending.bootId === running.bootId) return false;
  return left + pending.starts === pending.tries;
}

/**
 * Of a state whose copies differed at boot: the boot loader had lowered the count in the first one, could not write the
 * second, and did not start the slot. The count as it was; undefined where no start is missing.
 */
export function countBefore(
  state: SlotState,
  slot: SlotName,
  { tries, starts }: Pick<Pending, 'tries' | 'starts'> = { tries: probationTries, starts: 0 },
): 1 | 2 | 3 | undefined {
  const left = triesLeft(state[slot]);
  if (left === undefined || state.first !== slot || left + 1 + starts > tries) return undefined;
  return (left + 1) as 1 | 2 | 3;
}
